"""The village with a shop: what is handed over was ordered in rounds."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from cosmolocal.agents import queries as agents_queries
from cosmolocal.catalog import operations as catalog
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import FIRST_CATEGORY, MONDAY, THURSDAY, client_of, refused
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import Order, OrderRound, RoundOffer
from cosmolocal.practices.shop.operations import LineDraft, OfferDraft, RoundDraft

__all__ = ["CLOSING", "FIRST_CATEGORY", "MONDAY", "THURSDAY", "Village", "build", "client_of", "refused"]

CLOSING = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # Wednesday 20:00


class Village(builder.Village):
    """Everybody and everything by name, and rounds of everything."""

    def round(self, *, stocks: Mapping[str, int | None] | None = None, opens: bool = True) -> OrderRound:
        """A round of everything, open since Monday, closing on Wednesday, collected on Thursday."""
        steward = self.people["Li Na"]
        for name, packs in (stocks or {}).items():
            catalog.announce_stock(by=steward, stocks={self.items[name].pk: packs})
        planned = operations.plan_round(
            by=steward,
            draft=RoundDraft(
                "Thursday 26 November", self.place, MONDAY, CLOSING, THURSDAY, THURSDAY + timedelta(hours=3)
            ),
        )
        wishes = [OfferDraft(item.pk) for item in self.items.values()]
        operations.offer_items(by=steward, round=planned, items=wishes)
        handovers.allow_unweighed(by=steward, handover=planned.handover, allowed=True)
        return operations.open_round(by=steward, round=planned) if opens else planned

    def next_round(self) -> OrderRound:
        """The first round again, a day later, and open."""
        steward, first = self.people["Li Na"], OrderRound.objects.order_by("id")[0]
        later = [moment + timedelta(days=1) for moment in (first.opens_at, first.closes_at)]
        hours = [moment + timedelta(days=1) for moment in (first.handover.begins, first.handover.ends)]
        wish = RoundDraft("Second", self.place, *later, *hours)
        planned = operations.plan_round(by=steward, draft=wish, like=first)
        handovers.allow_unweighed(by=steward, handover=planned.handover, allowed=True)
        return operations.open_round(by=steward, round=planned)

    def closed_rounds(self, *sizes: int) -> Iterator[OrderRound]:
        """One round a day, each of so many new households with two things each, and closed: to count statements by."""
        for day, households in enumerate(sizes):
            with self.at(MONDAY + timedelta(days=day, hours=1)):
                round = self.next_round() if day else self.round()
                for number in range(households):
                    name = f"N{households}-{number}"
                    self.newcomer(name)
                    self.order(round, name, {"Pak choi": 1, "Bread": 1})
                self.close(round)
            yield round

    def offer(self, round: OrderRound, name: str) -> RoundOffer:
        return round.offers.select_related("round", "item__product__producer").get(item=self.items[name], lot=None)

    def order(
        self, round: OrderRound, household: str, wishes: Mapping[str, int], *, pays: str = "prepaid", **more: object
    ) -> Order:
        lines = [LineDraft(self.offer(round, name).pk, count) for name, count in wishes.items()]
        by = more.pop("by", None) or agents_queries.members_of(self.households[household])[0]
        return operations.place_order(
            by=by, round=round, household=self.households[household], lines=lines, pays=pays, **more
        )

    def close(self, round: OrderRound) -> OrderRound:
        """Closed, grace over, producers told, crates made."""
        by = agents_queries.system()
        operations.close_round(by=by, round=round)
        return operations.send_producer_orders(by=by, round=round)

    def receive(self, round: OrderRound, **came: int) -> None:
        """Everything comes as the farms were asked for, but for those named (by item): base units accepted."""
        super().receive(round.handover, **came)

    def crate(self, round: OrderRound, household: str) -> Crate:
        return super().crate(round.handover, household)


def build(zone: str = "Asia/Shanghai", currency: str = "CNY") -> Village:
    """The village on Monday morning; every household has 200.00, the restaurant may owe 1,000.00."""
    return Village(**vars(builder.build(zone, currency)))
