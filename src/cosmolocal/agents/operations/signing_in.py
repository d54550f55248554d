"""One-time codes that a steward shows or prints for somebody without mail: hashed, short-lived, used once."""

from datetime import timedelta

from django.utils.translation import gettext as _

from cosmolocal.agents import policy
from cosmolocal.agents.models import Agent, SignInCode, User
from cosmolocal.kernel import ids
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

CODE_MINUTES = 30
PRINTED_DAYS = 7


def as_typed(code: str) -> str:
    """A code as people type it: any case, with spaces or dashes, O for 0 and so on left out of the alphabet."""
    return "".join(c for c in code.upper() if c.isalnum())


@operation("agents.make_sign_in_code")
def make_sign_in_code(*, by: Agent, agent: Agent, code: str, printed: bool = False, key: str = "") -> SignInCode:
    """Keeps the digest of `code` for `agent`, for 30 minutes, or 7 days when printed; older codes end.

    Refuses: agents.not_a_person, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    if agent.kind != Agent.Kind.PERSON or agent.hidden_at is not None:
        raise Refusal("agents.not_a_person", _("Only a person who is here can sign in."))
    if not User.objects.filter(agent=agent).exists():
        User.objects.create_user(agent=agent)
    now = running().at
    SignInCode.objects.filter(agent=agent, used_at=None, expires_at__gt=now).update(expires_at=now)
    lasts = timedelta(days=PRINTED_DAYS) if printed else timedelta(minutes=CODE_MINUTES)
    return SignInCode.objects.create(agent=agent, digest=ids.digest(as_typed(code)), made_by=by, expires_at=now + lasts)


@operation("agents.use_sign_in_code")
def use_sign_in_code(*, by: Agent, code: str, key: str = "") -> User:
    """Gives the user a code stands for, once; `by` is the node itself.

    Refuses: agents.code_wrong, agents.not_allowed.
    """
    policy.permit(by)
    now = running().at
    found = SignInCode.objects.filter(digest=ids.digest(as_typed(code)), used_at=None, expires_at__gt=now)
    if not found.update(used_at=now):
        raise Refusal(
            "agents.code_wrong", _("This code is wrong, used or too old. Ask a steward for a new one."), field="code"
        )
    user = User.objects.get(agent__sign_in_codes__digest=ids.digest(as_typed(code)))
    if not user.is_active:
        raise Refusal("agents.code_wrong", _("This code is wrong, used or too old. Ask a steward for a new one."))
    return user
