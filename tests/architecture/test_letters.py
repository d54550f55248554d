"""Every kind of letter that a person may choose is really written by something."""

import pytest

from cosmolocal.messages.kinds import every
from cosmolocal.messages.rules import CODE
from tests.architecture import source

pytestmark = pytest.mark.once


def test_each_kind_of_letter_is_written_somewhere() -> None:
    sayers = ("messages/kinds", "practice")  # where kinds are listed, not written
    places = [(place, path) for place, path in source.modules() if not place.removesuffix(".py").endswith(sayers)]
    written = "\n".join(source.text(path) for _place, path in places)
    chosen = [event for event in every() if event not in ("test", CODE)]
    source.complain("Nothing writes it", [event for event in chosen if f'"{event}"' not in written])
