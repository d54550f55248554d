"""Since when a task or a place in a circle decides about money: what one person gave alone has to grow old first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cosmolocal.agents import eyes, policy
from cosmolocal.agents.models import Agent, Approval, Membership, Role, in_force
from cosmolocal.agents.sessions import LENT
from cosmolocal.kernel import clock, seals
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_daytime

_FOR_SOMEBODY = ("agents.accept_invitation",)  # deeds of the house by which it does what one steward wanted


def decides_from(agent: Agent, *, roles: Collection[str] = (), circle: Agent | None = None) -> datetime | None:
    """From when on one of these tasks, or her place in this circle, decides; None: it does already, or she has none.

    At once where the house gave it (setup), and a task that two stewards of two households, none of them hers, gave
    whose own task is old enough; else `LENT` after it was first given, whatever day it says, and by whichever deed: an
    invitation, a person or books taken in.
    """
    moments = []
    for deeds in _given(agent, roles, circle):
        until = _old_from(deeds)
        moments.append(None if until is None or (roles and _two_gave(agent, deeds)) else until)
    return None if None in moments else min(filter(None, moments), default=None)


def _given(agent: Agent, roles: Collection[str], circle: Agent | None) -> list[list[Operation]]:
    """For each task or place that holds today: the deeds that gave it, the oldest first (four statements)."""
    today = in_force(clock.today())
    rows: QuerySet[Any]
    if circle is not None:
        code, rows = "agents.join", Membership.objects.filter(today, member=agent, group=circle)
    else:
        code, rows = "agents.give_role", Role.objects.filter(today, agent=agent, name__in=roles)
    pks = list(rows.values_list("pk", flat=True))
    if not pks:
        return []
    wrote = seals.first_deeds(rows.model._meta.db_table, pks)
    named = Q(code=code, result__id__in=pks) | Q(pk__in=[pk for pk in wrote.values() if pk])
    deeds = list(Operation.objects.filter(named).select_related("by").order_by("pk"))
    return [
        [one for one in deeds if one.pk == wrote.get(pk) or (one.code == code and (one.result or {}).get("id") == pk)]
        for pk in pks
    ]


def _old_from(deeds: list[Operation]) -> datetime | None:
    if not deeds or any(policy.is_house(deed.by) and deed.code not in _FOR_SOMEBODY for deed in deeds):
        return None
    until = _given_at(deeds[0]) + LENT
    return until if until > clock.now() else None


def _given_at(deed: Operation) -> datetime:
    """When a deed was done: not before those that were written before it, whatever the clock said then.

    Only what was written within `LENT` makes a difference, so no more is read.
    """
    now = clock.now()
    earlier = Operation.objects.filter(pk__lt=deed.pk, at__gt=max(deed.at, now - LENT), at__lte=now)
    return earlier.order_by("-at").values_list("at", flat=True).first() or deed.at


def _two_gave(agent: Agent, deeds: list[Operation]) -> bool:
    hers = set(eyes.same([agent.pk]).values_list("pk", flat=True))
    givers = {deed.by for deed in deeds if deed.by_id not in hers}
    settled = [one.pk for one in givers if any(_old_from(own) is None for own in _given(one, [policy.STEWARD], None))]
    return eyes.count(settled) > 1


def words(agent: Agent, approval: Approval) -> str:
    """What a page says to somebody whose yes does not count yet; nothing otherwise."""
    until = decides_from(agent, roles=[approval.role], circle=approval.circle)
    return _sentence(until) if until else ""


def require_settled(agent: Agent, *roles: str, circle: Agent | None = None) -> None:
    """Before a word that decides about money. Refuses: agents.right_too_new."""
    if until := decides_from(agent, roles=roles, circle=circle):
        raise Refusal("agents.right_too_new", _sentence(until))


def waits_for(by: Agent, agent: Agent) -> datetime | None:
    """From when on a steward makes ways in for this person; None: now, or it is her own, or she keeps no money."""
    if by.pk == agent.pk or policy.is_house(by) or not policy.holds_any(agent, policy.STEWARD, policy.TREASURER):
        return None
    return decides_from(by, roles=[policy.STEWARD])


def words_for(by: Agent, agent: Agent) -> str:
    """What a page says in place of the ways in that `by` cannot make yet for this person; nothing otherwise."""
    until = waits_for(by, agent)
    return _sentence(until) if until else ""


def require_settled_for(by: Agent, agent: Agent) -> None:
    """Before a way in for somebody who keeps the money is made, or moved. Refuses: agents.right_too_new."""
    if words := words_for(by, agent):
        raise Refusal("agents.right_too_new", words, field="email")


def _sentence(until: datetime) -> str:
    return _(
        "One person alone gave you this task, or your place in the circle, a short while ago. From %(until)s on your "
        "word counts where money is decided. If it cannot wait, ask somebody who has had it for longer."
    ) % {"until": format_daytime(until)}
