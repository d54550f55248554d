"""How a session was begun: by the person's own way in, or by one that somebody else made for her.

Somebody else's is a shown or printed code, and for some days an invitation, or a mail address that somebody else
wrote. Such a session
reads and does everything, but for `LENT` it decides neither about the money of others nor about how she signs in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent, SignInCode, User
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_daytime

LENT = timedelta(hours=72)
_KEY = "lent_until"  # in the session: ISO 8601
_lent: ContextVar[datetime | None] = ContextVar("lent_until", default=None)


def begun_by(code: SignInCode) -> datetime | None:
    """Until when a session that this code began is lent; None where she made it herself."""
    return None if code.made_by_id == code.agent_id else clock.now() + LENT


def lend(request: HttpRequest, until: datetime | None) -> None:
    """Notes in a session just begun until when it is lent: by its code, or by a new way in of its user."""
    user = request.user
    own = user.lent_until if isinstance(user, User) else None
    latest = max(filter(None, (until, own)), default=None)
    if latest is not None and latest > clock.now():
        request.session[_KEY] = latest.isoformat()


@contextmanager
def as_begun(request: HttpRequest) -> Iterator[None]:
    """The deeds of this request know how its session was begun."""
    kept = request.session.get(_KEY) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
    token = _lent.set(datetime.fromisoformat(kept) if kept else None)
    try:
        yield
    finally:
        _lent.reset(token)


def lent_until() -> datetime | None:
    """Until when the session of the running request is lent; None where it is her own."""
    until = _lent.get()
    return until if until is not None and until > clock.now() else None


def words() -> str:
    """What a page says about a lent session; nothing otherwise."""
    until = lent_until()
    if until is None:
        return ""
    return _(
        "You signed in with a code, an invitation or a mail address that somebody else made for you. Until %(until)s "
        "you cannot agree to payments, move money of others or change bank accounts in this browser. "
        "If it cannot wait, sign in with a passkey or mail address that you had before, or ask another treasurer or "
        "steward."
    ) % {"until": format_daytime(until)}


def require_own() -> None:
    """The permit paragraph of deeds that decide where money goes. Refuses: agents.session_lent."""
    if lent_until() is not None:
        raise Refusal("agents.session_lent", words())


def require_own_or_house(by: Agent) -> None:
    """The same for deeds that the house does too, on the way of something else. Refuses: agents.session_lent."""
    if not (by.is_home or by.kind == Agent.Kind.SYSTEM):
        require_own()


def require_own_way(user: User) -> None:
    """Before she adds, changes or removes a way to sign in: who borrowed her session must not keep it.

    Somebody new, or who has no way in yet but the code, has nothing that could be taken. Refuses: agents.way_in_lent.
    """
    until = lent_until()
    is_settled = clock.now() >= user.date_joined + LENT
    has_way = bool(user.email) or Authenticator.objects.filter(user=user).exists()
    if until is not None and is_settled and has_way:
        raise Refusal(
            "agents.way_in_lent",
            _(
                "You signed in with a code, or a mail address, that somebody else made for you. Until %(until)s you "
                "cannot change how you sign in. If it cannot wait, ask a steward to write your mail address."
            )
            % {"until": format_daytime(until)},
            field="email",
        )


def new_here(user: User) -> None:
    """She came in by an invitation: who made it may be she. Inside operations."""
    user.lent_until = clock.now() + LENT
    user.save(update_fields=["lent_until"])


def new_way_in(user: User, by: Agent) -> None:
    """A mail address or passkey was added: by somebody else, or in a lent session, it begins lent sessions for a while.
    Inside operations.
    """
    is_hers = by.pk == user.agent_id or by.is_home or by.kind == Agent.Kind.SYSTEM
    until = lent_until() if is_hers else clock.now() + LENT
    if until is not None:
        User.objects.filter(pk=user.pk).update(lent_until=until)
        user.lent_until = until
