"""Who comes into a household reads its books from the first day, and nothing that stands with a person of it."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.agents.tests.village import week_before
from cosmolocal.kernel import clock
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Writing
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import MONDAY, Village
from cosmolocal.website import my_data

SAYS = "orders and statements"


@pytest.fixture
def village(db: None) -> Village:
    return week_before(builder.build)


def reads(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def in_the_file(person: Agent, household: Agent) -> str:
    archive = zipfile.ZipFile(io.BytesIO(my_data.collect(person, household)))
    return "\n".join(archive.read(name).decode() for name in archive.namelist())


def test_she_reads_the_books_of_before_and_no_letter_of_the_others(village: Village) -> None:
    amina, home = village.people["Amina"], village.households["Amina"]
    with clock.frozen_at(MONDAY):
        order = village.order(village.round(), "Amina", {"Bread": 2})
        words = Writing(to_id=amina.pk, event="join", subject="Only for Amina", text="dear Amina", url="")
        messages.send(by=village.home, writings=[words])
        agents.make_sign_in_code(by=village.people["Li Na"], on_behalf_of=amina, code="ABCD2345")
    with clock.frozen_at(MONDAY + timedelta(days=1)):
        new = agents.add_member(by=village.home, name="Yan", household=home)
        account = money_queries.account_for(home)
        assert account is not None
        hers, stranger = builder.client_of(new), builder.client_of(village.people["Jo"])
        statement = f"/money/accounts/{account.pk}/statement/?since={MONDAY - timedelta(days=8):%Y-%m-%d}"
        statement += f"&until={MONDAY:%Y-%m-%d}"
        for path, word in ((f"/shop/orders/{order.pk}/", "Bread"), (statement, "Balance before")):
            assert word in reads(hers, path)
            assert stranger.get(path).status_code == 404
        assert "Only for Amina" in in_the_file(amina, home)
        assert "Only for Amina" not in in_the_file(new, home)
        for path in ("/home/", "/me/", f"/people/{amina.pk}/"):
            said = reads(hers, path)
            assert "Only for Amina" not in said
            assert "made a code" not in said
        agents.leave_group(by=new, member=new, group=home)
        assert hers.get(f"/shop/orders/{order.pk}/").status_code == 404
        assert hers.get(statement).status_code == 404


def test_every_page_that_takes_somebody_in_says_so(village: Village) -> None:
    amina, li_na = builder.client_of(village.people["Amina"]), builder.client_of(village.people["Li Na"])
    home: Agent = village.households["Amina"]
    agents.invite(by=village.people["Amina"], token="into", household=home)
    agents.invite(by=village.people["Li Na"], token="poster")
    farm = village.producers["Huang Dacheng"]
    assert SAYS in reads(amina, "/people/household/")
    assert SAYS in reads(Client(), "/people/i/into/")
    assert SAYS in reads(li_na, "/people/add/")
    assert SAYS in reads(li_na, f"/people/{home.pk}/join/")
    assert SAYS not in reads(li_na, f"/people/{farm.pk}/join/")
    assert SAYS not in reads(Client(), "/people/i/poster/")
