"""A demo that was served in earnest is none any more."""

from argparse import Namespace

import pytest

from cosmolocal.config import commands
from cosmolocal.config.demos import ainonghui
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


def test_after_it_was_served_in_earnest_a_demo_has_no_way_in_by_one_click(capsys: pytest.CaptureFixture[str]) -> None:
    node.configure(name="Ainonghui", is_demo=True, ready_at=clock.now())
    ainonghui.require_demo()
    assert commands._greet(Namespace(demo=False, address="http://localhost:8000")) == 0
    assert "a local like any other" in capsys.readouterr().out
    assert not node.current().is_demo
    with pytest.raises(Refusal) as refused:
        commands._greet(Namespace(demo=True, fresh=False, address="http://localhost:8000"))
    assert refused.value.code == "config.not_a_demo"
