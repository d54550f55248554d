"""The way of one line from field to door: farm, village, lot, received, weighed, packed, handed over, how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as people
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import Reader
from cosmolocal.catalog import queries as catalog
from cosmolocal.flows import queries as journal
from cosmolocal.handovers.models import Crate, Packed, Receipt
from cosmolocal.look.dates import format_daytime, format_window
from cosmolocal.look.numbers import format_number
from cosmolocal.measures import kilometres
from cosmolocal.practices.shop.models import OrderLine
from cosmolocal.practices.shop.queries.orders import LineView


@dataclass
class Origin:
    """Where one line came from, as far as it has come."""

    view: LineView
    packed: Packed | None
    crate: Crate | None
    receipts: Sequence[Receipt]
    processes: Sequence[str]
    names: Mapping[int, str]

    @property
    def line(self) -> OrderLine:
        return self.view.line

    @property
    def producer(self) -> Agent:
        return self.view.item.product.producer

    @property
    def field(self) -> Place | None:
        """Where it grew."""
        return self.view.item.product.origin or self.producer.place

    @property
    def store(self) -> Place:
        return self.line.order.round.handover.place

    @property
    def km(self) -> int | None:
        return kilometres.between(self.field, self.store)

    @property
    def km_text(self) -> str:
        return _("%(km)s km") % {"km": format_number(self.km)} if self.km is not None else ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known, in pairs."""
        pairs = [
            (_("Village"), self.field.name if self.field else ""),
            (_("Lot"), self.lot or ", ".join(dict.fromkeys(receipt.lot.lot for receipt in self.sure))),
            (_("Way"), self.km_text),
        ]
        return [pair for pair in pairs if pair[1]]

    @property
    def source_text(self) -> str:
        return kilometres.source_text()

    @property
    def lot(self) -> str:
        return self.packed.lot.lot if self.packed and self.packed.lot else ""

    @property
    def sure(self) -> list[Receipt]:
        """The deliveries it surely comes from; all of them as long as nothing is packed."""
        if self.packed is None or self.packed.lot_id is None:
            return list(self.receipts)
        return [receipt for receipt in self.receipts if receipt.lot_id == self.packed.lot_id]

    @property
    def possible(self) -> list[str]:
        """Other lots of the same goods that lay beside it."""
        sure = {receipt.lot_id for receipt in self.sure}
        return list(dict.fromkeys(r.lot.lot for r in self.receipts if r.lot_id not in sure and r.received))

    @property
    def stops(self) -> list[dict[str, Any]]:
        """Farm and store on the map, where both are known."""
        places = [(self.field, self.producer.name, "farm"), (self.store, self.store.name, "store")]
        return [
            {"label": label, "lat": place.latitude, "lon": place.longitude, "tone": tone, "note": place.name}
            for place, label, tone in places
            if place is not None and place.latitude is not None and place.longitude is not None
        ]

    @property
    def path(self) -> list[dict[str, Any]]:
        """From field to door; what has not happened yet is marked as open."""
        return [self._grown(), *self._made(), self._received(), self._packed(), self._handed_over()]

    def _grown(self) -> dict[str, Any]:
        note = self.view.item.product.certificate
        return _step(_("Grown or made by %(farm)s") % {"farm": self.producer.name}, "farm", self.field, note=note)

    def _made(self) -> list[dict[str, Any]]:
        return [_step(name, "scales", None) for name in self.processes]

    def _received(self) -> dict[str, Any]:
        came = self.sure
        if not came:
            when = format_window(self.line.order.round.handover.begins, self.line.order.round.handover.ends)
            return _step(_("Comes to %(place)s") % {"place": self.store.name}, "truck", None, when=when, done=False)
        first = came[0]
        facts = [
            catalog.quantity_text(self.view.item, sum(receipt.received for receipt in came)) + " " + _("for everybody"),
            _("lot %(lot)s") % {"lot": ", ".join(dict.fromkeys(receipt.lot.lot for receipt in came))},
            self._by(first.by_id, _("weighed by %(name)s")),
        ]
        if self.possible:
            facts.append(_("possibly also from lot %(lots)s") % {"lots": ", ".join(self.possible)})
        return _step(_("Came to %(place)s") % {"place": self.store.name}, "truck", None, first.at, _said(facts))

    def _packed(self) -> dict[str, Any]:
        if self.packed is None:
            return _step(_("Packed for you"), "crate", None, done=False)
        if not self.packed.quantity:
            return _step(_("It was missing when your crate was packed"), "crate", None, self.packed.at)
        facts = [
            catalog.quantity_text(self.view.item, self.packed.quantity),
            _("crate %(number)s") % {"number": self.crate.number} if self.crate else "",
            self._by(self.packed.by_id, _("packed by %(name)s")),
        ]
        return _step(_("Weighed and packed for you"), "scales", self.store, self.packed.at, _said(facts))

    def _handed_over(self) -> dict[str, Any]:
        if self.crate is None or self.crate.state != Crate.State.COLLECTED:
            return _step(_("In your hands"), "hand", None, done=False)
        by = self._by(self.crate.collected_by_id, _("collected by %(name)s"))
        return _step(_("In your hands"), "hand", self.store, self.crate.changed_at, by)

    def _by(self, agent_id: int | None, sentence: str) -> str:
        """Whose hands it were, where the reader may know."""
        name = self.names.get(agent_id or 0)
        return sentence % {"name": name} if name else ""


def origin(line: OrderLine, view: LineView, reader: Reader) -> Origin:
    """The way of a line, read in a fixed number of statements. `line` with its order's hand-over and place."""
    handover = line.order.round.handover
    packed = Packed.objects.filter(commitment=line.commitment_id).select_related("lot", "crate").first()
    receipts = list(
        Receipt.objects.filter(handover=handover, specification=view.item.product.specification_id)
        .filter(Q(received__gt=0))
        .select_related("lot")
        .order_by("at", "id")
    )
    crate = packed.crate if packed else None
    hands = {receipt.by_id for receipt in receipts}
    hands |= {id for id in (packed.by_id if packed else None, crate.collected_by_id if crate else None) if id}
    names = dict(people.visible_to(reader).filter(pk__in=hands).values_list("pk", "name"))
    steps = journal.provenance(commitment_id=line.commitment_id)
    processes = [step.process.name for step in reversed(steps) if step.process is not None]
    return Origin(view, packed, crate, receipts, list(dict.fromkeys(processes)), names)


def _step(
    label: str, icon: str, place: Place | None, when: object = "", note: str = "", *, done: bool = True
) -> dict[str, Any]:
    moment = when if isinstance(when, str) else format_daytime(when)  # type: ignore[arg-type]
    return {
        "label": label,
        "icon": icon,
        "place": place.name if place else "",
        "when": moment,
        "note": note,
        "done": done,
    }


def _said(facts: Sequence[str]) -> str:
    return " · ".join(filter(None, facts))
