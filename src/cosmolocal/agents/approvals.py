""" "n of a circle say yes": asking, voting, and what came of it. Nobody votes on what she is excluded from."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import eyes, policy, queries, rights, rules, sessions
from cosmolocal.agents.models import Agent, Approval, Vote
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@operation("agents.ask_approval", said=gettext_lazy("asked others to agree"))
def ask(
    *,
    by: Agent,
    kind: str,
    subject_id: int,
    needed: int = 2,
    circle: Agent | None = None,
    role: str = "",
    excluded: Iterable[Agent] = (),
) -> Approval:
    """Asks `needed` people of a circle, or holders of a role, about `kind` number `subject_id`; once.

    Called by the operation that needs the yes, which has permitted `by`. Refuses: agents.nobody_to_ask.
    """
    if (circle is None) == (not role):
        raise Refusal("agents.nobody_to_ask", _("Say which circle, or holders of which role, decide about this."))
    approval, is_new = Approval.objects.get_or_create(
        kind=kind,
        subject_id=subject_id,
        defaults={
            "circle": circle,
            "role": role,
            "needed": max(needed, 1),
            "asked_by": by,
            "asked_at": running().at,
        },
    )
    if is_new:
        approval.excluded.set(excluded)
    return approval


@operation("agents.vote", said=gettext_lazy("said yes or no"))
def vote(
    *, by: Agent, approval: Approval, yes: bool, reason: str = "", barred: Iterable[Agent] = (), key: str = ""
) -> Approval:
    """Says yes or no; may be changed while it is open. `barred`: whose word, said earlier, counts no more. People of
    one household are one: two yes of theirs count once, and a no among them takes their yes back.

    Refuses: agents.may_not_vote, agents.already_decided, agents.session_lent, agents.right_too_new (a yes).
    """
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    own = locked.votes.filter(by=by).first()
    if locked.state != "open":
        if own is not None and own.yes == yes:
            return locked
        raise Refusal("agents.already_decided", _("This has been decided already. Open the page again to see how."))
    if not policy.may_vote(by, locked):
        raise Refusal(
            "agents.may_not_vote",
            _("You cannot say yes to this yourself. Ask somebody of another household with the same task."),
        )
    sessions.require_own()  # a no decides as well: of a role it ends the matter
    if yes:
        rights.require_settled(by, locked.role, circle=locked.circle)
    Vote.objects.update_or_create(
        approval=locked, by=by, defaults={"yes": yes, "reason": reason.strip(), "at": running().at}
    )
    # A yes dies with the right that gave it.
    heard = voters(locked).exclude(pk__in=[agent.pk for agent in barred])
    pairs = eyes.pairs(heard.values_list("pk", flat=True), locked.asked_at)
    said = [(pairs[who], is_yes) for who, is_yes in locked.votes.filter(by__in=heard).values_list("by", "yes")]
    against = {pair for pair, is_yes in said if not is_yes}
    agreeing = {pair for pair, is_yes in said if is_yes} - against
    locked.state = rules.approval_state(
        yes=len(agreeing), no=len(against), eligible=len(set(pairs.values())), needed=locked.needed
    )
    locked.save(update_fields=["state"])
    return locked


def voters(approval: Approval) -> QuerySet[Agent]:
    """Who may still or again say something."""
    asked = queries.members_of(approval.circle) if approval.circle else queries.role_holders(approval.role)
    return asked.exclude(pk__in=approval.excluded.values("pk"))


def about(kind: str, subject_id: int) -> Approval | None:
    """The approval asked for something."""
    return Approval.objects.filter(kind=kind, subject_id=subject_id).first()


def state(kind: str, subject_id: int) -> str:
    """`open`, `granted` or `refused`; `open` when nobody was asked yet."""
    found = about(kind, subject_id)
    return found.state if found else "open"


def waiting_for(agent: Agent, kind: str = "") -> list[Approval]:
    """What is open, waits for her word, and she has not answered (of one `kind`, or all)."""
    found = Approval.objects.filter(state="open").exclude(votes__by=agent).exclude(excluded=agent)
    found = found.select_related("circle").order_by("id")
    if kind:
        found = found.filter(kind=kind)
    if not found:
        return []
    groups = {group.pk for group in queries.groups_of(agent)}
    roles = queries.roles_of(agent)
    return [a for a in found if (a.circle_id in groups if a.circle_id else a.role in roles)]
