"""The first pages, as each kind of reader sees them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.practices import Practice
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries

Browser = Callable[[Agent], Client]


def test_before_setup_every_page_says_so(db: None, client: Client) -> None:
    for path in ("/", "/home/", "/people/", "/account/login/"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "just being set up" in answer.content.decode()
    assert client.get("/healthz").status_code == 200


def test_a_stranger_reads_who_we_are(local: Agent, client: Client) -> None:
    text = client.get("/").content.decode()
    assert "Ainonghui" in text
    assert "Ask to join" in text


def test_the_public_page_is_made_of_what_is_on(local: Agent, client: Client, gardens: Practice) -> None:
    """Where goods come from is a part of the shop; what strangers may not open has words and no link."""
    farm = agents.add_producer(by=local, name="Bread mill", about="Rye.", is_public=True)
    assert farm.is_public
    page = client.get("/").content.decode()
    for words in ("Where it comes from", "Bread mill", 'href="/shop/"', "Plots to share", "produce"):
        assert words in page
    assert "/gardens/" not in page
    node.configure(practices=["gardens"])
    page = client.get("/").content.decode()
    for words in ("Where it comes from", "Bread mill", "/shop/", "See what the farms", "produce"):
        assert words not in page
    assert "Plots to share" in page


def test_a_stranger_reads_only_who_shows_herself(people: dict[str, Agent], client: Client) -> None:
    keeper = people["keeper"]
    agents.change_profile(by=keeper, agent=keeper, name="Lu Jing", about="Come and taste.", is_public=True)
    page = client.get("/").content.decode()
    assert "Come and taste." in page
    assert "hand-over keeper" in page
    assert "keeper@example.org" not in page
    assert "Treasurer" not in page


def test_a_stranger_is_led_to_the_sign_in_page_and_back(local: Agent, client: Client) -> None:
    answer = client.get("/home/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/home/"


@pytest.mark.parametrize("role", ["member", "guest", "steward", "producer"])
def test_home_opens_for_everybody_signed_in(people: dict[str, Agent], signed_in: Browser, role: str) -> None:
    browser = signed_in(people[role])
    assert browser.get("/").status_code == 302
    assert browser.get("/home/").status_code == 200
    assert browser.get("/me/").status_code == 200


def test_the_stewards_desk_is_the_stewards(people: dict[str, Agent], signed_in: Browser) -> None:
    assert signed_in(people["steward"]).get("/steward/").status_code == 200
    assert signed_in(people["auditor"]).get("/steward/").status_code == 200
    assert signed_in(people["member"]).get("/steward/").status_code == 403


def test_what_one_person_booked_alone_reaches_the_stewards_after_a_week(
    people: dict[str, Agent], signed_in: Browser
) -> None:
    box = money_queries.boxes().first()
    assert box is not None
    money.pay_cost(by=people["treasurer"], fund_code="running", box=box, amount=100, reason="fee")
    steward = signed_in(people["steward"])
    assert "second pair of eyes" not in steward.get("/steward/").content.decode()
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        assert "1 entry of money waits for a second pair of eyes" in steward.get("/steward/").content.decode()


def test_readiness_says_what_is_missing(local: Agent, client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["worker"]
