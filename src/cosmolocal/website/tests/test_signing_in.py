"""Ways in: a shown code, a mailed code; never a password, never an open form; limits."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, SignInCode, User
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.agents.session_rows import row_of
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages.tests.servers import codes_are_sent

Browser = Callable[[Agent], Client]


def is_in(client: Client) -> bool:
    return client.get("/home/").status_code == 200


def shown_code(page: str) -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert found
    return found.group()


def test_a_shown_code_opens_once(people: dict[str, Agent], signed_in: Browser) -> None:
    page = signed_in(people["steward"]).post(f"/people/{people['member'].pk}/code/").content.decode()
    code = shown_code(page)
    first, second = Client(), Client()
    assert first.post("/people/sign-in/code/", {"code": code.lower().replace("-", " ")}).status_code == 302
    assert is_in(first)
    again = second.post("/people/sign-in/code/", {"code": code})
    assert again.status_code == 422
    assert "wrong, used or too old" in again.content.decode()
    assert not is_in(second)
    assert not SignInCode.objects.filter(digest__contains=code).exists()


def test_a_code_ends_and_a_new_one_ends_the_old(people: dict[str, Agent], local: Agent) -> None:
    member = people["member"]
    agents.make_sign_in_code(by=local, on_behalf_of=member, code="AAAA2222")
    agents.make_sign_in_code(by=local, on_behalf_of=member, code="BBBB3333")
    with pytest.raises(Refusal):
        agents.use_sign_in_code(by=local, code="AAAA2222")
    with clock.frozen_at(clock.now() + timedelta(minutes=31)), pytest.raises(Refusal):
        agents.use_sign_in_code(by=local, code="BBBB3333")
    agents.make_sign_in_code(by=local, on_behalf_of=member, code="CCCC4444", printed=True)
    with clock.frozen_at(clock.now() + timedelta(days=6)):
        assert agents.use_sign_in_code(by=local, code="cccc 4444").agent == member


def test_guessing_ends_soon(local: Agent) -> None:
    client = Client()
    answers = [client.post("/people/sign-in/code/", {"code": f"GUESS{n}"}).status_code for n in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[10:] == [429] * 2


def test_a_mailed_code_opens(people: dict[str, Agent], settings) -> None:
    settings.MAIL_READY = True
    client = Client()
    assert "Send me a code" in client.get("/account/login/").content.decode()
    answer = client.post("/account/login/code/", {"email": "Member@example.org"})
    assert answer.status_code == 302
    codes_are_sent()
    code = shown_code(str(mail.outbox[0].body))
    wrong = client.post(answer["Location"], {"code": "AAAA-BBBB"})
    assert wrong.status_code in (200, 302)
    assert not is_in(client)
    client.post(answer["Location"], {"code": code})
    assert is_in(client)


def test_an_unknown_address_learns_nothing(local: Agent) -> None:
    pages = []
    for address in ("lina@example.org", "nobody@example.org"):
        client = Client()
        answer = client.post("/account/login/code/", {"email": address})
        assert answer.status_code == 302
        page = client.get(answer["Location"]).content.decode().replace(address, "ADDRESS")
        pages.append((answer["Location"], re.sub(r'(name="(csrfmiddlewaretoken|key)" value=)"[^"]*"', r"\1", page)))
    assert pages[0] == pages[1]
    codes_are_sent()
    assert [letter.to for letter in mail.outbox] == [["lina@example.org"]]


def test_where_no_mail_is_set_up_the_page_says_what_to_do(local: Agent, settings) -> None:
    settings.MAIL_READY = False
    page = Client().get("/account/login/").content.decode()
    assert "Ask a steward for a code" in page
    assert 'name="code"' in page


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/password/reset/", "/account/password/set/", "/account/email/"]
)
def test_no_password_and_no_open_form(people: dict[str, Agent], signed_in: Browser, path: str) -> None:
    assert Client().get(path).status_code == 302
    assert signed_in(people["member"]).get(path).status_code == 403
    assert not User.objects.get(agent=people["member"]).has_usable_password()


@pytest.mark.parametrize(("host", "offered"), [("localhost", True), ("127.0.0.1", False)])
def test_passkeys_only_where_the_host_is_a_name(local: Agent, host: str, offered: bool) -> None:
    page = Client().get("/account/login/", headers={"host": host}).content.decode()
    assert ("passkey_login" in page) is offered


def test_a_changed_address_no_longer_opens(people: dict[str, Agent], local: Agent) -> None:
    member = people["member"]
    agents.change_contact(by=member, agent=member, contact=agents.ContactDraft(email="new@example.org"))
    Client().post("/account/login/code/", {"email": "member@example.org"})
    codes_are_sent()
    assert mail.outbox == []
    Client().post("/account/login/code/", {"email": "new@example.org"})
    codes_are_sent()
    assert len(mail.outbox) == 1


def test_who_has_left_does_not_come_in(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    browser = signed_in(people["member"])
    assert is_in(browser)
    agents.leave(by=local, agent=people["member"])
    assert not is_in(browser)
    Client().post("/account/login/code/", {"email": "member@example.org"})
    codes_are_sent()
    assert mail.outbox == []


def test_back_to_where_one_was_and_nowhere_else(people: dict[str, Agent], local: Agent) -> None:
    for number, (wish, target) in enumerate([("/people/circles/", "/people/circles/"), ("//evil.example/", "/home/")]):
        code = f"ABCD345{number + 2}"
        agents.make_sign_in_code(by=local, on_behalf_of=people["member"], code=code)
        answer = Client().post("/people/sign-in/code/", {"code": code, "next": wish})
        assert answer["Location"] == target


def asked(address: str, *, times: int, sender: str = "192.0.2.1", known: str = "") -> list[int]:
    """What came of asking that often, each time in a new window of a browser (`known`: its cookie of who came in with
    it): 302 a code is on its way, 200 the form again with a sentence.
    """
    answers = []
    for _again in range(times):
        browser = Client()
        browser.cookies[settings.BROWSER_COOKIE_NAME] = known
        answers.append(browser.post("/account/login/code/", {"email": address}, REMOTE_ADDR=sender).status_code)
    return answers


@pytest.mark.parametrize("address", ["member@example.org", "nobody@example.org"])
def test_one_stranger_uses_up_what_is_hers_alone(people: dict[str, Agent], address: str) -> None:
    begin = clock.now()
    for hour, more in enumerate([5, 5, 0, 0]):
        with clock.frozen_at(begin + timedelta(hours=hour, minutes=hour)):
            assert asked(address, times=7) == [302] * more + [200] * (7 - more)
    with clock.frozen_at(begin + timedelta(hours=3, minutes=4)):
        assert asked(address, times=1, sender="198.51.100.7") == [302]
        said = Client().post("/account/login/code/", {"email": address}, REMOTE_ADDR="192.0.2.1").content.decode()
    assert "Many codes were asked for" in said
    assert "failed login" not in said
    with clock.frozen_at(begin + timedelta(days=1, hours=2)):
        assert asked(address, times=1) == [302]


@pytest.mark.parametrize("address", ["member@example.org", "nobody@example.org"])
def test_many_strangers_do_not_flood_an_address(people: dict[str, Agent], address: str) -> None:
    begin, taken = clock.now(), 0
    for hour in range(4):
        with clock.frozen_at(begin + timedelta(hours=hour, minutes=hour)):
            answers = [asked(address, times=1, sender=f"198.51.100.{n}")[0] for n in range(20)]
        taken += answers.count(302)
    assert taken == 30


def test_her_own_browser_asks_whatever_strangers_do(people: dict[str, Agent], local: Agent) -> None:
    agents.make_sign_in_code(by=local, on_behalf_of=people["member"], code="ABCD3456")
    own = Client()
    assert own.post("/people/sign-in/code/", {"code": "ABCD3456"}).status_code == 302
    cookie = own.cookies[settings.BROWSER_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    for n in range(20):
        asked("member@example.org", times=1, sender=f"198.51.100.{n}")
    assert asked("member@example.org", times=1) == [200]
    assert asked("member@example.org", times=7, known=cookie.value) == [302] * 6 + [200]
    assert asked("lina@example.org", times=1, known=cookie.value) == [302]
    changed = cookie.value[:-2] + ("AA" if cookie.value[-2:] != "AA" else "BB")
    assert asked("member@example.org", times=1, known=changed) == [200]


def asked_by_mail(person: Agent) -> tuple[Client, str]:
    """A browser in which a mailed code was asked for, and the code."""
    client = Client()
    client.post("/account/login/code/", {"email": person.user.email})
    codes_are_sent()
    return client, shown_code(str(mail.outbox[-1].body))


@pytest.mark.parametrize("ends", ["nothing", "sign_out_everywhere", "another_address"])
def test_a_mailed_code_ends_with_the_way_in_it_was_asked_for(people: dict[str, Agent], settings, ends: str) -> None:
    settings.MAIL_READY = True
    member = people["member"]
    client, code = asked_by_mail(member)
    if ends == "sign_out_everywhere":
        agents.sign_out_everywhere(by=member, agent=member)
    if ends == "another_address":
        agents.change_contact(by=member, agent=member, contact=ContactDraft(email="elsewhere@example.org"))
    answer = client.post("/account/login/code/confirm/", {"code": code})
    assert is_in(client) is (ends == "nothing")
    assert ("no longer opens" in answer.content.decode()) is (ends != "nothing")


def test_a_session_copied_over_another_signs_nobody_in(people: dict[str, Agent], signed_in: Browser) -> None:
    steward, member = signed_in(people["steward"]), signed_in(people["member"])
    assert (steward.get("/people/").status_code, member.get("/people/").status_code) == (200, 403)
    rows = {number: row_of(number) for number in (steward.session.session_key, member.session.session_key)}
    assert set(Session.objects.values_list("pk", flat=True)) == set(rows.values())
    stolen, own = rows.values()
    Session.objects.filter(pk=own).update(session_data=Session.objects.get(pk=stolen).session_data)
    assert member.get("/people/").status_code == 302
    assert steward.get("/people/").status_code == 200
    reads_the_database = Client()
    reads_the_database.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert reads_the_database.get("/people/").status_code == 302
    assert steward.post("/account/logout/").status_code == 302
    assert not Session.objects.filter(pk=stolen).exists()


@pytest.mark.parametrize("is_whole", [True, False])
def test_sessions_outlive_the_upgrade_that_binds_them_to_their_number(
    people: dict[str, Agent], signed_in: Browser, is_whole: bool
) -> None:
    member = signed_in(people["member"])
    number, held = str(member.session.session_key), dict(member.session.items())
    before = signing.dumps(held, salt="django.contrib.sessions.SessionStore", serializer=signing.JSONSerializer)
    row = Session.objects.filter(pk=row_of(number))
    row.update(session_key=number, session_data=before if is_whole else before[1:])
    import_module("cosmolocal.agents.migrations.0006_session_rows")._bind(apps, None)
    assert is_in(member) is is_whole


@pytest.mark.parametrize(
    "answer", ['{"id": 1}', "{}", "[]", "7", '"x"', "null", '{"id": "AA", "rawId": 7, "response": []}', "{"]
)
def test_an_answer_that_no_device_gives_is_a_wrong_one(
    people: dict[str, Agent], signed_in: Browser, answer: str
) -> None:
    sent = {"credential": answer, "name": "Phone", "key": ids.fresh_key()}
    assert Client().post(reverse("mfa_login_webauthn"), sent).status_code in (200, 302, 422)
    browser = signed_in(people["member"])
    assert browser.post(reverse("mfa_add_webauthn"), sent).status_code in (200, 302, 422)
    assert not Authenticator.objects.exists()
