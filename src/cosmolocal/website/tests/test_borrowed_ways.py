"""What a borrowed session cannot do: decide about the money of others, and stay for good."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent, SignInCode, User
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account, MoneyBox, PaymentList, Review
from cosmolocal.website.tests.test_ways_in import came_in_by_code, payout, run_waiting

__all__ = ["payout"]
Browser = Callable[[Agent], Client]
EVIL = "DE89370400440532013000"


@pytest.fixture
def later(people: dict[str, Agent]) -> Iterator[None]:
    """The people have been here for longer than a way in is lent."""
    with clock.frozen_at(clock.now() + 2 * sessions.LENT):
        yield


def post(browser: Client, address: str, **wish: object) -> int:
    return browser.post(address, {"key": ids.fresh_key(), **wish}).status_code


@pytest.fixture
def lent(people: dict[str, Agent], signed_in: Browser, payout: PaymentList) -> Client:
    """The treasurer's name, in a browser that a steward opened by a code."""
    return came_in_by_code(signed_in(people["steward"]), people["treasurer"])


@pytest.fixture
def theirs(people: dict[str, Agent]) -> Account:
    return Account.objects.get(holder=agents_queries.household_of(people["member"]), kind="member")


def test_a_lent_session_changes_no_account_number(lent: Client, payout: PaymentList) -> None:
    box = payout.box
    change = f"/money/boxes/{box.pk}/change/"
    assert post(lent, change, name=box.name, number=EVIL) == 422
    assert post(lent, change, name=box.name, bank_name="Another bank") == 422
    assert post(lent, "/money/boxes/add/", name="Second bank", kind="bank", number=EVIL) == 422
    assert not MoneyBox.objects.exclude(number="", bank_name="").exists()
    assert post(lent, change, name="Our bank") == 302


def test_a_lent_session_moves_no_money_of_others(
    lent: Client, people: dict[str, Agent], payout: PaymentList, theirs: Account
) -> None:
    treasurer, fund = people["treasurer"], money_queries.fund("solidarity", theirs.currency)
    line, leg = money.PaymentDraft(theirs.pk, 100), money.Leg(fund.pk, theirs.pk, 100)
    last_month = clock.today().replace(day=1) - timedelta(days=1)
    deeds = (
        lambda: money.set_limits(by=treasurer, account=theirs, warn_below=0, floor=-500_000),
        lambda: money.change_levels(by=treasurer, currency=theirs.currency, warn_below=0, start_floor=-500_000),
        lambda: money.close_account(by=treasurer, account=theirs, reason="gone"),
        lambda: money.transfer(by=treasurer, source=theirs, target=fund, amount=100, reason="a gift"),
        lambda: money.transfer_many(by=treasurer, legs=[leg]),
        lambda: money.release_reservation(by=treasurer, commitment_id=payout.payments.get().commitment_id),
        lambda: money.refund(by=treasurer, source=fund, account=theirs, amount=100, reason="a gift"),
        lambda: money.make_payment_list(by=treasurer, lines=[line], box=payout.box, name="More"),
        lambda: money.drop_payment_list(by=treasurer, payment_list=payout, reason="not today"),
        lambda: money.close_month(by=treasurer, until=last_month),
        lambda: money.confirm_list(by=treasurer, payment_list=payout),
        lambda: money.confirm_payment(by=treasurer, payment=payout.payments.get()),
        lambda: agents.add_producer(by=treasurer, name="Farm", contact=ContactDraft(iban=EVIL)),
        lambda: agents.add_person(by=treasurer, name="Ghost", contact=ContactDraft(iban=EVIL)),
    )
    with sessions.as_begun(_request_of(lent)):
        for deed in deeds:
            with pytest.raises(Refusal) as refused:
                deed()
            assert refused.value.code == "agents.session_lent"
    assert money_queries.standing(theirs).balance == 4000


@pytest.mark.parametrize("task", ["of a circle", "of a role"])
def test_a_lent_session_says_no_to_no_list(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList, task: str
) -> None:
    """One no of a role ends a list: who borrows a name would stop every payment with it."""
    asked = payout
    if task == "of a role":
        lines = [money.PaymentDraft(payout.payments.get().account_id, 100)]
        agents.give_role(by=agents_queries.system(), agent=people["member"], role="treasurer")
        money.choose_deciders(by=people["steward"], currency=payout.currency, circle=None)
        money.drop_payment_list(by=people["treasurer"], payment_list=payout, reason="by a role")
        asked = money.make_payment_list(by=people["treasurer"], lines=lines, box=payout.box, name="By a role")
    lent = came_in_by_code(signed_in(people["steward"]), people["member"])
    assert "disagree" not in lent.get(f"/money/payouts/{asked.pk}/").content.decode()
    assert post(lent, f"/money/payouts/{asked.pk}/disagree/", reason="not today") == 422
    asked.refresh_from_db()
    assert asked.state == "asked"
    assert not asked.approval.votes.exists()


