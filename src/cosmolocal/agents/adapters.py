"""How sign-in behaves here: by invitation, no password, codes by mail or from a steward, passkeys on a host name."""

import ipaddress
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context as here
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import User
from cosmolocal.kernel import clock, ids, node, senders


def passkeys_possible(request: HttpRequest) -> bool:
    """Passkeys belong to a host name, and browsers allow them on https or localhost only."""
    host = request.get_host().rsplit(":", 1)[0]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost" or host.endswith(".localhost")
    return False


def passkey_handle(user: User) -> str:
    """By what a device tells whose passkey it holds. With this node's id, as nodes on several ports of one host are one
    to a device: of two passkeys with the same handle there it keeps the later one alone.
    """
    return f"{settings.NODE_SHORT_ID}.{user_pk_to_url_str(user)}"


class AccountAdapter(DefaultAccountAdapter):
    """Mailed codes, and nothing that makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation or join request, never by an open form."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits count: the address that the web server has settled, one home of IPv6 as one."""
        return senders.home_of(request.META.get("REMOTE_ADDR", ""))

    def login(self, request: HttpRequest, user: User) -> None:
        """By mailed code or passkey: her own way in, unless somebody else made it lately."""
        super().login(request, user)
        sessions.lend(request, None)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not while she has just come in by a way of her own: whose only passkey is lost takes it away after a code."""
        ways = get_authentication_records(here.request, here.request.user)
        came_in = ways[-1]["at"] if ways else 0
        is_new = clock.now().timestamp() - came_in < app_settings.REAUTHENTICATION_TIMEOUT
        return sessions.lent_until() is not None or not is_new

    def generate_login_code(self) -> str:
        """Eight letters that are not misread, in two groups."""
        code = ids.fresh_code(8)
        return f"{code[:4]}-{code[4:]}"

    def get_from_email(self) -> str:
        """The local's own address."""
        return settings.DEFAULT_FROM_EMAIL


class PasskeyAdapter(DefaultMFAAdapter):
    """A passkey is one way in, never a second lock: who lost the phone still gets a code."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This did not work: the passkey is none that opens this local. Try another one, or use a code."
        ),
    }

    def is_mfa_enabled(self, user: User, types: Any = None) -> bool:
        """Asked with several types, it is about a second lock after a code: never. Before a new passkey: yes."""
        return False if types and len(types) > 1 else bool(super().is_mfa_enabled(user, types))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name people see when the phone asks."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": node.current().name or "cosmolocal"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Her name, not her number."""
        return {"id": passkey_handle(user).encode(), "display_name": str(user), "name": str(user)}
