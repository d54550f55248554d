"""How people come in: invited by link and QR code, or asking at the door; never by an open form."""

from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy, queries, sessions
from cosmolocal.agents.models import Agent, Contact, Invitation, JoinRequest, Role
from cosmolocal.agents.operations.people import add_member, claim_mail, make_user
from cosmolocal.agents.operations.returning import bring_back
from cosmolocal.agents.operations.roles import give_role
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal

INVITATION_DAYS = 30


@operation("agents.invite", said=gettext_lazy("made an invitation"))
def invite(
    *,
    by: Agent,
    token: str,
    household: Agent | None = None,
    role: str = Role.Name.MEMBER,
    uses: int = 1,
    days: int = INVITATION_DAYS,
    key: str = "",
) -> Invitation:
    """Lets whoever holds the link with `token` join; only its digest is kept. A member invites into her household.

    Refuses: agents.not_yours, agents.too_many_uses, agents.session_lent (a steward or treasurer).
    """
    policy.require(_may_invite(by, household, role))
    if role in (Role.Name.STEWARD, Role.Name.TREASURER):
        sessions.require_own_or_house(by)
    if not 1 <= uses <= 500 or not 1 <= days <= 365:
        raise Refusal("agents.too_many_uses", _("An invitation is good for 1 to 500 people and at most a year."))
    return Invitation.objects.create(
        digest=ids.digest(token),
        made_by=by,
        household=household,
        role=role,
        uses_left=uses,
        expires_at=running().at + timedelta(days=days),
    )


@operation("agents.withdraw_invitation", said=gettext_lazy("withdrew an invitation"))
def withdraw_invitation(*, by: Agent, invitation: Invitation, key: str = "") -> Invitation:
    """Makes the link useless. Refuses: agents.not_yours."""
    policy.require(policy.is_house(by) or by.pk == invitation.made_by_id or policy.is_steward(by))
    invitation.uses_left = 0
    invitation.save(update_fields=["uses_left"])
    return invitation


@operation("agents.accept_invitation", said=gettext_lazy("joined by an invitation"))
def accept_invitation(
    *, by: Agent, token: str, name: str, email: str = "", phone: str = "", household_name: str = "", key: str = ""
) -> Agent:
    """Somebody with a valid link joins; `by` is the node itself, since she is nobody here yet. Her sessions are lent
    for a while, since whoever made the link can open it too.

    Her mail address opens the door where it is nobody else's; she is not told whose it is (`people.claim_mail`).

    Refuses: agents.invitation_over, agents.name_missing, agents.not_allowed.
    """
    policy.permit(by)
    found = Invitation.objects.filter(digest=ids.digest(token), expires_at__gt=running().at, uses_left__gt=0)
    if not any(map(may_still_invite, found)) or not found.update(uses_left=F("uses_left") - 1):
        raise Refusal(
            "agents.invitation_over", _("This invitation has been used or is too old. Please ask for a new one.")
        )
    invitation = Invitation.objects.select_related("household").get(digest=ids.digest(token))
    person = add_member(
        by=by,
        name=name,
        phone=phone,
        household_name=household_name,
        household=invitation.household,
        role=Role.Name.GUEST if invitation.role == Role.Name.GUEST else Role.Name.MEMBER,
    )
    user = make_user(by=by, agent=person)  # she signs in now, with or without a mail address
    if email.strip():
        Contact.objects.filter(agent=person).update(email=email.strip())
        claim_mail(by, user, email)
    sessions.new_here(user)
    if invitation.role not in (Role.Name.GUEST, Role.Name.MEMBER):
        give_role(by=by, agent=person, role=invitation.role)
    return person


@operation("agents.ask_to_join", said=gettext_lazy("took a request to join"))
def ask_to_join(
    *, by: Agent, name: str, email: str = "", phone: str = "", words: str = "", key: str = ""
) -> JoinRequest:
    """A stranger asks; `by` is the node itself. One open request for one mail address or phone.

    Refuses: agents.name_missing, agents.no_way_to_answer, agents.not_allowed.
    """
    policy.permit(by)
    if not one_line(name):
        raise Refusal("agents.name_missing", _("Please give a name."), field="name")
    email, phone = email.strip().lower(), phone.strip()
    if not email and not phone:
        raise Refusal(
            "agents.no_way_to_answer", _("Give a mail address or a phone number, so that we can answer."), field="email"
        )
    waiting = JoinRequest.objects.filter(state="waiting", email=email, phone=phone).first()
    if waiting is None:
        waiting = JoinRequest.objects.create(
            name=name.strip(), email=email, phone=phone, words=words.strip(), at=running().at
        )
        announce("website.tell_of_request", waiting.pk)
    return waiting


@operation("agents.welcome", said=gettext_lazy("welcomed somebody who asked to join"))
def welcome(
    *, by: Agent, request: JoinRequest, household: Agent | None = None, is_back: bool = False, key: str = ""
) -> Agent:
    """Says yes to somebody who asked: she becomes a member, in a household given or her own, and is written to.

    `is_back`: she is who left and signed in with this mail address, and comes back as she was.

    Refuses: agents.already_answered, agents.mail_taken, agents.was_here, agents.not_allowed.
    """
    locked = _waiting(request)
    policy.permit(by, policy.STEWARD)
    gone = queries.gone_with(locked.email) if is_back else None
    if gone is not None:
        person = bring_back(by=by, agent=gone, household=household)
    else:
        person = add_member(by=by, name=locked.name, email=locked.email, phone=locked.phone, household=household)
    locked.state, locked.agent = "welcomed", person
    locked.save(update_fields=["state", "agent"])
    announce("website.answer_request", locked.pk)
    return person


@operation("agents.decline", said=gettext_lazy("declined a request to join"))
def decline(*, by: Agent, request: JoinRequest, reason: str, key: str = "") -> JoinRequest:
    """Says no, with a reason that is mailed to the person.

    Refuses: agents.already_answered, agents.reason_missing, agents.not_allowed.
    """
    locked = _waiting(request)
    policy.permit(by, policy.STEWARD)
    if not one_line(reason):
        raise Refusal("agents.reason_missing", _("Write a kind sentence why."), field="reason")
    locked.state, locked.reason = "declined", reason.strip()
    locked.save(update_fields=["state", "reason"])
    announce("website.answer_request", locked.pk)
    return locked


def invitation_of(token: str) -> Invitation | None:
    """The invitation a link stands for, if it still holds."""
    standing = Invitation.objects.filter(digest=ids.digest(token), uses_left__gt=0, expires_at__gt=clock.now())
    found = standing.select_related("household", "made_by").first()
    return found if found is not None and may_still_invite(found) else None


def may_still_invite(invitation: Invitation) -> bool:
    """Has the maker still the right by which she invited? It ends with her task, her membership, her household."""
    return _may_invite(invitation.made_by, invitation.household, invitation.role)


def _may_invite(by: Agent, household: Agent | None, role: str) -> bool:
    if household is not None and household.hidden_at is not None:
        return False
    if policy.is_house(by) or policy.is_steward(by):
        return True
    own = household is not None and role == Role.Name.MEMBER and policy.speaks_for(by, household)
    return own and policy.is_member(by)


def _waiting(request: JoinRequest) -> JoinRequest:
    locked = JoinRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state != "waiting":
        raise Refusal("agents.already_answered", _("Somebody has answered this request already."))
    return locked
