"""A demo is not served in earnest by mistake; where somebody insists, it is none any more."""

from argparse import Namespace

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.config import commands
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


def demo() -> None:
    node.configure(name="Ainonghui", is_demo=True, ready_at=clock.now())


def refused(**words: bool) -> str:
    with pytest.raises(Refusal) as said:
        commands._greet(Namespace(address="http://localhost:8000", **words))
    return said.value.code


def test_a_demo_is_not_served_in_earnest_by_mistake() -> None:
    demo()
    assert refused(demo=False, keep_demo=False) == "config.is_a_demo"
    assert node.current().is_demo


def test_who_insists_has_a_local_into_which_nobody_of_the_demo_comes(capsys: pytest.CaptureFixture[str]) -> None:
    """No way in by one click, no session that began so, no passkey that somebody made who came in so."""
    house = agents_queries.system()
    agents.found_local(by=house, draft=agents.LocalDraft(name="Ainonghui", zone="Asia/Shanghai", currency="CNY"))
    amina = agents.add_member(by=house, name="Amina", joined=clock.today())
    visitor, user = Client(), agents.make_user(by=house, agent=amina)
    visitor.force_login(user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    demo()
    assert visitor.get("/me/").status_code == 200
    assert commands._greet(Namespace(demo=False, keep_demo=True, address="http://localhost:8000")) == 0
    assert "a local like any other" in capsys.readouterr().out
    assert not node.current().is_demo
    assert not Authenticator.objects.exists()
    assert visitor.get("/me/").status_code == 302
    assert refused(demo=True, fresh=False) == "config.not_a_demo"
