"""How sign-in behaves here: by invitation, no password, codes by mail or from a steward, passkeys on a host name."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from cosmolocal.agents import sessions
from cosmolocal.agents.models import User
from cosmolocal.kernel import ids, node, senders


def passkeys_possible(request: HttpRequest) -> bool:
    """Passkeys belong to a host name, and browsers allow them on https or localhost only."""
    host = request.get_host().rsplit(":", 1)[0]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return request.is_secure() or host == "localhost" or host.endswith(".localhost")
    return False


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

    def generate_login_code(self) -> str:
        """Eight letters that are not misread, in two groups."""
        code = ids.fresh_code(8)
        return f"{code[:4]}-{code[4:]}"

    def get_from_email(self) -> str:
        """The local's own address."""
        return settings.DEFAULT_FROM_EMAIL


class PasskeyAdapter(DefaultMFAAdapter):
    """A passkey is one way in, never a second lock: who lost the phone still gets a code."""

    def is_mfa_enabled(self, user: User, types: Any = None) -> bool:
        """Asked with several types, it is about a second lock after a code: never. Before a new passkey: yes."""
        return False if types and len(types) > 1 else bool(super().is_mfa_enabled(user, types))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name people see when the phone asks."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": node.current().name or "cosmolocal"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Her name, not her number."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": str(user), "name": str(user)}
