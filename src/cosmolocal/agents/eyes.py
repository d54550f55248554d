"""Whose eyes are one pair: where somebody else is asked, people of one household are one."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from cosmolocal.agents.models import Agent, Membership
from cosmolocal.agents.sessions import LENT
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among


def held_since(moment: datetime | None = None) -> Q:
    """What is dated and held at any time since `moment`, else since `LENT` ago: what is ended today has yesterday as
    its last day, and who leaves a household for an hour stays of it.
    """
    day = clock.day_of(moment or clock.now() - LENT)
    return Q(until=None) | Q(until__gte=day - timedelta(days=1)) | Q(since__gte=day)


def same(people: Iterable[int], since: datetime | None = None) -> QuerySet[Agent]:
    """These people (ids) and everybody of a household of theirs, at any time since a moment (else of late)."""
    ids = list(people)
    return Agent.objects.filter(Q(pk__in=among(ids)) | Q(pk__in=_housemates(ids, held_since(since)).values("member")))


def are_one(one: Agent, others: Collection[int], since: datetime | None = None) -> bool:
    """Is one of these (ids) she herself, or of a household of hers? At most one statement."""
    if one.pk in others:
        return True
    mates = _housemates([one.pk], held_since(since)) if others else Membership.objects.none()
    return mates.filter(member__in=among(others)).exists()


def pairs(people: Iterable[int], since: datetime | None = None) -> dict[int, int]:
    """Person (id) -> a number that is the same for all who are one pair of eyes (one statement)."""
    found = {person: person for person in people}
    rows = _in_households(held_since(since)).filter(member__in=among(found)).order_by("group", "member")
    first: dict[int, int] = {}
    for group, member in rows.values_list("group", "member"):
        met = first.setdefault(group, member)
        one, other = found[met], found[member]
        if one != other:
            found = {person: one if pair == other else pair for person, pair in found.items()}
    return found


def count(people: Iterable[int], since: datetime | None = None) -> int:
    """How many pairs of eyes these people (ids) are."""
    return len(set(pairs(people, since).values()))


def _housemates(people: Collection[int], held: Q) -> QuerySet[Membership]:
    households = _in_households(held).filter(member__in=among(people)).values("group")
    return _in_households(held).filter(group__in=households)


def _in_households(held: Q) -> QuerySet[Membership]:
    return Membership.objects.filter(held, group__kind=Agent.Kind.HOUSEHOLD)
