"""Any order of deeds with crates and with money given back: each household pays what it had, and the books replay."""

from collections.abc import Callable
from typing import Any, ClassVar

import hypothesis.strategies as st
import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate, Receipt
from cosmolocal.kernel import clock
from cosmolocal.kernel.evidence import SEALED
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop import queries as shop_queries
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.settling.operations import following
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import MONDAY, THURSDAY, Village

INDEXES = st.integers(0, 5)
BEGAN_WITH = 20_000
WISHES = {
    "Amina": {"Bread": 2, "Lotus root": 1},
    "Jo": {"Eggs": 2, "Bread": 1},
    "Chen": {"Lotus root": 2},
}
# A wish that came at the wrong time, or for more than there is.
MAY_REFUSE = {
    *("shop.more_than_bought", "shop.round_settled", "shop.not_settled", "shop.not_collected", "shop.not_two_orders"),
    *("shop.not_all_packed", "shop.not_now"),
}


class CratesMachine(RuleBasedStateMachine):
    """Three crates of one round; what a run writes is rolled back."""

    village: ClassVar[Village]
    round: ClassVar[OrderRound]

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.sealed: list[Any] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_of_it.__exit__(None, None, None)

    def do(self, act: Callable[..., Any], by: str, **wish: Any) -> None:
        try:
            with transaction.atomic():
                act(by=self.village.people[by], **wish)
        except Refusal as refusal:
            if refusal.code not in MAY_REFUSE:
                raise

    def is_settled(self) -> bool:
        return OrderRound.objects.get(pk=self.round.pk).state == OrderRound.State.SETTLED

    def orders(self) -> list[Order]:
        return list(Order.objects.filter(round=self.round).order_by("pk"))

    def pair(self, a: int, b: int) -> tuple[Order, Order]:
        orders = self.orders()
        return orders[a % len(orders)], orders[b % len(orders)]

    def line(self, n: int) -> OrderLine:
        lines = list(OrderLine.objects.filter(order__round=self.round).order_by("pk"))
        return lines[n % len(lines)]

    @rule(n=INDEXES, percent=st.sampled_from([0, 30, 50, 90, 100, 140]))
    def pack(self, n: int, percent: int) -> None:
        line = self.line(n)
        crate = Crate.objects.get(handover=self.round.handover, receiver=line.commitment.receiver)
        quantity, pack = line.granted * percent // 100, handovers.pack_line
        self.do(pack, "Tan Mei", crate=crate, commitment_id=line.commitment_id, quantity=quantity, reason="short")

    @rule(n=INDEXES, parts=st.lists(st.integers(1, 800), min_size=1, max_size=4), farm=st.booleans())
    def give_back(self, n: int, parts: list[int], farm: bool) -> None:
        for part in parts:
            wish = {"line": self.line(n), "quantity": part, "borne_by": "producer" if farm else "local"}
            self.do(shop.credit_line, "Keeper Lu", reason="broken", **wish)

    @rule(n=INDEXES, is_back=st.booleans())
    def tick(self, n: int, is_back: bool) -> None:
        crate = list(Crate.objects.filter(handover=self.round.handover).order_by("pk"))[n % 3]
        self.do(handovers.take_back if is_back else handovers.hand_over, "Keeper Lu", crate=crate)

    @rule(a=INDEXES, b=INDEXES)
    def swap_before(self, a: int, b: int) -> None:
        one, other = self.pair(a, b)
        self.do(shop.swap_orders, "Keeper Lu", order=one, other=other)

    @rule()
    def settle(self) -> None:
        self.do(handovers.hand_over_all, "Keeper Lu", handover=self.round.handover)
        self.do(shop.settle_round, "Li Na", round=self.round)

    @rule(a=INDEXES, b=INDEXES)
    def swap_after(self, a: int, b: int) -> None:
        one, other = self.pair(a, b)
        self.do(shop.swap_settled, "Keeper Lu", order=one, other=other, reason="taken")

    @rule()
    def follow(self) -> None:
        """What was put right after settling is booked; then nothing is left to book."""
        if self.is_settled():
            self.do(shop.follow_facts, "Wei Guo", round=self.round)
            assert following.differences(self.round) == []

    @rule(n=INDEXES, percent=st.sampled_from([0, 50, 100]))
    def correct(self, n: int, percent: int) -> None:
        receipt = list(Receipt.objects.filter(handover=self.round.handover).order_by("pk"))[n % 3]
        accepted = receipt.received * percent // 100
        wish = {"receipt": receipt, "received": receipt.received, "accepted": accepted}
        self.do(handovers.correct_receipt, "Tan Mei", **wish)

    @invariant()
    def the_books_are_right(self) -> None:
        assert flows_queries.replay() == []
        assert money_queries.sums_agree().difference == 0
        assert money_queries.balance(self.round.account).balance == 0

    @invariant()
    def each_household_pays_what_it_had(self) -> None:
        for order in self.orders():
            holder = shop_queries.swaps.holder_of(order)
            account = money_queries.account_for(holder)
            assert account is not None
            paid = (order.final or 0) - shop_queries.orders.given_back(order)
            assert money_queries.balance(account).balance == BEGAN_WITH - paid, holder

    @invariant()
    def no_more_is_given_back_than_was_paid(self) -> None:
        lines = OrderLine.objects.filter(order__round=self.round, final__isnull=False)
        for line in lines.annotate(given=Sum("credits__amount", default=0)):
            assert line.given <= line.final + line.deposit  # type: ignore[operator]

    @invariant()
    def what_is_sealed_stays(self) -> None:
        """`cosmolocal doctor` compares these columns with their seals."""
        if all(order.state == Order.State.SETTLED for order in self.orders()):
            rules = (SEALED[model._meta.db_table] for model in (Order, OrderLine))
            now = [
                list(rule.model._default_manager.order_by("pk").values(*(column.name for column in rule.columns())))
                for rule in rules
            ]
            self.sealed = self.sealed or now
            assert now == self.sealed

    @invariant()
    def the_journal_names_who_has_it(self) -> None:
        if any(order.state != Order.State.SETTLED for order in self.orders()):
            return
        holders = {order.pk: shop_queries.swaps.holder_of(order) for order in self.orders()}
        for line in OrderLine.objects.filter(order__round=self.round).select_related("commitment"):
            handed = flows_queries.provenance(line.commitment_id).handed
            assert {step.receiver for step in handed} <= {holders[line.order_id]}


@pytest.mark.django_db
@pytest.mark.usefixtures("timeless")
def test_any_order_of_deeds_ends_with_each_household_paying_what_it_had() -> None:
    with clock.frozen_at(MONDAY):
        village = CratesMachine.village = builder.build()
        round = CratesMachine.round = village.round()
        for name, wishes in WISHES.items():
            village.order(round, name, wishes)
        village.close(round)
    with clock.frozen_at(THURSDAY):
        village.receive(round)
        run_state_machine_as_test(CratesMachine, settings=settings(max_examples=25, stateful_step_count=10))
