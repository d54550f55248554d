"""Hand-overs and their crates: which may be opened, how far packing is, which crate comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Role
from cosmolocal.handovers.models import Crate, Handover
from cosmolocal.kernel import clock

AT_WORK = timedelta(minutes=15)  # who touched a crate since then is packing now


@dataclass(frozen=True)
class Progress:
    """How far packing is, and who is at it."""

    total: int
    packed: int
    collected: int
    left: int
    packers: Sequence[str]

    @property
    def done(self) -> int:
        return self.total - self.to_pack

    @property
    def to_pack(self) -> int:
        return self.total - self.packed - self.collected - self.left


def visible_to(reader: agents_queries.Reader) -> QuerySet[Handover]:
    """Hand-overs a reader may open: stewards and auditors all; packers, keepers and drivers those of their places."""
    return _at(reader, *Role.AT_PLACES)


def kept_by(reader: agents_queries.Reader) -> QuerySet[Handover]:
    """Hand-overs at whose door she stands, and reads who comes: a keeper's places; stewards, auditors all."""
    return _at(reader, agents_policy.KEEPER)


def _at(reader: agents_queries.Reader, *roles: str) -> QuerySet[Handover]:
    handovers = Handover.objects.select_related("place")
    places = reader.places_of(agents_policy.STEWARD, agents_policy.AUDITOR, *roles)
    return handovers if None in places else handovers.filter(place__in=places)


def current(reader: agents_queries.Reader, now: datetime | None = None) -> list[Handover]:
    """Hand-overs of the last week and those to come, with how many crates they have (two statements)."""
    since = (now or clock.now()) - timedelta(days=7)
    counted = (
        visible_to(reader)
        .filter(ends__gte=since)
        .annotate(
            crate_count=Count("crates"),
            packed_count=Count("crates", filter=~Q(crates__state=Crate.State.TO_PACK)),
            collected_count=Count("crates", filter=Q(crates__state=Crate.State.COLLECTED)),
        )
    )
    return list(counted.order_by("begins", "id"))


def progress(handover: Handover) -> Progress:
    """How far packing is (two statements)."""
    counts = dict(handover.crates.order_by().values_list("state").annotate(Count("id")))
    since = clock.now() - AT_WORK
    at_it = handover.crates.filter(changed_at__gte=since, packer__isnull=False).order_by("packer__name")
    names = list(dict.fromkeys(at_it.values_list("packer__name", flat=True)))
    return Progress(
        total=sum(counts.values()),
        packed=counts.get(Crate.State.PACKED, 0),
        collected=counts.get(Crate.State.COLLECTED, 0),
        left=counts.get(Crate.State.LEFT, 0),
        packers=names,
    )


def packed_words(handover: Handover) -> str:
    """What is said after everything was packed at once: whether a crate still waits for its weights."""
    waiting = progress(handover).to_pack
    if not waiting:
        return _("All crates are packed as ordered.")
    return ngettext(
        "%(count)s crate still waits for a weight: what is paid by weight is not ticked without one.",
        "%(count)s crates still wait for a weight: what is paid by weight is not ticked without one.",
        waiting,
    ) % {"count": waiting}


def crates(handover: Handover) -> list[Crate]:
    """All crates in the order of their numbers, with who they are for (one statement)."""
    return list(handover.crates.select_related("receiver", "packer", "collected_by").order_by("number"))


MANY = 300  # crates: from here on a list of all of them takes longer than a page may


def is_large(handover: Handover) -> bool:
    """Whether what concerns all crates is work for the worker (one statement)."""
    return handover.crates.count() > MANY


def next_crate(handover: Handover, reader: Agent, after: int = 0) -> Crate | None:
    """The next crate to pack: one of hers, else the first after `after` that nobody has begun, else any."""
    waiting = handover.crates.filter(state=Crate.State.TO_PACK).select_related("receiver").order_by("number")
    free = waiting.filter(Q(packer=None) | Q(packer=reader))
    return free.filter(number__gt=after).first() or free.first() or waiting.first()
