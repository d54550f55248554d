"""Passkeys on a device: each opens the door of its own person at its own node, until it is removed there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests import homes
from tests.browser.conftest import Visits, sign_in
from tests.browser.node import Node


@pytest.fixture
def second_node(tmp_path: Path) -> Iterator[Node]:
    """Another local on another port of the same host, with the same people in it."""
    node = homes.demo(tmp_path / "second" / "home")
    (node.home / "node.id").unlink()
    node.start("demo")
    yield node
    node.stop()


NONE = "none that opens this local"


class Device:
    """A phone: Chromium's own virtual authenticator, which keeps passkeys and asks for nobody's finger."""

    def __init__(self, page: Page) -> None:
        self.line: CDPSession = page.context.new_cdp_session(page)
        self.line.send("WebAuthn.enable", {"enableUI": False})
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        self.id = self.line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def held(self) -> list[dict[str, Any]]:
        """The passkeys on it."""
        return list(self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"])

    def holds_only(self, *passkeys: dict[str, Any]) -> None:
        """Whoever holds the device chooses these."""
        self.line.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        for one in passkeys:
            self.line.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": one})


def _add(page: Page, name: str, at: str = "") -> None:
    page.goto(f"{at}/account/2fa/webauthn/add/")
    page.get_by_label("How do you call this key?").fill(name)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ways to sign in")


def _come_in(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()


def _somebody_else_has_her_own(page: Page, device: Device, number: int) -> None:
    """Who uses the same phone neither sees nor changes the passkey of another person."""
    page.context.clear_cookies()
    sign_in(page, "cook")
    page.goto("/account/2fa/webauthn/")
    expect(page.locator("body")).not_to_contain_text("The blue phone")
    for deed in ("edit", "remove"):
        answer = page.goto(f"/account/2fa/webauthn/keys/{number}/{deed}/")
        assert answer is not None
        assert answer.status == 404
    before = {one["credentialId"] for one in device.held()}
    _add(page, "Kitchen phone")
    device.holds_only(*(one for one in device.held() if one["credentialId"] not in before))
    _come_in(page)
    expect(page.locator("body")).to_contain_text("Zhou Ming")


def _another_local_is_another_door(page: Page, device: Device, node: Node) -> None:
    """To a device both locals are one host: a passkey of one neither opens the other nor is lost for one of it."""
    hers = device.held()
    page.goto(f"{node.url}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("body")).to_contain_text(NONE)
    page.goto(node.url)
    page.locator('form[action$="/demo/as/member/"] button').first.click()
    _add(page, "The same phone", node.url)
    assert hers[0]["credentialId"] in {one["credentialId"] for one in device.held()}
    device.holds_only(*hers)


def _a_borrowed_session_changes_none(page: Page, node: Node, number: int) -> None:
    """Who came in by a code of somebody else adds none and takes none away."""
    node.ask(
        "from datetime import timedelta; from cosmolocal.agents.models import User\n"
        "from cosmolocal.kernel import clock\n"
        "answer = User.objects.update(date_joined=clock.now() - timedelta(days=90))"
    )
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", node.run("code", "member@ainonghui.example"))
    assert code
    page.context.clear_cookies()
    page.goto("/people/sign-in/code/")
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home/")
    for address in ("add/", f"keys/{number}/remove/"):
        page.goto(f"/account/2fa/webauthn/{address}")
        expect(page.locator("body")).to_contain_text("cannot change how you sign in")


def test_a_passkey_opens_the_door_of_its_own_person_at_its_own_node(visit_fresh: Visits, second_node: Node) -> None:
    page = visit_fresh("member")
    device = Device(page)
    _add(page, "My phone")
    hers = device.held()
    _come_in(page)
    page.wait_for_url("**/home/")
    expect(page.locator("body")).to_contain_text("Amina")
    page.goto("/account/2fa/webauthn/")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("The blue phone")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("The blue phone")
    number = visit_fresh.node.ask(
        "from allauth.mfa.models import Authenticator; answer = Authenticator.objects.get().pk"
    )

    _somebody_else_has_her_own(page, device, number)
    device.holds_only(*hers)
    _another_local_is_another_door(page, device, second_node)
    visit_fresh.foreign.clear()  # the second node was asked on purpose
    _a_borrowed_session_changes_none(page, visit_fresh.node, number)

    _come_in(page)
    page.wait_for_url("**/home/")
    page.goto("/account/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("body")).to_contain_text("No passkey yet")
    _come_in(page)
    expect(page.locator("body")).to_contain_text(NONE)
    page.goto("/home/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
