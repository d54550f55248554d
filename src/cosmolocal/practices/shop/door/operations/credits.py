"""Money that was given back for a line: the line stays; where it goes out of the crate, settling takes it back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.packs import words_then
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among
from cosmolocal.money import queries as money_queries
from cosmolocal.money.operations import Leg, looks
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.models import LineCredit, OrderLine, OrderRound
from cosmolocal.practices.shop.settling.operations.weighing import Weighed

if TYPE_CHECKING:
    from cosmolocal.money.models import Account


def check_not_credited(lines: Iterable[OrderLine]) -> None:
    """Lines that would go, or become more. Refuses shop.credited where money was given back for one of them."""
    ids = [line.pk for line in lines]
    if ids and LineCredit.objects.filter(line__in=ids).exists():
        raise Refusal(
            "shop.credited",
            _(
                "Money was given back for this line, so it stays in the order and does not become more. Whoever keeps "
                "the hand-over writes on the crate's page that it is missing: settling then takes the money back."
            ),
        )


def of_round(round: OrderRound) -> list[int]:
    """Ids of what was given back for lines of a round: most rounds have none, and read no more than that."""
    return list(LineCredit.objects.filter(line__order__round=round).values_list("pk", flat=True))


def given(ids: Collection[int]) -> dict[int, list[LineCredit]]:
    """Line id -> what was given back for it (`of_round`), the last first (one statement)."""
    found: dict[int, list[LineCredit]] = defaultdict(list)
    credits = LineCredit.objects.filter(pk__in=among(ids))
    for credit in credits.select_related(*_NAMED).order_by("-id") if ids else ():
        found[credit.line_id].append(credit)
    return found


def too_much(given: Mapping[int, Sequence[LineCredit]], lines: Iterable[Weighed]) -> list[LineCredit]:
    """Rows that take back what was given beyond what these lines are charged, goods and deposits each for themselves,
    written by nobody yet: who bore it last gets it first. Their quantity is 0, their amount below 0.
    """
    charged = {line.id: line.sold for line in lines if line.id in given}
    found: list[LineCredit] = []
    for line_id, made in given.items():
        of_deposits = [credit for credit in made if credit.borne_by == rules.DEPOSITS]
        of_goods = [credit for credit in made if credit.borne_by != rules.DEPOSITS]
        sold = charged.get(line_id)
        found += _beyond(of_goods, sold.final if sold else 0)
        found += _beyond(of_deposits, sold.deposit if sold else 0)
    return found


def _beyond(made: Sequence[LineCredit], charged: int) -> Iterator[LineCredit]:
    surplus = sum(credit.amount for credit in made) - charged
    for credit in made:
        part = min(credit.amount, surplus)
        if part > 0:
            surplus -= part
            bearer = credit.borne_by
            yield LineCredit(line=credit.line, quantity=0, amount=-part, borne_by=bearer, reason="not_packed")


def deposit_due(line: OrderLine, has: int) -> int:
    """Minor units of deposit that are to be given back now for packs that were not taken ("refused"), of `has` base
    units that were packed or charged. What is broken or bad is in a pack that comes back some other day.
    """
    each, pack = line.pack.deposit, line.per_pack
    at_the_door = line.credits.exclude(reason=rules.PUT_RIGHT)  # what was put right is in `has`
    refused = at_the_door.filter(reason="refused").aggregate(sum=Sum("quantity", default=0))["sum"]
    given = at_the_door.filter(borne_by=rules.DEPOSITS).aggregate(sum=Sum("amount", default=0))["sum"]
    had, kept = (rules.deposits_of(each, pack, line.granted, part) for part in (has, has - refused))
    return max(had - kept - int(given), 0)


def stands(line: OrderLine) -> tuple[int, int]:
    """Base units that its household has of a line, and minor units for them without deposit: as packed now, as charged
    when it was settled, or as put right since.
    """
    packed = queries.packed_quantity(line)
    if line.final is None:
        return packed, line.costs(rules.charged_quantity(packed, line.cap))
    later = line.credits.filter(reason=rules.PUT_RIGHT)
    if not later.exists():
        return line.weighed or 0, line.final
    followed = later.exclude(borne_by=rules.DEPOSITS).aggregate(sum=Sum("amount", default=0))["sum"]
    return packed, line.final - int(followed)


def write_taken_back(by: Agent, surplus: Sequence[LineCredit]) -> None:
    """Writes them beside the lines, in the deed under way."""
    for credit in surplus:
        credit.by, credit.at = by, running().at
    LineCredit.objects.bulk_create(surplus)


def taken_back(
    surplus: Sequence[LineCredit], households: Mapping[int, int], funds: Mapping[str, "Account"]
) -> list[Leg]:
    """From the household (agent id -> account id) to who bore it: the producer, else the fund it came from."""
    bearers = {_producer(credit) for credit in surplus if credit.borne_by == "producer"}
    past = {
        bearer: money_queries.account_of_past(bearer, money_queries.default_currency(), "producer")
        for bearer in bearers
    }
    producers = {bearer: account.pk for bearer, account in past.items() if account}
    legs = []
    for credit in surplus:
        fund = funds["deposits" if credit.borne_by == rules.DEPOSITS else "goodwill"].pk
        bearer = producers.get(_producer(credit), fund) if credit.borne_by == "producer" else fund
        legs.append(Leg(households[credit.line.order.household_id], bearer, -credit.amount, "credit"))
    return legs


def look_at_much(by: Agent, round: OrderRound) -> None:
    """Small sums that one person gives back for lines, at whose cost ever, are one: what she gave since somebody was
    asked to look at it last, within the days in which the door may give back, is named with who got it.
    """
    since = looks.asked_last(by, "given", running().at - policy.CREDITED_AT_THE_DOOR)
    made = LineCredit.objects.filter(by=by, at__gt=since, amount__gt=0).exclude(reason=rules.PUT_RIGHT)
    total = made.aggregate(sum=Sum("amount", default=0))["sum"]
    if not looks.is_much(total, round.account.currency):
        return
    got: dict[Agent, list[LineCredit]] = defaultdict(list)
    found = list(made.select_related(*_NAMED, "line__pack__item__product__specification__unit").order_by("-id"))
    swapped = queries.swaps.of_orders({credit.line.order_id for credit in found})
    for credit in found:
        swap = swapped.get(credit.line.order_id)
        got[swap.household if swap else credit.line.order.household].append(credit)
    sums = {holder: sum(credit.amount for credit in theirs) for holder, theirs in got.items()}
    most = sorted(sums, key=lambda holder: (-sums[holder], holder.pk))
    said = [
        f"{holder} {money_queries.format(sums[holder], round.account.currency)}: {_goods(got[holder])}"
        for holder in most
    ]
    looks.much_given_back(by, most[0], total, "; ".join(said))


def _goods(made: Iterable[LineCredit]) -> str:
    parts = (f"{credit.line.pack.name} {words_then(credit.line.pack).amount(credit.quantity)}" for credit in made)
    return ", ".join(parts)


_NAMED = ("line__order__household", "line__pack", "line__offer__item__product")


def _producer(credit: LineCredit) -> int:
    return credit.line.offer.item.product.producer_id