def test_what_a_lent_session_books_is_kept_and_looked_at(
    lent: Client, people: dict[str, Agent], payout: PaymentList, theirs: Account
) -> None:
    with sessions.as_begun(_request_of(lent)):
        money.top_up(by=people["treasurer"], account=theirs, box=payout.box, amount=100_000)
        unknown = money.top_up_unmatched(by=people["treasurer"], box=payout.box, amount=500)
        money.match_unmatched(by=people["treasurer"], unmatched=unknown, account=theirs)
        cash = money.open_box(by=agents_queries.system(), kind="cash", name="Cash box")
        carried = money.move_money(by=people["treasurer"], source=payout.box, target=cash, amount=20)
        money.receive_money(by=people["treasurer"], carriage=carried, box=cash, arrived=20)
        money.count_cash(by=people["treasurer"], box=cash, counted=19)
    assert money_queries.standing(theirs).balance == 104_500
    seen = list(Review.objects.order_by("pk").values_list("why", "amount"))
    assert seen == [("lent", 100_000), ("lent", 500), ("lent", 20), ("lent", 20), ("lent", 1)]


def test_another_account_number_is_looked_at_by_somebody_else(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    own, box = signed_in(people["treasurer"]), payout.box
    assert post(own, f"/money/boxes/{box.pk}/change/", name=box.name, number=EVIL) == 302
    look = Review.objects.get()
    assert (look.why, look.deed.by) == ("number", people["treasurer"])
    page = signed_in(people["steward"]).get("/money/looks/").content.decode()
    assert "The account number was changed" in page
    assert "→ DE89 3704 0044 0532 0130 00" in page
    assert post(own, f"/money/boxes/{box.pk}/change/", name="Our bank", number=EVIL) == 302
    assert Review.objects.count() == 1


@pytest.mark.usefixtures("later")
def test_a_lent_session_makes_no_way_in(people: dict[str, Agent], signed_in: Browser) -> None:
    her = people["treasurer"]
    lent = came_in_by_code(signed_in(people["steward"]), her)
    for mail in ("mallory@example.org", ""):
        answer = lent.post("/people/me/contact/", {"email": mail, "key": ids.fresh_key()})
        assert answer.status_code == 422
        assert "you cannot change how you sign in" in answer.content.decode()
    assert lent.get(reverse("mfa_add_webauthn")).status_code == 422
    key = Authenticator.objects.create(user=her.user, type="webauthn", data={"name": "hers"})
    assert lent.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 422
    with sessions.as_begun(_request_of(lent)):
        for deed in (
            lambda: agents.add_passkey(by=her, user=her.user, name="his", credential={}),
            lambda: agents.remove_passkey(by=her, passkey=key),
        ):
            with pytest.raises(Refusal) as refused:
                deed()
            assert refused.value.code == "agents.way_in_lent"
    assert User.objects.get(agent=her).email == "treasurer@example.org"
    assert post(lent, "/people/me/contact/", email="treasurer@example.org", phone="0772 1234") == 302


@pytest.mark.usefixtures("later")
def test_who_has_only_codes_may_write_her_first_mail(people: dict[str, Agent], signed_in: Browser) -> None:
    her = people["member"]
    User.objects.filter(agent=her).update(email=None)
    lent = came_in_by_code(signed_in(people["steward"]), her)
    assert post(lent, "/people/me/contact/", email="mine@example.org") == 302
    assert User.objects.get(agent=her).lent_until == clock.now() + sessions.LENT


def test_the_old_address_is_told_whoever_changed_it(people: dict[str, Agent], settings) -> None:
    settings.MAIL_READY = True
    her = people["member"]
    agents.change_contact(by=her, agent=her, contact=ContactDraft(email="new@example.org"))
    run_waiting()
    assert Letter.objects.get(event="sign_in").address == "member@example.org"


@pytest.mark.parametrize("code", ["used by somebody", "not used", "none"])
def test_signing_out_everywhere_ends_passkeys_younger_than_the_code(
    people: dict[str, Agent], signed_in: Browser, code: str
) -> None:
    her = people["member"]
    Authenticator.objects.create(user=her.user, type="webauthn", data={}, created_at=clock.now() - timedelta(days=1))
    if code == "not used":
        agents.make_sign_in_code(by=people["steward"], on_behalf_of=her, code="ABCD2345")
    if code == "used by somebody":
        came_in_by_code(signed_in(people["steward"]), her)
    Authenticator.objects.create(user=her.user, type="webauthn", data={}, created_at=clock.now())
    assert post(signed_in(her), "/people/me/sign-out/") == 302
    assert Authenticator.objects.filter(user=her.user).count() == (1 if code == "used by somebody" else 2)


def _request_of(client: Client):
    """A request of this browser, as far as sessions are asked."""
    return SimpleNamespace(session=client.session, COOKIES=client.cookies)


def test_a_lent_session_makes_no_code_for_itself(
    local: Agent, people: dict[str, Agent], signed_in: Browser, later: None
) -> None:
    """A code of her own begins a session that is not lent: it would be the way round all the others."""
    treasurer = people["treasurer"]
    agents.give_role(by=local, agent=treasurer, role="steward")
    lent = came_in_by_code(signed_in(people["steward"]), treasurer)
    address, codes = f"/people/{treasurer.pk}/code/", SignInCode.objects.filter(made_by=treasurer)
    post(lent, address)
    assert not codes.exists()
    post(signed_in(treasurer), address)
    assert codes.count() == 1
