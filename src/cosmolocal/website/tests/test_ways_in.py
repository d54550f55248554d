"""Ways in that somebody else made: told, named in the log, and not enough to decide where money goes."""

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import approvals, sessions
from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Contact, SignInCode, User
from cosmolocal.kernel import clock, ids, jobs
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages.models import Letter
from cosmolocal.messages.tests.servers import codes_are_sent
from cosmolocal.money import operations as money
from cosmolocal.money.models import PaymentList

Browser = Callable[[Agent], Client]


def came_in_by_code(steward: Client, person: Agent) -> Client:
    """What a steward alone can do: a code for somebody else, typed into another browser."""
    page = steward.post(f"/people/{person.pk}/code/").content.decode()
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert code
    client = Client()
    assert client.post("/people/sign-in/code/", {"code": code.group()}).status_code == 302
    return client


@pytest.fixture
def payout(people: dict[str, Agent], local: Agent) -> PaymentList:
    """A farm is owed 50; the treasurer wants to pay it, and two of a circle have to agree."""
    house, treasurer = agents_queries.system(), people["treasurer"]
    farm = agents_queries.producers_of(people["producer"])[0]
    bank = money.open_box(by=house, kind="bank", name="Bank")
    account = money.open_account(by=house, holder=farm, kind="producer")
    household = money.open_account(by=house, holder=agents_queries.household_of(people["member"]))
    money.top_up(by=treasurer, account=household, box=bank, amount=9000)
    money.transfer(by=treasurer, source=household, target=account, amount=5000, reason="producer")
    circle = agents.add_circle(by=house, name="Money")
    for role in ("member", "other", "treasurer"):
        agents.join(by=house, member=people[role], group=circle)
    money.choose_deciders(by=people["steward"], currency=account.currency, circle=circle, needed=2)
    line = money.PaymentDraft(account.pk, 5000)
    return money.make_payment_list(by=treasurer, lines=[line], box=bank, name="Farms")


def test_one_steward_alone_pays_nothing_out(people: dict[str, Agent], signed_in: Browser, payout: PaymentList) -> None:
    steward = signed_in(people["steward"])
    for role in ("member", "other"):
        browser = came_in_by_code(steward, people[role])
        page = browser.get(f"/money/payouts/{payout.pk}/").content.decode()
        assert "You signed in with a code" in page
        assert "I agree</span>" not in page
        answer = browser.post(f"/money/payouts/{payout.pk}/agree/", {"key": ids.fresh_key()})
        assert answer.status_code == 422
        assert "cannot agree to payments" in answer.content.decode()
    payout.refresh_from_db()
    assert payout.state == PaymentList.State.ASKED


