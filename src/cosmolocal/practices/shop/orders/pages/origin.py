"""The way of one line from field to door, as the journal tells it: who grew it and where, what came and was weighed,
what was made of it, when it was packed and handed over, how far it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import Reader
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.queries import Provenance, Source, Step
from cosmolocal.look.dates import format_day, format_daytime, format_window
from cosmolocal.look.numbers import format_number
from cosmolocal.measures import kilometres
from cosmolocal.practices.shop.models import OrderLine
from cosmolocal.practices.shop.orders.queries.orders import LineView


@dataclass
class Origin:
    """Where one line came from, as far as it has come."""

    view: LineView
    told: Provenance
    names: Mapping[int, str]

    @property
    def line(self) -> OrderLine:
        return self.view.line

    @property
    def sources(self) -> Sequence[Source]:
        return self.told.sources

    @property
    def producer(self) -> Agent:
        """Who offers it."""
        return self.view.item.product.producer

    @property
    def offered_from(self) -> Place | None:
        """Where it grows, as its producer says."""
        return self.view.item.product.origin or self.producer.place

    @property
    def store(self) -> Place:
        """Where it is handed over."""
        return self.told.promise.place or self.line.order.round.handover.place

    @property
    def fields(self) -> list[tuple[Place, Agent]]:
        """Where it grew or may have grown, and at whose farm; before anything came, as it was offered."""
        if not self.sources:
            return [(self.offered_from, self.producer)] if self.offered_from else []
        pairs = [(source.field or source.producer.place, source.producer) for source in self.sources if source.producer]
        return list({place.pk: (place, farm) for place, farm in pairs if place is not None}.values())

    @property
    def km_text(self) -> str:
        """How far it came: one way, or the shortest and the longest where it may be of several fields."""
        ways = sorted({km for place, _farm in self.fields if (km := kilometres.between(place, self.store)) is not None})
        if not ways:
            return ""
        if len(ways) == 1:
            return _("%(km)s km") % {"km": format_number(ways[0])}
        return _("%(least)s to %(most)s km") % {"least": format_number(ways[0]), "most": format_number(ways[-1])}

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is known, in pairs."""
        lots = dict.fromkeys(source.lot for source in self.sources if source.lot)
        farms = dict.fromkeys(farm.name for _place, farm in self.fields)
        pairs = [
            (_("Grown or made by"), ", ".join(farms)),
            (_("Village"), ", ".join(place.name for place, _farm in self.fields if not place.is_private)),
            (_("Lot"), ", ".join(lots)),
            (_("Way"), self.km_text),
        ]
        return [pair for pair in pairs if pair[1]]

    @property
    def source_text(self) -> str:
        return kilometres.source_text()

    @property
    def stops(self) -> list[dict[str, Any]]:
        """Farms and store on the map, where they are known."""
        places = [(place, farm.name, "farm") for place, farm in self.fields] + [(self.store, self.store.name, "store")]
        return [
            {"label": label, "lat": place.latitude, "lon": place.longitude, "tone": tone, "note": place.name}
            for place, label, tone in places
            if place.latitude is not None and place.longitude is not None and not place.is_private
        ]

    @property
    def path(self) -> list[dict[str, Any]]:
        """From field to door; what has not happened yet is marked as open."""
        if self.told.is_missing:
            return [*self._announced(), self._missing()]
        came = [step for source in self.sources for step in (self._grown(source), self._received(source))]
        works = [self._worked(step) for step in self.told.works]
        return [*(came or self._announced()), *works, self._packed(), self._handed_over()]

    def _announced(self) -> list[dict[str, Any]]:
        """Nothing has come yet, or nobody wrote down that it came: who is to bring it, where and when."""
        grown = _step(_("Grown or made by %(farm)s") % {"farm": self.producer.name}, "farm", self.offered_from)
        if self.told.packing is not None:
            return [grown]
        handover = self.line.order.round.handover
        when = format_window(handover.begins, handover.ends)
        return [
            grown,
            _step(_("Comes to %(place)s") % {"place": self.store.name}, "truck", None, when=when, done=False),
        ]

    def _missing(self) -> dict[str, Any]:
        packing = self.told.packing
        return _step(_("It was missing when your crate was packed"), "crate", None, packing.at if packing else "")

    def _grown(self, source: Source) -> dict[str, Any]:
        farm = {"farm": source.producer.name if source.producer else _("somebody whose name is not in the books")}
        label = _("Grown or made by %(farm)s") if source.is_sure else _("Possibly grown or made by %(farm)s")
        place = source.field or (source.producer.place if source.producer else None)
        return _step(label % farm, "farm", place, source.day or "", source.certificate)

    def _received(self, source: Source) -> dict[str, Any]:
        there, field = source.place or self.store, source.field or (source.producer and source.producer.place)
        km = kilometres.between(field, there)
        facts = [
            _("%(amount)s for everybody") % {"amount": self._amount(source.quantity)},
            _("lot %(lot)s") % {"lot": source.lot} if source.lot else "",
            self._by(source.by_id, _("weighed by %(name)s")),
            _("%(km)s km") % {"km": format_number(km)} if km is not None else "",
        ]
        return _step(_("Came to %(place)s") % {"place": there.name}, "truck", None, source.at, _said(facts))

    def _worked(self, step: Step) -> dict[str, Any]:
        """What was done here on the way: divided, put together."""
        assert step.process is not None
        inputs = [one for one in self.told.way if one.process == step.process and one.takes_from is not None]
        lots = dict.fromkeys(one.takes_from.lot for one in inputs if one.takes_from)
        facts = [
            _("from lot %(lots)s") % {"lots": ", ".join(filter(None, lots))} if any(lots) else "",
            _("now lot %(lot)s") % {"lot": step.brings_to.lot} if step.brings_to and step.brings_to.lot else "",
            self._by(step.by_id, _("done by %(name)s")),
        ]
        label = str(step.process.get_based_on_display()).capitalize()
        return _step(label, "scales", step.process.place, step.at, _said(facts))

    def _packed(self) -> dict[str, Any]:
        packing = self.told.packing
        if packing is None:
            return _step(_("Packed for you"), "crate", None, done=False)
        facts = [
            self._amount(self.told.promise.quantity),
            self._by(packing.operation.by_id, _("packed by %(name)s")),
        ]
        return _step(_("Weighed and packed for you"), "scales", packing.place, packing.at, _said(facts))

    def _handed_over(self) -> dict[str, Any]:
        if not self.told.handed:
            return _step(_("In your hands"), "hand", None, done=False)
        last = self.told.handed[0]
        by = self._by(last.by_id, _("handed over by %(name)s"))
        return _step(_("In your hands"), "hand", self.store, last.at, by)

    def _amount(self, base: int) -> str:
        return self.view.words.amount(base)

    def _by(self, agent_id: int | None, sentence: str) -> str:
        """Whose hands it were, where the reader may know."""
        name = self.names.get(agent_id or 0)
        return sentence % {"name": name} if name else ""


def origin(line: OrderLine, view: LineView, reader: Reader) -> Origin:
    """The way of a line, read in a fixed number of statements. `line` with its order's hand-over and place."""
    told = flows_queries.provenance(line.commitment_id)
    hands = {source.by_id for source in told.sources} | {step.by_id for step in (*told.works, *told.handed)}
    if told.packing is not None:
        hands.add(told.packing.operation.by_id)
    names = dict(agents_queries.visible_to(reader).filter(pk__in=hands).values_list("pk", "name"))
    return Origin(view, told, names)


def _step(
    label: str,
    icon: str,
    place: Place | None,
    when: datetime | date | str = "",
    note: str = "",
    *,
    done: bool = True,
) -> dict[str, Any]:
    if isinstance(when, datetime):
        when = format_daytime(when)
    elif isinstance(when, date):
        when = format_day(when)
    named = place.name if place is not None and not place.is_private else ""
    return {"label": label, "icon": icon, "place": named, "when": when, "note": note, "done": done}


def _said(facts: Sequence[str]) -> str:
    return " · ".join(filter(None, facts))
