"""One-time codes that a steward shows or prints for somebody without mail: hashed, short-lived, used once."""

from collections.abc import Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy, rights, sessions
from cosmolocal.agents.models import Agent, Invitation, SignInCode, User
from cosmolocal.kernel import ids
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among

CODE_MINUTES = 30
PRINTED_DAYS = 7
CODE_REACHES = timedelta(days=30)


def as_typed(code: str) -> str:
    """A code as people type it: any case, with spaces or dashes, O for 0 and so on left out of the alphabet."""
    return "".join(c for c in code.upper() if c.isalnum())


@operation("agents.make_sign_in_code", said=gettext_lazy("made a sign-in code"))
def make_sign_in_code(*, by: Agent, on_behalf_of: Agent, code: str, printed: bool = False, key: str = "") -> SignInCode:
    """Keeps the digest of `code` for that person, for 30 minutes, or 7 days when printed; older codes end. She is told.

    In a lent session nobody makes one for herself: it would begin a session that is not. Refuses:
    agents.not_a_person, agents.not_allowed, agents.session_lent, agents.right_too_new (for who keeps the money).
    """
    policy.permit(by, policy.STEWARD)
    agent = on_behalf_of
    rights.require_settled_for(by, agent)
    if by.pk == agent.pk:
        sessions.require_own()
    if agent.kind != Agent.Kind.PERSON or agent.hidden_at is not None:
        raise Refusal("agents.not_a_person", _("Only a person who is here can sign in."))
    if not User.objects.filter(agent=agent).exists():
        User.objects.create_user(agent=agent)
    now = running().at
    _end_codes(agent)
    lasts = timedelta(days=PRINTED_DAYS) if printed else timedelta(minutes=CODE_MINUTES)
    made = SignInCode.objects.create(
        agent=agent, digest=ids.digest(as_typed(code)), made_by=by, made_at=now, expires_at=now + lasts
    )
    if by.pk != agent.pk:
        announce("website.tell_of_code", made.pk)
    return made


def holder_of(code: str) -> Agent | None:
    """Whose code this is or was; for the log."""
    found = SignInCode.objects.select_related("agent").filter(digest=ids.digest(as_typed(code))).first()
    return found.agent if found else None


@operation("agents.use_sign_in_code", said=gettext_lazy("let somebody in by a sign-in code"))
def use_sign_in_code(*, by: Agent, code: str, on_behalf_of: Agent | None = None, key: str = "") -> SignInCode:
    """Uses up a code, once, whose maker may still make codes; `by` is the node itself, `on_behalf_of` its holder.

    Refuses: agents.code_wrong, agents.not_allowed.
    """
    policy.permit(by)
    now = running().at
    wrong = Refusal(
        "agents.code_wrong", _("This code is wrong, used or too old. Ask a steward for a new one."), field="code"
    )
    found = SignInCode.objects.filter(digest=ids.digest(as_typed(code)), used_at=None, expires_at__gt=now)
    if not found.update(used_at=now):
        raise wrong
    used = SignInCode.objects.select_related("agent__user", "made_by").get(digest=ids.digest(as_typed(code)))
    if not used.agent.user.is_active or not policy.may_make_codes(used.made_by):
        raise wrong
    return used


@operation("agents.sign_out_everywhere", said=gettext_lazy("signed somebody out everywhere"))
def sign_out_everywhere(*, by: Agent, agent: Agent, on_behalf_of: Agent | None = None, key: str = "") -> User | None:
    """Ends every session of a person, and the codes made for her: a lost phone, a code she did not ask for.

    What django-allauth knows of her mail addresses goes: her own alone opens the door. Passkeys that are younger than a
    code of the last `CODE_REACHES` which somebody else made and somebody used end too: whoever used it may have added
    them. By herself or a steward. Refuses: agents.not_yours.
    """
    policy.require(policy.is_house(by) or by.pk == agent.pk or policy.is_steward(by))
    _end_codes(agent)
    user = User.objects.select_for_update().filter(agent=agent).first()
    if user is not None:
        _end_young_passkeys(user)
        EmailAddress.objects.filter(user=user).delete()  # the next sign-in writes her own anew
        user.session_salt = ids.fresh_key()
        user.save(update_fields=["session_salt"])
    return user


@operation("agents.forget_ways_in", said=gettext_lazy("let go of old codes and invitations"))
def forget_ways_in(*, by: Agent, codes: Sequence[int] = (), invitations: Sequence[int] = (), key: str = "") -> None:
    """Lets go of codes and invitations (ids) whose time is long over. Refuses: agents.not_allowed."""
    policy.permit(by)
    SignInCode.objects.filter(pk__in=among(codes)).delete()
    Invitation.objects.filter(pk__in=among(invitations)).delete()


def _end_young_passkeys(user: User) -> None:
    lately = SignInCode.objects.filter(agent=user.agent, made_at__gte=running().at - CODE_REACHES)
    first = lately.exclude(used_at=None).exclude(made_by=user.agent).order_by("made_at").first()
    if first is not None and first.made_at is not None:
        Authenticator.objects.filter(user=user, created_at__gte=first.made_at).delete()


def _end_codes(agent: Agent) -> None:
    now = running().at
    SignInCode.objects.filter(agent=agent, used_at=None, expires_at__gt=now).update(expires_at=now)
