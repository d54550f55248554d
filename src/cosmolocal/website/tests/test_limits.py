"""How often a form may be sent: over a moving window, wrong ones only where right ones are many people."""

from datetime import timedelta

from django.test import Client

from cosmolocal.agents import limits
from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Try
from cosmolocal.kernel import clock, ids

CODE = "/people/sign-in/code/"


def guess(client: Client, code: str = "WRNG2222") -> int:
    return client.post(CODE, {"code": code}).status_code


def test_ten_in_an_hour_are_ten_in_any_hour(local: Agent) -> None:
    now, client = clock.now(), Client()
    for minute in range(10):
        with clock.frozen_at(now + timedelta(minutes=5 * minute)):
            assert guess(client) == 422
    for minute in (51, 55, 59):
        with clock.frozen_at(now + timedelta(minutes=minute)):
            assert guess(client) == 429
    with clock.frozen_at(now + timedelta(minutes=61)):
        assert guess(client) == 422
        assert guess(client) == 429


def test_right_codes_are_no_tries(people: dict[str, Agent], local: Agent) -> None:
    for _number in range(15):
        code = ids.fresh_code()
        agents.make_sign_in_code(by=local, on_behalf_of=people["member"], code=code)
        assert guess(Client(), code) == 302
    assert guess(Client()) == 422


def test_thirty_neighbours_join_in_one_hall(local: Agent) -> None:
    agents.invite(by=local, token="welcome", uses=40)
    for number in range(30):
        answer = Client().post("/people/i/welcome/", {"name": f"Neighbour {number}", "key": f"n{number}"})
        assert answer.status_code == 302, answer.content.decode()
    assert [Client().post("/people/i/welcome/", {"name": ""}).status_code for _n in range(21)][-2:] == [422, 429]


def test_what_somebody_claims_about_her_address_changes_nothing(local: Agent) -> None:
    answers = [
        Client().post(CODE, {"code": "WRNG2222"}, headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code
        for n in range(11)
    ]
    assert answers[-1] == 429


def test_one_home_of_ipv6_is_one_sender(local: Agent) -> None:
    answers = [Client(REMOTE_ADDR=f"2001:db8:0:1::{n}").post(CODE, {"code": "WRNG2222"}).status_code for n in range(11)]
    assert answers[-1] == 429
    assert guess(Client(REMOTE_ADDR="2001:db8:0:2::1")) == 422


def test_old_tries_are_forgotten(local: Agent) -> None:
    limits.allow("invite", "agent-1", times=1, seconds=60)
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        limits.forget()
    assert not Try.objects.exists()
