"""One round of a region, played by the product's own operations from opening to paid farms, jobs and letters too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.region import Region
    from cosmolocal.agents.models import Agent
    from cosmolocal.money.models import Account
    from cosmolocal.practices.shop.models import OrderRound

TOPPED_UP = 150_00  # minor units that each household pays in with an order
SENT_ONE_BY_ONE = 400  # letters


class Watch:
    """Who looks on while a round is played; this one does not."""

    def look(self, stage: str, round: "OrderRound") -> None:
        """The round has reached a stage."""

    @contextmanager
    def timing(self, deed: str) -> Iterator[None]:
        """Around a deed of the product."""
        yield


def play(region: "Region", monday: datetime, until: str = "paid", watch: "Watch | None" = None) -> "OrderRound":
    """One round by operations, its days after `monday`; `until`: open, ordered, closed, received, packed, collected,
    settled or paid, where it stays. `watch` takes the time of each deed, and looks at the round after each stage.
    """
    return next(round for stage, round in stages(region, monday, watch) if stage == until)


def stages(region: "Region", monday: datetime, watch: "Watch | None" = None) -> "Iterator[tuple[str, OrderRound]]":
    """One round by operations; gives the name of each stage, when it was reached and looked at, and the round."""
    region.watch = watch or Watch()
    round = None
    for stage, work in _STAGES.items():
        round = work(region, monday, round)
        region.watch.look(stage, round)
        yield stage, round


def _open(region: "Region", monday: datetime, _round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.catalog.models import Item
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.practices.shop import operations as shop

    opens, closes, begins = monday, monday + timedelta(days=2), monday + timedelta(days=3, hours=7)
    draft = shop.RoundDraft("Thursday", region.store, opens, closes, begins, begins + timedelta(hours=3))
    with frozen_at(opens):
        goods = [shop.OfferDraft(item) for item in Item.objects.order_by("pk").values_list("pk", flat=True)]
        with region.watch.timing("plan and open"):
            planned = shop.plan_round(by=region.steward, draft=draft)
            shop.offer_items(by=region.steward, round=planned, items=goods)
            opened = shop.open_round(by=region.steward, round=planned)
        run_jobs()
    _evening(monday)
    return opened


def _order(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from benchmarks import copies
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.money import operations as money
    from cosmolocal.practices.shop import operations as shop
    from cosmolocal.practices.shop.models import RoundOffer

    assert round is not None
    offers = list(RoundOffer.objects.filter(round=round).order_by("pk").values_list("pk", flat=True))
    with copies.recorded() as orders:
        for turn, (member, household, account) in enumerate(_ordering(region)):
            with frozen_at(monday + timedelta(hours=1, minutes=turn * 5)):
                money.top_up(by=region.treasurer, account=account, box=region.bank, amount=TOPPED_UP)
                wanted = {
                    offers[(turn * 7 + line * 331) % len(offers)]: 1 + line % 3 for line in range(region.size.lines)
                }
                lines = [shop.LineDraft(offer, count) for offer, count in wanted.items()]
                with region.watch.timing("place orders"):
                    shop.place_order(by=member, round=round, household=household, lines=lines)
        with frozen_at(monday + timedelta(hours=10)):
            run_jobs()
    orders.copy(region.size.orders // region.size.made - 1, beside=region.people)
    return round


def _ordering(region: "Region") -> "Iterator[tuple[Agent, Agent, Account]]":
    """Of each household that operations made: somebody of it, the household, its account."""
    from cosmolocal.agents.models import Agent, Membership
    from cosmolocal.money.models import Account

    assert region.people is not None
    window = region.people.windows[Agent]
    mine = Account.objects.filter(kind="member", holder__gt=window.low, holder__lte=window.high).labelled()
    accounts = {account.holder_id: account for account in mine}
    people = Membership.objects.filter(group__in=list(accounts), until=None).select_related("member", "group")
    for one in people.order_by("pk"):
        yield one.member, one.group, accounts[one.group_id]


def _close(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.agents import queries as agents_queries
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with frozen_at(monday + timedelta(days=2)), region.watch.timing("close"):
        shop.close_round(by=agents_queries.system(), round=round)
    with frozen_at(monday + timedelta(days=2, minutes=31)):
        with region.watch.timing("order at farms"):
            shop.send_producer_orders(by=agents_queries.system(), round=round)
        run_jobs()
    return round


def _receive(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.handovers.operations import ReceiptLine
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.practices.shop.models import ProducerOrder

    assert round is not None
    with frozen_at(monday + timedelta(days=3)):
        for order in ProducerOrder.objects.filter(round=round).select_related("producer").order_by("pk"):
            lines = [
                ReceiptLine(
                    line.commitment.specification_id,
                    line.commitment.quantity,
                    line.commitment.quantity,
                    line.commitment_id,
                )
                for line in order.lines.select_related("commitment").order_by("pk")
            ]
            with region.watch.timing("receive"):
                handovers.receive(by=region.steward, handover=round.handover, producer=order.producer, lines=lines)
    return round


def _pack(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.kernel.clock import frozen_at

    assert round is not None
    with frozen_at(monday + timedelta(days=3, hours=5)):
        with region.watch.timing("pack all"):
            handovers.pack_all(by=region.steward, handover=round.handover)
        run_jobs()
    return round


def _hand_over(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.handovers.models import Handover
    from cosmolocal.kernel.clock import frozen_at

    assert round is not None
    with frozen_at(monday + timedelta(days=3, hours=9)), region.watch.timing("hand over all"):
        handovers.hand_over_all(by=region.steward, handover=round.handover)
    with frozen_at(monday + timedelta(days=3, hours=10)):
        handovers.close_handover(by=region.steward, handover=Handover.objects.get(pk=round.handover_id))
        run_jobs()
    return round


def _settle(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with frozen_at(monday + timedelta(days=3, hours=11)):
        with region.watch.timing("settle"):
            settled = shop.settle_round(by=region.steward, round=round)
        run_jobs()
    _evening(monday + timedelta(days=3))
    return settled


def _evening(day: datetime) -> None:
    """The daily mail of everybody."""
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.messages.tasks import send_digests

    with frozen_at(day + timedelta(hours=11)):  # after six in the evening of the region
        send_digests()
        run_jobs()


def _pay(region: "Region", monday: datetime, round: "OrderRound | None") -> "OrderRound":
    from cosmolocal.kernel.clock import frozen_at
    from cosmolocal.money import operations as money
    from cosmolocal.practices.shop import operations as shop

    assert round is not None
    with frozen_at(monday + timedelta(days=4, hours=10)):
        with region.watch.timing("pay farms"):
            made = shop.pay_producers(by=region.treasurer, round=round, box=region.bank)
        money.agree_payment_list(by=region.second, payment_list=made, yes=True)
        money.confirm_list(by=region.treasurer, payment_list=made)
        run_jobs()
    return round


_STAGES = {
    "open": _open,
    "ordered": _order,
    "closed": _close,
    "received": _receive,
    "packed": _pack,
    "collected": _hand_over,
    "settled": _settle,
    "paid": _pay,
}


def run_jobs() -> None:
    """What operations announced is done at once, as the job worker would; letters go nowhere and count as sent."""
    from django_tasks_db.models import DBTaskResult

    from cosmolocal.kernel import jobs

    with _mail_that_arrives():
        while waiting := list(DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")):
            _hurry()
            for one in waiting:
                jobs.run_job.func(*one.args_kwargs["args"])
            DBTaskResult.objects.filter(pk__in=[one.pk for one in waiting]).delete()


def _hurry() -> None:
    """Of many letters the product sends the first; the others count as sent, as they would be an hour later."""
    from cosmolocal.kernel import clock
    from cosmolocal.messages.models import Letter

    waiting = Letter.objects.filter(state=Letter.State.WAITING)
    for first in waiting.order_by("pk").values_list("pk", flat=True)[SENT_ONE_BY_ONE : SENT_ONE_BY_ONE + 1]:
        waiting.filter(pk__gte=first).update(state=Letter.State.SENT, since=clock.now(), next_at=None)


@contextmanager
def _mail_that_arrives() -> Iterator[None]:
    from django.test import override_settings

    with override_settings(MAIL_READY=True, EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        yield
