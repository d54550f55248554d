"""What was put right after settling: facts are written whenever they are found, and the money follows in one deed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.catalog.packs import words_then
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation, running
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import Leg, ledger, looks
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.models import ChangedLater, FarmCorrection, LineCredit, OrderLine, OrderRound
from cosmolocal.practices.shop.settling.operations import dues
from cosmolocal.practices.shop.settling.operations.settling import check_seen
from cosmolocal.practices.shop.settling.operations.weighing import Weighed, weigh


@dataclass(frozen=True)
class Difference:
    """Minor units that somebody gets (below 0: pays) since something else is written than was settled, and what that
    is in words; `account_id` None: there is none that is open, and nothing is booked.
    """

    holder: Agent
    account_id: int | None
    amount: int
    said: str
    line: OrderLine | None = None
    of_deposit: bool = False


def goods_changed(handover_id: int) -> None:
    """A fact about the goods of this hand-over was written, inside its deed: somebody looks whether money follows."""
    settled = OrderRound.objects.filter(handover=handover_id, state=OrderRound.State.SETTLED)
    for pk in settled.order_by("pk").values_list("pk", flat=True):
        announce("shop.compare", pk)


def compare(round: OrderRound) -> None:
    """Keeps in mind that something differs from what was settled, or that nothing does any more. No deed of anybody."""
    if differences(round):
        ChangedLater.objects.get_or_create(round=round, defaults={"since": clock.now()})
    else:
        ChangedLater.objects.filter(round=round).delete()


@operation("shop.follow_facts", said=gettext_lazy("booked what was put right after settling"))
def follow_facts(*, by: Agent, round: OrderRound, seen: str = "", key: str = "") -> None:
    """Books every `differences` of a settled round: households from and to the fund Goodwill (deposits: Deposits held),
    farms from and to Running costs. No floor stops it, since it has happened. What she herself gets, somebody else
    looks at. `seen`: the mark of what was read. Refuses agents.not_allowed, agents.session_lent and
    shop.changed_meanwhile.
    """
    policy.permit_books(by)
    sessions.require_own()
    locked = OrderRound.objects.select_for_update(of=("self",)).select_related(*_ROUND).get(pk=round.pk)
    found = differences(locked)
    check_seen(seen, mark(found))
    booked = [one for one in found if one.account_id is not None]
    ledger.move_many(by=by, legs=list(_legs(locked, booked)))
    at = running().at
    LineCredit.objects.bulk_create(
        LineCredit(
            line=one.line,
            quantity=0,
            amount=one.amount,
            borne_by=rules.DEPOSITS if one.of_deposit else "local",
            reason=rules.PUT_RIGHT,
            by=by,
            at=at,
        )
        for one in booked
        if one.line is not None
    )
    FarmCorrection.objects.bulk_create(
        FarmCorrection(round=locked, producer=one.holder, amount=one.amount, by=by, at=at)
        for one in booked
        if one.line is None
    )
    for one in booked:
        looks.look_needed(by, one.amount, one.holder)
    if len(booked) == len(found):
        ChangedLater.objects.filter(round=locked).delete()


def mark(found: Sequence[Difference]) -> str:
    """For `follow_facts(seen=)`."""
    return rules.mark_of(*((one.holder.pk, one.amount, one.line and one.line.pk, one.of_deposit) for one in found))


def differences(round: OrderRound) -> list[Difference]:
    """What is to be booked now, farms first; empty where all that was put right comes to nothing, or is booked."""
    if round.state != OrderRound.State.SETTLED:
        return []
    return [*_of_farms(round), *_of_lines(round)]


def _of_farms(round: OrderRound) -> Iterator[Difference]:
    """What is accepted now against what was paid at settling, and corrected since."""
    due = dues.to_producers(round, weigh(round))
    paid = {int(producer): amount for producer, amount in round.result["producers"].items()}
    for producer, amount in round.corrections.values_list("producer_id", "amount"):
        paid[producer] = paid.get(producer, 0) + amount
    differ = {pk for pk in {*due, *paid} if due.get(pk, 0) != paid.get(pk, 0)}
    accounts = money_queries.account_ids(differ, "producer")
    for farm in Agent.objects.filter(pk__in=differ).order_by("name", "pk"):
        was, now = paid.get(farm.pk, 0), due.get(farm.pk, 0)
        said = (
            f"{money_queries.format(was, round.account.currency)} → {money_queries.format(now, round.account.currency)}"
        )
        yield Difference(farm, accounts.get(farm.pk), now - was, said)


def _of_lines(round: OrderRound) -> Iterator[Difference]:
    """What lies in the crates now against what was charged. Money that was given back for a line at the door counts."""
    lines = list(_changed(round))
    if not lines:
        return
    now = {one.id: one for one in weigh(round, [line.pk for line in lines])}
    holders = queries.swaps.of_orders({line.order_id for line in lines})
    households = {
        line.pk: holders[line.order_id].household if line.order_id in holders else line.order.household
        for line in lines
    }
    accounts = money_queries.account_ids({household.pk for household in households.values()})
    for line in lines:
        household, one = households[line.pk], now[line.pk]
        words = words_then(line.pack)
        said = f"{line.pack.name}: {words.amount(line.weighed or 0)} → {words.amount(one.weighed)}"
        for amount, of_deposit in _amounts(line, one):
            if amount:
                account = accounts.get(household.pk)
                yield Difference(household, account, amount, said, line, of_deposit=of_deposit)


def _changed(round: OrderRound) -> QuerySet[OrderLine]:
    """Lines that are packed otherwise than they were charged, and those of which that was booked before."""
    charged = OrderLine.objects.filter(order__round=round, final__isnull=False)
    differs = ~Q(weighed=Coalesce(F("commitment__packed__quantity"), 0))
    found = charged.filter(differs | Q(pk__in=LineCredit.objects.filter(reason=rules.PUT_RIGHT).values("line")))
    named = found.select_related("order__household", "pack__item__product__specification__unit")
    return named.prefetch_related("credits").order_by("order__household__name", "pk")


def _amounts(line: OrderLine, now: Weighed) -> Sequence[tuple[int, bool]]:
    """Minor units for the goods and for their deposits."""
    goods = [credit for credit in line.credits.all() if credit.borne_by != rules.DEPOSITS]
    deposits = [credit for credit in line.credits.all() if credit.borne_by == rules.DEPOSITS]
    return (
        (_still((line.final or 0) - now.sold.final, goods), False),
        (_still(line.deposit - now.sold.deposit, deposits), True),
    )


def _still(less: int, credits: Collection[LineCredit]) -> int:
    """What is still to be given back where a line comes to so much `less` now (below 0: more). What the door gave back
    since the last booking counts: it may have been for the same goods. What it gave back before was counted then.
    """
    booked = at_the_door = 0
    for credit in sorted(credits, key=lambda credit: credit.pk):
        if credit.reason != rules.PUT_RIGHT:
            at_the_door += credit.amount
        elif credit.amount < 0:
            booked += credit.amount
        else:
            booked, at_the_door = booked + credit.amount + at_the_door, 0
    since = less - booked
    return since if since < 0 else max(since - at_the_door, 0)


_ROUND = ("handover", "account__currency")


def _legs(round: OrderRound, found: Sequence[Difference]) -> Iterator[Leg]:
    funds = {account.code: account.pk for account in money_queries.funds(round.account.currency)}
    for one in found:
        assert one.account_id is not None
        fund = funds["running" if one.line is None else "deposits" if one.of_deposit else "goodwill"]
        pair = (fund, one.account_id) if one.amount > 0 else (one.account_id, fund)
        yield Leg(*pair, abs(one.amount), "producer" if one.line is None else "credit")
