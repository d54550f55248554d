"""Every kind of letter that a person may choose is really written by something."""

import pytest

from cosmolocal.messages.rules import CODE, EVENTS
from tests.architecture import source

pytestmark = pytest.mark.once


def test_each_kind_of_letter_is_written_somewhere() -> None:
    written = "\n".join(source.text(path) for place, path in source.modules() if not place.startswith("messages/"))
    chosen = [event for event in EVENTS if event not in ("test", CODE)]
    source.complain("Nothing writes it", [event for event in chosen if f'"{event}"' not in written])
