"""Orders over HTTP on a real node, 2 web workers and 8 browsers; and how much memory a small node keeps.

The limit is an empty page behind the same session, person and door, on the same server.
"""

from collections.abc import Iterator

from django.db.models import Sum

from benchmarks import served, town
from benchmarks.empty_urls import EMPTY
from benchmarks.harness import Ground, Row, alternate, must, percentile
from benchmarks.served import Asked
from benchmarks.town import Town
from cosmolocal.agents import queries as agents_queries
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import ids
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.models import Order, OrderLine, RoundOffer

CLIENTS, WORKERS, LINES = 8, 2, 6
GOAL, P95_MS = 0.25, 100
ROUNDS = 5


def place(ground: Ground) -> Iterator[Row]:
    """A six-line order, as the browser sends it: checked, promised, money set aside, answered with the way on."""
    batch = ground.size(80, 8)
    there = town.build(ground.size(300, 50), households=batch * ROUNDS)
    wishes = iter(order_wishes(there))
    readers = [Asked(EMPTY, served.cookie_of(there, member)) for member in there.members[:batch]]
    took: list[float] = []
    with served.node(WORKERS) as (port, _process):
        served.ask_all(port, CLIENTS, readers, 200)  # both workers have read their code

        def order() -> float:
            some = [next(wishes) for _ in range(batch)]
            seconds, each = served.ask_all(port, CLIENTS, some, 302)
            took.extend(each)
            return batch / seconds

        def empty() -> float:
            many = readers * 5
            return len(many) / served.ask_all(port, CLIENTS, many, 200)[0]

        ours, limit = alternate(order, empty, rounds=ROUNDS)
    _check(batch * ROUNDS)
    p95 = percentile(took, 0.95) * 1000
    yield Row(
        name="order",
        database=ground.database,
        size=f"{batch * ROUNDS} orders of {LINES} lines, {CLIENTS} clients",
        ours=ours,
        limit=limit,
        unit="/s",
        goal=f"at least {GOAL} of an empty page, p95 under {P95_MS} ms",
        met=ours >= GOAL * limit and p95 < P95_MS,
        note=f"p95 {p95:.0f} ms",
    )


def memory(ground: Ground) -> Iterator[Row]:
    """What a node of 300 members keeps after 500 requests: one web worker of 4 threads, the job worker, the watcher."""
    there = town.build(ground.size(1_000, 100), households=ground.size(300, 10))
    pages = ["/home/", "/shop/", f"/shop/{there.round.pk}/?q=a", f"/shop/{there.round.pk}/basket/", "/shop/figures/"]
    count = ground.size(500, 50)
    cookies = [served.cookie_of(there, member) for member in there.members[:20]]
    wishes = [Asked(pages[turn % len(pages)], cookies[turn % len(cookies)]) for turn in range(count)]
    with served.node(workers=1) as (port, process):
        served.ask_all(port, 4, wishes, 200)
        parts = served.memory_mb(process)
    total = sum(parts.values())
    yield Row(
        name="memory",
        database=ground.database,
        size=f"{len(there.members)} members, {count} requests",
        ours=total,
        unit="MB",
        goal="at most 150 MB (PSS)",
        met=total <= 150,
        note=", ".join(f"{name} {size:.0f}" for name, size in parts.items()),
    )


def order_wishes(there: Town) -> list[Asked]:
    """One order for each household, as its page of answers sends it; the basket is filled already."""
    offers = list(RoundOffer.objects.filter(round=there.round).order_by("pk").values_list("pk", flat=True))
    made = []
    for number, member in enumerate(there.members):
        household = agents_queries.household_of(member)
        assert household is not None
        counts = {offers[(number * 7 + line * 11) % len(offers)]: 1 + line % 3 for line in range(LINES)}
        shop.fill_basket(by=member, round=there.round, household=household, counts=counts)
        answers: dict[str, object] = {
            "key": ids.fresh_key(),
            "version": "",
            "pays": "prepaid",
            "line": [f"{offer}:{count}" for offer, count in counts.items()],
        }
        made.append(Asked(f"/shop/{there.round.pk}/check/", served.cookie_of(there, member), answers))
    return made


def _check(orders: int) -> None:
    """Every household has its order once, with all lines; what is promised is what was ordered."""
    must(Order.objects.filter(version=1, state=Order.State.OPEN).count() == orders, "orders are missing or double")
    must(OrderLine.objects.count() == orders * LINES, "lines are missing or double")
    wished = OrderLine.objects.aggregate(all=Sum("wished"))["all"]
    promised = sum(intent.promised_quantity for intent in flows_queries.intents(_intents()).values())
    must(wished == promised, f"{promised} base units are promised, {wished} were ordered")
    must(flows_queries.replay() == [], "replaying the events gives other quantities")


def _intents() -> list[int]:
    return [id for id in RoundOffer.objects.values_list("intent_id", flat=True) if id]
