"""Passkeys: by which a person opens the door with her phone or computer; by herself only, in a session of her own."""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy, sessions
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

LONGEST_NAME = 80


@operation("agents.add_passkey", said=gettext_lazy("added a passkey"))
def add_passkey(*, by: Agent, user: User, name: str, credential: Mapping[str, Any], key: str = "") -> Authenticator:
    """One more way in for herself, of which she reads by letter; one that a lent session made lends for a while.

    `credential`: what the browser answered, proved by whoever asked it. Refuses: agents.not_yours, agents.way_in_lent.
    """
    _permit(by, user)
    sessions.require_own_way(user)
    sessions.new_way_in(user, by)
    made = Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": _name(name), "credential": credential},
        created_at=running().at,
    )
    announce("website.tell_of_passkey", by.pk)
    return made


@operation("agents.rename_passkey", said=gettext_lazy("renamed a passkey"))
def rename_passkey(*, by: Agent, passkey: Authenticator, name: str, key: str = "") -> Authenticator:
    """Calls one of hers something else. Refuses: agents.not_yours, agents.passkey_gone."""
    locked = _locked(passkey)
    _permit(by, locked.user)
    locked.data = {**locked.data, "name": _name(name)}
    locked.save(update_fields=["data"])
    return locked


@operation("agents.remove_passkey", said=gettext_lazy("removed a passkey"))
def remove_passkey(*, by: Agent, passkey: Authenticator, key: str = "") -> None:
    """It opens the door no more. Refuses: agents.not_yours, agents.way_in_lent, agents.passkey_gone."""
    locked = _locked(passkey)
    _permit(by, locked.user)
    sessions.require_own_way(locked.user)
    locked.delete()


def _permit(by: Agent, user: User) -> None:
    policy.require(by.pk == user.agent_id)


def _locked(passkey: Authenticator) -> Authenticator:
    found = Authenticator.objects.select_for_update().filter(pk=passkey.pk, type=Authenticator.Type.WEBAUTHN).first()
    if found is None:
        raise Refusal("agents.passkey_gone", _("This passkey was removed already. Your other ways in still hold."))
    return found


def _name(name: str) -> str:
    return one_line(name)[:LONGEST_NAME].strip() or _("Passkey")
