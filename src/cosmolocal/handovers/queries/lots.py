"""What lies at a hand-over's place, lot by lot, and who got of a lot."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers.models import Handover
from cosmolocal.handovers.queries.goods import Measured, measured
from cosmolocal.kernel.sets import among

if TYPE_CHECKING:
    from cosmolocal.flows.models import EconomicResource


@dataclass(frozen=True)
class LotHere:
    """A lot as it lies here: `free` base units of it are in no crate and promised to nobody."""

    lot: "EconomicResource"
    goods: Measured

    @property
    def free(self) -> int:
        return max(self.lot.accounting_quantity - self.lot.promised_quantity, 0)

    @property
    def here_text(self) -> str:
        return self.goods.text(self.lot.onhand_quantity)

    @property
    def free_text(self) -> str:
        return self.goods.text(self.free)


@dataclass(frozen=True)
class Taker:
    """Who has something of a lot, or is to get it, with the people to call: (name, phone, mail)."""

    agent: Agent
    contacts: Sequence[tuple[str, str, str]]
    parts: Sequence["Part"]

    @property
    def is_sure(self) -> bool:
        return any(part.is_sure for part in self.parts)


@dataclass(frozen=True)
class Part:
    """What one agent has of one lot, in words."""

    text: str
    lot: str
    is_sure: bool
    has_it: bool
    at: datetime | None


def lots_found(handover: Handover, words: str = "") -> "QuerySet[EconomicResource]":
    """Which lots lie at this place, by name of the goods: to page through, before `in_words` says anything of them.
    `words`: in goods, producer or code (one statement).
    """
    found = flows_queries.lots_of(agents_queries.home_local().pk, handover.place_id).filter(
        conforms_to__product__isnull=False
    )
    wanted = words.casefold().split()[:8]
    if not wanted:
        return found
    said = found.values_list("pk", "conforms_to__product__name", "conforms_to__product__producer__name", "lot")
    has_all = (pk for pk, *names in said if all(word in " ".join(names).casefold() for word in wanted))
    return found.filter(pk__in=among(has_all))


def in_words(lots: "Iterable[EconomicResource]") -> list[LotHere]:
    """The lots as a page shows them (one statement)."""
    rows = list(lots)
    goods = measured({lot.conforms_to_id for lot in rows})
    return [LotHere(lot, goods[lot.conforms_to_id]) for lot in rows if lot.conforms_to_id in goods]


def lots_here(handover: Handover, only: Collection[int] = ()) -> list[LotHere]:
    """The lots that lie at this place, or these of them, by name of the goods (three statements)."""
    found = lots_found(handover)
    return in_words(found.filter(pk__in=only) if only else found)


def takers(found: flows_queries.Recall) -> list[Taker]:
    """Who got of a lot or is to get it, those who surely have it first (two statements beside the recall itself)."""
    goods = measured({one.specification_id for one in found.reached})
    contacts = _contacts({one.agent for one in found.reached})
    parts: dict[Agent, list[Part]] = defaultdict(list)
    for one in found.reached:
        said = goods.get(one.specification_id)
        text = f"{said.name}, {said.text(one.quantity)}" if said else str(one.quantity)
        parts[one.agent].append(Part(text, one.lot.lot, one.is_sure, one.has_it, one.at))
    listed = [Taker(agent, contacts.get(agent.pk, ()), mine) for agent, mine in parts.items()]
    return sorted(listed, key=lambda taker: (not taker.is_sure, taker.agent.name, taker.agent.pk))


def _contacts(agents: Iterable[Agent]) -> Mapping[int, Sequence[tuple[str, str, str]]]:
    """Whom to call: the agent itself, else the grown-ups who belong to it."""
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for agent_id, name, phone, mail in agents_queries.to_call([agent.pk for agent in agents]):
        if phone or mail:
            found[agent_id].append((name, phone, mail))
    return found