def test_the_same_people_agree_in_sessions_of_their_own(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    for role in ("member", "other"):
        signed_in(people[role]).post(f"/money/payouts/{payout.pk}/agree/", {"key": ids.fresh_key()})
    payout.refresh_from_db()
    assert payout.state == PaymentList.State.AGREED


def test_after_three_days_a_lent_session_is_like_any_other(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    browser = came_in_by_code(signed_in(people["steward"]), people["member"])
    with clock.frozen_at(clock.now() + sessions.LENT + timedelta(minutes=1)):
        answer = browser.post(f"/money/payouts/{payout.pk}/agree/", {"key": ids.fresh_key()})
    assert answer.status_code == 302


@pytest.mark.parametrize("way", ["mail by a steward", "mail in a lent session", "passkey in a lent session"])
def test_a_way_in_that_somebody_else_made_is_lent_too(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList, settings, way: str
) -> None:
    settings.MAIL_READY = True
    member, steward = people["member"], signed_in(people["steward"])
    if way == "mail by a steward":
        steward.post(f"/people/{member.pk}/contact/", {"email": "mine@example.org", "key": ids.fresh_key()})
    else:
        browser = came_in_by_code(steward, member)
        if way.startswith("mail"):
            browser.post("/people/me/contact/", {"email": "mine@example.org", "key": ids.fresh_key()})
        else:
            user = User.objects.get(agent=member)
            with sessions.as_begun(_request_of(browser)):
                agents.add_passkey(by=member, user=user, name="Phone", credential={})
    user = User.objects.get(agent=member)
    if not way.startswith("passkey"):
        assert user.email == "mine@example.org"
    client = Client()
    answer = client.post("/account/login/code/", {"email": user.email})
    client.post(answer["Location"], {"code": _mailed()})
    answer = client.post(f"/money/payouts/{payout.pk}/agree/", {"key": ids.fresh_key()})
    assert answer.status_code == 422
    assert "cannot agree to payments" in answer.content.decode()


def test_a_lent_session_writes_no_bank_account_and_changes_no_rule(
    people: dict[str, Agent], signed_in: Browser, payout: PaymentList
) -> None:
    farm = agents_queries.producers_of(people["producer"])[0]
    lent = came_in_by_code(signed_in(people["steward"]), people["producer"])
    with sessions.as_begun(_request_of(lent)):
        for deed in (
            lambda: agents.change_contact(
                by=people["producer"], agent=farm, contact=agents.ContactDraft(iban="DE89370400440532013000")
            ),
            lambda: money.choose_deciders(by=people["steward"], currency=payout.currency, circle=None),
            lambda: money.agree_entries(by=people["steward"], looks=[]),
            lambda: money.agree_number(by=people["steward"], payment=payout.payments.get(), mark=""),
        ):
            with pytest.raises(Refusal) as refused:
                deed()
            assert refused.value.code == "agents.session_lent"
        agents.change_contact(by=people["producer"], agent=farm, contact=agents.ContactDraft(phone="0772 1234"))
    assert Contact.objects.get(agent=farm).phone == "0772 1234"


def test_she_is_told_of_each_code_and_sees_it_at_home(people: dict[str, Agent], signed_in: Browser, settings) -> None:
    settings.MAIL_READY = True
    member, own = people["member"], signed_in(people["member"])
    assert "A code to sign in as you" not in own.get("/home/").content.decode()
    came_in_by_code(signed_in(people["steward"]), member)
    run_waiting()
    letter = Letter.objects.get(to=member, event="sign_in")
    assert "Steward made a code" in letter.text
    page = own.get("/home/").content.decode()
    assert "A code to sign in as you" in page
    assert "somebody came in by it" in page


def test_the_old_address_reads_who_moved_it(people: dict[str, Agent], settings) -> None:
    settings.MAIL_READY = True
    draft = agents.ContactDraft(email="new@example.org")
    agents.change_contact(by=people["steward"], agent=people["member"], contact=draft)
    run_waiting()
    told = Letter.objects.get(event="sign_in")
    assert told.address == "member@example.org"
    assert "Steward changed the mail address" in told.text


def test_the_log_names_for_whom(people: dict[str, Agent], signed_in: Browser) -> None:
    came_in_by_code(signed_in(people["steward"]), people["member"])
    for code in ("agents.make_sign_in_code", "agents.use_sign_in_code"):
        assert Operation.objects.get(code=code).on_behalf_of == people["member"]


def test_signing_out_everywhere_ends_every_session_and_code(people: dict[str, Agent], signed_in: Browser) -> None:
    member = people["member"]
    phone, lost, other = signed_in(member), signed_in(member), signed_in(people["other"])
    agents.make_sign_in_code(by=people["steward"], on_behalf_of=member, code="ABCD2345")
    assert "Sign out everywhere" in phone.get("/people/me/sign-out/").content.decode()
    assert phone.post("/people/me/sign-out/", {"key": ids.fresh_key()}).status_code == 302
    assert [browser.get("/home/").status_code for browser in (phone, lost, other)] == [302, 302, 200]
    assert Client().post("/people/sign-in/code/", {"code": "ABCD2345"}).status_code == 422
    again = signed_in(member)
    assert again.get("/home/").status_code == 200
    signed_in(people["steward"]).post(f"/people/{member.pk}/sign-out/", {"key": ids.fresh_key()})
    assert again.get("/home/").status_code == 302


def test_nobody_else_signs_somebody_out(people: dict[str, Agent], signed_in: Browser) -> None:
    with pytest.raises(Refusal):
        agents.sign_out_everywhere(by=people["other"], agent=people["member"])


def test_a_code_dies_with_the_task_of_who_made_it(people: dict[str, Agent], local: Agent) -> None:
    steward = people["steward"]
    agents.make_sign_in_code(by=steward, on_behalf_of=people["member"], code="ABCD2345")
    agents.end_role(by=local, role=steward.roles.get(name="steward"))
    assert Client().post("/people/sign-in/code/", {"code": "ABCD2345"}).status_code == 422
    assert SignInCode.objects.get().used_at is None


@pytest.mark.parametrize("end", ["no steward", "left", "put out of the household", "no member"])
def test_an_invitation_dies_with_the_right_that_made_it(people: dict[str, Agent], local: Agent, end: str) -> None:
    maker = people["steward" if end in ("no steward", "left") else "member"]
    household = agents_queries.household_of(people["member"])
    wish = {} if agents_policy.is_steward(maker) else {"household": household}
    agents.invite(by=maker, token="the link", uses=5, **wish)
    assert Client().get("/people/i/the link/").status_code == 200
    if end == "no steward":
        agents.end_role(by=local, role=maker.roles.get(name="steward"))
    elif end == "left":
        agents.leave(by=local, agent=maker)
    else:
        group = household if end.startswith("put") else local
        agents.leave_group(by=people["steward"], member=maker, group=group)
    assert Client().get("/people/i/the link/").status_code == 404
    with pytest.raises(Refusal) as refused:
        agents.accept_invitation(by=agents_queries.system(), token="the link", name="Sun Li")
    assert refused.value.code == "agents.invitation_over"


def test_a_yes_dies_with_the_right_that_gave_it(people: dict[str, Agent], local: Agent, payout: PaymentList) -> None:
    money.agree_payment_list(by=people["member"], payment_list=payout, yes=True)
    agents.leave_group(by=local, member=people["member"], group=payout.approval.circle)
    money.agree_payment_list(by=people["other"], payment_list=payout, yes=True)
    payout.refresh_from_db()
    assert payout.state == PaymentList.State.ASKED
    assert approvals.state("money.payment_list", payout.pk) == "open"


@pytest.mark.parametrize("moves", ["joins", "joins and leaves"])
def test_who_joins_the_payee_afterwards_does_not_agree(
    people: dict[str, Agent], local: Agent, payout: PaymentList, moves: str
) -> None:
    farm = agents_queries.producers_of(people["producer"])[0]
    agents.join(by=local, member=people["member"], group=farm)
    if moves == "joins and leaves":
        agents.leave_group(by=local, member=people["member"], group=farm)
    with pytest.raises(Refusal) as refused:
        money.agree_payment_list(by=people["member"], payment_list=payout, yes=True)
    assert refused.value.code == "agents.may_not_vote"


def test_a_joining_sent_again_from_another_browser_opens_nobodys_session(local: Agent) -> None:
    agents.invite(by=local, token="poster", uses=5)
    wish = {"name": "Sun Li", "email": "", "key": "the same key"}
    first, other = Client(), Client()
    for browser in (first, other):
        browser.get("/people/i/poster/")
    assert first.post("/people/i/poster/", wish).status_code == 302
    other.post("/people/i/poster/", wish)
    mine, theirs = (User.objects.get(pk=client.session["_auth_user_id"]).agent_id for client in (first, other))
    assert mine != theirs


def test_a_helper_shows_nobody_to_more_people(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    helper, member = people["other"], people["member"]
    agents.start_helping(by=local, helper=helper, member=member, consent="at her door")
    for wish in ({"is_public": True}, {"shown_to_members": True}):
        with pytest.raises(Refusal) as refused:
            agents.change_profile(by=helper, agent=member, name="Member", on_behalf_of=member, **wish)
        assert refused.value.code == "agents.hers_to_show"
    agents.change_profile(by=member, agent=member, name="Member", is_public=True, shown_to_members=True)
    shown = {"is_public": True, "shown_to_members": True, "about": "I bake"}
    agents.change_profile(by=helper, agent=member, name="Member", on_behalf_of=member, **shown)
    member.refresh_from_db()
    assert (member.is_public, member.about) == (True, "I bake")


def run_waiting() -> None:
    """Does the jobs that wait, as the worker would."""
    while waiting := DBTaskResult.objects.filter(status="READY", args_kwargs__args__0__startswith="website.").first():
        assert jobs.run_job.call(*waiting.args_kwargs["args"]) == "done"
        waiting.delete()


def _mailed() -> str:
    codes_are_sent()
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", str(mail.outbox[-1].body))
    assert found
    return found.group()


def _request_of(client: Client):
    """A request of this browser, as far as sessions are asked."""
    return SimpleNamespace(session=client.session, COOKIES=client.cookies)


@pytest.mark.parametrize("when", ["just now", "a while ago"])
def test_who_lost_her_device_takes_its_passkey_away_after_a_mailed_code(
    people: dict[str, Agent], settings, when: str
) -> None:
    settings.MAIL_READY = True
    user = people["member"].user
    key = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "The lost phone"})
    client = Client()
    answer = client.post("/account/login/code/", {"email": user.email})
    client.post(answer["Location"], {"code": _mailed()})
    address = f"/account/2fa/webauthn/keys/{key.pk}/remove/"
    with clock.frozen_at(clock.now() + timedelta(minutes=6 if when == "a while ago" else 1)):
        answer = client.post(address)
    assert Authenticator.objects.exists() == (when == "a while ago")
    assert ("reauthenticate" in answer["Location"]) == (when == "a while ago")
