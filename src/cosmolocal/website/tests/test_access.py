"""Every address against every role: what is stated lets in, what is not stated is refused."""

from collections.abc import Callable

import pytest
from django.test import Client

from cosmolocal.agents.models import Agent
from cosmolocal.agents.policy import ACCESS_ROLES
from cosmolocal.website import access
from cosmolocal.website.tests.addresses import READERS, ROLES, WRITERS, Address, addresses
from tests import harness

Browser = Callable[[Agent], Client]
# Not walked by GET: it ends the session of the browser that tests.
ENDS_SESSION = {"account_logout"}
# The page itself refuses whoever has no passkey to prove herself with.
NEEDS_PASSKEY = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
OPENERS = {"stranger", "member", "steward"}
ALL = addresses()


@pytest.fixture
def browsers(people: dict[str, Agent], signed_in: Browser) -> dict[str, Client]:
    """One browser for each role, and one of a stranger."""
    return {role: Client() if role == "stranger" else signed_in(people[role]) for role in ROLES}


def outcome(client: Client, address: Address, method: str) -> str:
    """in, sign_in or refused."""
    answer = client.generic(method, address.path)
    if answer.status_code == 302 and answer["Location"].startswith("/account/login/?next="):
        return "sign_in"
    return "refused" if answer.status_code == 403 else f"in ({answer.status_code})"


def test_every_address_is_stated_or_left_to_nobody() -> None:
    ours = [address.name for address in ALL if not address.name.startswith(("account_", "mfa_"))]
    assert [name for name in ours if not access.stated(name)] == []


def test_every_statement_is_about_an_address_and_a_known_word() -> None:
    words = {access.of_view(name, view) for name, _path, view in access.addresses()}
    assert words <= {*READERS, ""}
    assert set(ACCESS_ROLES) <= set(READERS)


def expected(address: Address, role: str, allowed: dict[str, set[str]]) -> str:
    word = access.stated(address.name)
    if word in ("demo", "setup"):
        return "in"
    if role in allowed[word]:
        return "in"
    return "sign_in" if role == "stranger" else "refused"


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_what(browsers: dict[str, Client], role: str) -> None:
    """All refusals; pages that open are opened by three roles here, and by all of them in the long run."""
    wrong = []
    for address in ALL:
        wish = expected(address, role, READERS)
        is_walked = wish != "in" or role in OPENERS or harness.ALL
        if is_walked and address.name not in ENDS_SESSION | NEEDS_PASSKEY:
            found = outcome(browsers[role], address, "GET")
            if not found.startswith(wish):
                wrong.append(f"{address.name}: {found}, expected {wish}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_send(browsers: dict[str, Client], role: str) -> None:
    """By POST, everybody for whom a door is not meant; what happens inside is each app's own test."""
    wrong = []
    for address in ALL:
        wish = expected(address, role, WRITERS)
        if wish != "in":
            found = outcome(browsers[role], address, "POST")
            if found != wish:
                wrong.append(f"{address.name}: {found}, expected {wish}")
    assert wrong == []


def test_setup_and_demo_are_closed_on_a_real_local(browsers: dict[str, Client]) -> None:
    for role, browser in browsers.items():
        assert browser.get("/setup/any/")["Location"] == "/", role
        assert browser.post("/demo/as/steward/").status_code == 404, role
