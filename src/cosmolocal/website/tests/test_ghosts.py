"""People whom one steward invents: they are members at once, and decide nothing about money for her."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import rights, sessions
from cosmolocal.agents.models import Agent, Role, SignInCode, User
from cosmolocal.kernel import clock, ids, seals
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money.models import PaymentList
from cosmolocal.website.tests.test_ways_in import payout

__all__ = ["payout"]
Browser = Callable[[Agent], Client]
OLD = sessions.LENT + timedelta(minutes=1)


def invited(steward: Client, name: str) -> tuple[Client, Agent]:
    """A browser that opened an invitation of the steward, and who it says it is."""
    wish = {"role": "member", "uses": 1, "days": 30, "key": ids.fresh_key()}
    assert steward.post("/people/invitations/", wish).status_code == 302
    token = list(steward.session["invitations"].values())[-1]
    browser = Client()
    wish = {"name": name, "email": f"{name.lower()}@example.org", "household_name": name, "key": ids.fresh_key()}
    assert browser.post(f"/people/i/{token}/", wish).status_code == 302
    return browser, Agent.objects.get(name=name, kind="person")


def agree(browser: Client, payout: PaymentList) -> int:
    return browser.post(f"/money/payouts/{payout.pk}/agree/", {"key": ids.fresh_key()}).status_code


def test_two_ghosts_in_the_circle_agree_to_nothing(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    steward = signed_in(people["steward"])
    for name in ("Ghosta", "Ghostb"):
        browser, ghost = invited(steward, name)
        assert browser.get("/home/").status_code == 200
        wish = {"member": ghost.pk, "key": ids.fresh_key()}
        assert steward.post(f"/people/circles/{payout.approval.circle_id}/join/", wish).status_code == 302
        assert agree(browser, payout) == 422
        assert agree(signed_in(ghost), payout) == 422
    payout.refresh_from_db()
    assert payout.state == PaymentList.State.ASKED


def test_an_invited_treasurer_reads_the_books_and_what_to_do_instead(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    steward = signed_in(people["steward"])
    browser, ghost = invited(steward, "Ghosta")
    wish = {"role": "treasurer", "key": ids.fresh_key()}
    assert steward.post(f"/people/{ghost.pk}/role/", wish).status_code == 302
    page = browser.get("/money/").content.decode()
    assert "or ask another treasurer or steward" in page
    assert User.objects.get(agent=ghost).lent_until > clock.now()
    line = money.PaymentDraft(payout.payments.get().account_id, 10)
    with sessions.as_begun(_request_of(browser)), pytest.raises(Refusal) as refused:
        money.make_payment_list(by=ghost, lines=[line], box=payout.box, name="Mine")
    assert refused.value.code == "agents.session_lent"


def test_who_set_the_local_up_decides_at_once(local: Agent) -> None:
    li = agents_queries.role_holders("steward").get()
    assert User.objects.get(agent=li).lent_until is None
    assert rights.decides_from(li, roles=["steward", "treasurer"]) is None


def test_a_place_in_the_circle_counts_three_days_after_it_was_given(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    circle, packer = payout.approval.circle, people["packer"]
    long_ago = clock.today() - timedelta(days=900)
    agents.join(by=people["steward"], member=packer, group=circle, since=long_ago)
    own = signed_in(packer)
    page = own.get(f"/money/payouts/{payout.pk}/").content.decode()
    assert "One person alone gave you this task" in page
    assert "I agree</span>" not in page
    assert agree(own, payout) == 422
    with clock.frozen_at(clock.now() + OLD):
        assert agree(own, payout) == 302


@pytest.mark.parametrize(
    "second", ["nobody", "another steward", "the same", "herself", "a steward of today", "a couple"]
)
def test_a_task_counts_at_once_where_two_stewards_gave_it(people: dict[str, Agent], local: Agent, second: str) -> None:
    steward, packer, li = people["steward"], people["packer"], Agent.objects.get(name="Li Na", kind="person")
    agents.give_role(by=steward, agent=packer, role=Role.Name.TREASURER)
    if second == "herself":
        agents.give_role(by=local, agent=packer, role=Role.Name.STEWARD)
    if second == "a steward of today":
        agents.give_role(by=steward, agent=people["other"], role=Role.Name.STEWARD)
    also = {"another steward": li, "the same": steward, "herself": packer, "a steward of today": people["other"]}
    if second == "a couple":
        agents.join(by=local, member=li, group=agents_queries.household_of(steward))
        also[second] = li
    if second in also:
        agents.give_role(by=also[second], agent=packer, role=Role.Name.TREASURER)
    counts = rights.decides_from(packer, roles=["treasurer"]) is None
    assert counts == (second == "another steward")
    with clock.frozen_at(clock.now() + OLD):
        assert rights.decides_from(packer, roles=["treasurer"]) is None


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize("way", ["added", "invited", "house"])
def test_a_task_counts_from_when_it_was_given_by_whichever_deed(
    people: dict[str, Agent], local: Agent, way: str, *, is_sealed: bool
) -> None:
    by = local if way == "house" else people["steward"]
    if way == "invited":
        agents.invite(by=by, token="in", role="treasurer")
        wei = agents.accept_invitation(by=local, token="in", name="Wei")
    else:
        wei = agents.add_member(by=by, name="Wei", role="treasurer")
    if is_sealed:
        seals.seal()
    until = rights.decides_from(wei, roles=["treasurer"])
    if way == "house":
        assert until is None
    else:
        assert until is not None
        assert until > clock.now() + sessions.LENT - timedelta(hours=1)
        with clock.frozen_at(clock.now() + OLD):
            assert rights.decides_from(wei, roles=["treasurer"]) is None


def test_a_clock_that_stood_in_the_past_makes_no_task_old(people: dict[str, Agent]) -> None:
    """Neither alone nor written a second time: a deed is not older than those that were written before it."""
    steward, packer, today = people["steward"], people["packer"], clock.now() + timedelta(days=20)
    with clock.frozen_at(today):
        agents.note_age(by=steward, agent=packer, is_minor=False)
    for long_ago in (OLD, 2 * OLD):
        with clock.frozen_at(today - long_ago):
            agents.give_role(by=steward, agent=packer, role=Role.Name.TREASURER)
        with clock.frozen_at(today):
            assert rights.decides_from(packer, roles=["treasurer"]) == today + sessions.LENT
    with clock.frozen_at(today + OLD):
        assert rights.decides_from(packer, roles=["treasurer"]) is None


def test_a_steward_of_today_makes_no_way_in_for_who_keeps_the_money(
    people: dict[str, Agent], signed_in: Browser
) -> None:
    new, treasurer = people["packer"], people["treasurer"]
    agents.give_role(by=people["steward"], agent=new, role=Role.Name.STEWARD)
    browser, page = signed_in(new), f"/people/{treasurer.pk}/"
    shown = browser.get(page).content.decode()
    assert "One person alone gave you this task" in shown
    assert "Show a code" not in shown
    assert browser.post(f"{page}code/").status_code == 422
    assert browser.post(f"{page}contact/", {"email": "x@example.org", "key": ids.fresh_key()}).status_code == 422
    assert not SignInCode.objects.exists()
    assert User.objects.get(agent=treasurer).email == "treasurer@example.org"
    assert "Show a code" in browser.get(f"/people/{people['member'].pk}/").content.decode()
    assert browser.post(f"/people/{people['member'].pk}/code/").status_code == 200
    with clock.frozen_at(clock.now() + OLD):
        assert browser.post(f"{page}code/").status_code == 200


def test_the_founder_alone_makes_codes_for_all(local: Agent, signed_in: Browser) -> None:
    li = agents_queries.role_holders("steward").get()
    treasurer = agents.add_member(by=li, name="Wei", role="treasurer")
    assert signed_in(li).post(f"/people/{treasurer.pk}/code/").status_code == 200


def test_words_about_money_ask_how_old_the_task_is(people: dict[str, Agent], payout: PaymentList) -> None:
    packer = people["packer"]
    agents.give_role(by=people["steward"], agent=packer, role=Role.Name.STEWARD)
    for deed in (
        lambda: money.agree_entries(by=packer, looks=[]),
        lambda: money.agree_number(by=packer, payment=payout.payments.get(), mark=""),
        lambda: money.choose_deciders(by=packer, currency=payout.currency, circle=None),
    ):
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == "agents.right_too_new"


def test_a_lent_session_names_nobody_who_decides(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    browser, _ghost = invited(signed_in(people["steward"]), "Ghosta")
    for role in ("steward", "treasurer"):
        with sessions.as_begun(_request_of(browser)), pytest.raises(Refusal) as refused:
            agents.give_role(by=people["steward"], agent=people["packer"], role=role)
        assert refused.value.code == "agents.session_lent"
    with sessions.as_begun(_request_of(browser)):
        agents.give_role(by=people["steward"], agent=people["other"], role="packer")


def _request_of(client: Client):
    """A request of this browser, as far as sessions are asked."""
    return SimpleNamespace(session=client.session, COOKIES=client.cookies)
