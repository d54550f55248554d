"""Any order of deeds with goods and with money: the books replay, and all accounts are all the money there is."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from cosmolocal.agents import queries as agents_queries
from cosmolocal.flows import operations as flows
from cosmolocal.flows.tests.machine import INDEXES, FlowsMachine, Promise, Stock
from cosmolocal.flows.tests.village import Village
from cosmolocal.kernel.models import Operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Account, MoneyBox, PaymentList, Unmatched
from cosmolocal.money.rules import MAY_BE_UNDONE
from cosmolocal.money.tests import village as money_village

AMOUNTS = st.integers(1, 40)


class MoneyMachine(FlowsMachine):
    """The machine of flows, and beside it a local's whole money: accounts, funds, boxes, payments, reservations."""

    local: money_village.Village  # built once; what a run changes in it is rolled back

    def settle(self) -> Village:
        local = self.local
        flows.standard_units(by=local.house)
        flows.define_unit(by=local.house, code="XTS", label="credit", symbol="¤", decimals=2, dimension="money")
        carrots = flows.define_specification(by=local.house, name="carrots", unit="kg")
        credit = flows.define_specification(by=local.house, name="credit", unit="XTS", medium_of_exchange=True)
        bikes = flows.define_specification(by=local.house, name="cargo bike", unit="piece", effort_unit="min")
        jo = agents_queries.household_of(local.jo) or local.jo
        return Village(local.house, agents_queries.home_local(), local.farm, jo, carrots, credit, bikes)

    def begin_more(self) -> None:
        local = self.local
        money.set_limits(by=local.house, account=local.account(local.jo), warn_below=None, floor=-15)
        members = [local.account(local.amina), local.account(local.jo)]
        others = [local.account(local.farm, "producer"), money_queries.fund("running"), money_queries.fund("deposits")]
        self.purses: list[Account] = [*members, *others]
        self.boxes: list[MoneyBox] = [local.bank, local.cash]
        self.known = {code: money_queries.fund(code) for code in ("unmatched", "drawer_difference", "solidarity")}
        floors = [0, -15, 0, None, 0]
        for account, floor in zip(self.purses, floors, strict=True):
            self.watch(account.resource_id, account.holder_id, local.currency.specification_id, floor)
        for account in self.known.values():
            floor = 0 if account.code == "unmatched" else None
            self.watch(account.resource_id, account.holder_id, local.currency.specification_id, floor)
        for box in self.boxes:
            self.watch(box.resource_id, self.vale.home.pk, local.currency.money_id, None)
        self.unmatched: dict[int, int] = {}
        self.lists: dict[int, tuple[str, list[int]]] = {}  # id -> state, commitments
        self.undoable: list[tuple[int, dict[int, int]]] = []

    def watch(self, resource: int, owner: int, kind: int, floor: int | None) -> None:
        self.books.stocks[resource] = Stock(resource, owner, kind, floor)

    def purse(self, index: int) -> Account:
        return self.purses[index % len(self.purses)]

    def box(self, index: int) -> MoneyBox:
        return self.boxes[index % len(self.boxes)]

    def moves(self, changes: dict[int, int]) -> None:
        for resource, by in changes.items():
            self.books.stocks[resource].accounting += by
            self.books.stocks[resource].onhand += by

    def deed(self, changes: dict[int, int], operation: Any, **wish: Any) -> Any:
        """A deed that succeeds, moves accounts and boxes, and may be taken back as a whole."""
        answer = self.do(operation, **wish)
        self.moves(changes)
        self.undoable.append((Operation.objects.latest("pk").pk, changes))
        return answer

    # Money comes in and goes out.

    @rule(n=INDEXES, b=INDEXES, amount=AMOUNTS)
    def top_up(self, n: int, b: int, amount: int) -> None:
        account, box = self.purse(n % 3), self.box(b)
        changes = {account.resource_id: amount, box.resource_id: amount}
        self.deed(changes, money.top_up, account=account, box=box, amount=amount)

    @rule(amount=AMOUNTS, b=INDEXES)
    def unknown_payer(self, amount: int, b: int) -> None:
        box = self.box(b)
        came = self.do(money.top_up_unmatched, box=box, amount=amount)
        self.moves({self.known["unmatched"].resource_id: amount, box.resource_id: amount})
        self.unmatched[came.pk] = amount

    @precondition(lambda self: self.unmatched)
    @rule(n=INDEXES, to=INDEXES, amount=st.none() | AMOUNTS)
    def payer_found(self, n: int, to: int, amount: int | None) -> None:
        id = list(self.unmatched)[n % len(self.unmatched)]
        left, account = self.unmatched[id], self.purse(to)
        wanted = left if amount is None else amount
        refused = "money.bad_amount" if wanted == 0 else "money.more_than_came" if wanted > left else ""
        unmatched = Unmatched.objects.get(pk=id)
        self.do(money.match_unmatched, refused, unmatched=unmatched, account=account, amount=amount)
        if not refused:
            self.unmatched[id] -= wanted
            self.moves({self.known["unmatched"].resource_id: -wanted, account.resource_id: wanted})

    @precondition(lambda self: any(self.unmatched.values()))
    @rule()
    def sent_back(self) -> None:
        id, left = next((id, left) for id, left in self.unmatched.items() if left)
        unmatched = Unmatched.objects.select_related("box__currency").get(pk=id)
        self.do(money.send_back, unmatched=unmatched, reason="paid twice")
        self.moves({self.known["unmatched"].resource_id: -left, unmatched.box.resource_id: -left})
        self.unmatched[id] = 0

    @rule(b=INDEXES, amount=AMOUNTS)
    def pay_cost(self, b: int, amount: int) -> None:
        box = self.box(b)
        changes = {money_queries.fund("running").resource_id: -amount, box.resource_id: -amount}
        self.deed(changes, money.pay_cost, fund_code="running", box=box, amount=amount)

    @rule(amount=AMOUNTS)
    def carry_to_the_bank(self, amount: int) -> None:
        changes = {self.local.cash.resource_id: -amount, self.local.bank.resource_id: amount}
        self.deed(changes, money.move_money, source=self.local.cash, target=self.local.bank, amount=amount)

    @rule(counted=st.integers(0, 60))
    def count_cash(self, counted: int) -> None:
        cash = self.local.cash.resource_id
        difference = counted - self.books.stocks[cash].accounting
        assert self.do(money.count_cash, box=self.local.cash, counted=counted) == difference
        self.moves({cash: difference, self.known["drawer_difference"].resource_id: difference})

    # Between accounts.

    @rule(a=INDEXES, b=INDEXES, amount=AMOUNTS, guard=st.booleans())
    def transfer(self, a: int, b: int, amount: int, guard: bool) -> None:
        source, target = self.purse(a), self.purse(b)
        if source == target:
            return
        wish = {"source": source, "target": target, "amount": amount, "guard": guard}
        if guard and self.lacks(source.resource_id, amount):
            refusal = self.do(money.transfer, "money.not_enough", **wish)
            spendable = self.books.spendable(source.resource_id) or 0
            assert refusal.facts["missing"] == amount - max(spendable, 0)
            return
        self.deed({source.resource_id: -amount, target.resource_id: amount}, money.transfer, **wish)

    @rule(a=INDEXES, amount=AMOUNTS)
    def refund(self, a: int, amount: int) -> None:
        account, fund = self.purse(a % 2), money_queries.fund("running")
        changes = {fund.resource_id: -amount, account.resource_id: amount}
        self.deed(changes, money.refund, source=fund, account=account, amount=amount, reason="refund")

    @precondition(lambda self: self.undoable)
    @rule(n=INDEXES)
    def undo(self, n: int) -> None:
        id, changes = self.undoable[n % len(self.undoable)]
        wish = {"deed_id": id, "reason": "typed twice"}
        if changes is None:
            self.do(money.undo, "flows.already_corrected", **wish)
            return
        if Operation.objects.get(pk=id).code not in MAY_BE_UNDONE:
            self.do(money.undo, "money.cannot_undo", **wish)
            return
        self.do(money.undo, **wish)
        self.moves({resource: -by for resource, by in changes.items()})
        self.undoable[self.undoable.index((id, changes))] = (id, None)

    # Set aside, settled, released.

    @rule(a=INDEXES, amount=AMOUNTS)
    def reserve(self, a: int, amount: int) -> None:
        account, target = self.purse(a % 2), money_queries.fund("running")
        refused = "flows.not_enough" if self.lacks(account.resource_id, amount) else ""
        answer = self.do(flows.commit, refused, drafts=[self.local.payment(account, target, amount)])
        if not refused:
            promise = answer[0].pk
            self.books.promises[promise] = Promise(
                *(promise, account.holder_id, target.holder_id, self.local.currency.specification_id, amount),
                stock=account.resource_id,
                offer=None,
            )

    def reserved(self) -> list[Promise]:
        """What is set aside for orders (payments are in lists)."""
        listed = {id for _state, promises in self.lists.values() for id in promises}
        kind = self.local.currency.specification_id
        return [p for p in self.books.promises.values() if p.kind == kind and p.id not in listed]

    @precondition(lambda self: self.reserved())
    @rule(n=INDEXES, keep=st.integers(0, 20))
    def release_reservation(self, n: int, keep: int) -> None:
        promise = self.reserved()[n % len(self.reserved())]
        self.do(money.release_reservation, commitment_id=promise.id, keep=keep)
        promise.quantity = max(min(keep, promise.quantity), promise.fulfilled)
        promise.finished = promise.finished or promise.quantity <= promise.fulfilled

    @precondition(lambda self: self.reserved())
    @rule(n=INDEXES, finals=st.lists(st.integers(0, 40), min_size=1, max_size=3))
    def settle_orders(self, n: int, finals: list[int]) -> None:
        """A fact: what was handed over is charged, whatever was set aside for it."""
        target, legs, chosen = money_queries.fund("running"), [], []
        for step, amount in enumerate(finals):
            promise = self.reserved()[(n + step) % len(self.reserved())]
            account = next(a for a in self.purses if a.resource_id == promise.stock)
            legs.append(money.Leg(account.pk, target.pk, amount, reason="order", fulfils_id=promise.id))
            chosen.append((promise, amount))
        self.do(money.transfer_many, legs=legs)
        for promise, amount in chosen:
            if amount:
                promise.fulfilled += amount
                self.moves({promise.stock: -amount, target.resource_id: amount})
        for promise, amount in chosen:
            promise.finished = promise.finished or (amount > 0 and promise.fulfilled >= promise.quantity)

    # Payments out, by two people.

    @rule(a=INDEXES, amount=AMOUNTS)
    def draw_up_payments(self, a: int, amount: int) -> None:
        account = self.purse(a % 3)
        refused = "money.not_enough" if self.lacks(account.resource_id, amount) else ""
        lines = [money.PaymentDraft(account.pk, amount)]
        made = self.do(
            money.make_payment_list, refused, by=self.local.wei, lines=lines, box=self.local.bank, name="Farms"
        )
        if refused:
            return
        promise = made.payments.get().commitment_id
        self.lists[made.pk] = ("asked", [promise])
        self.books.promises[promise] = Promise(
            *(promise, self.vale.home.pk, account.holder_id, self.local.currency.specification_id, amount),
            stock=account.resource_id,
            offer=None,
        )

    @precondition(lambda self: self.lists)
    @rule(n=INDEXES, yes=st.booleans())
    def second_person(self, n: int, yes: bool) -> None:
        id = list(self.lists)[n % len(self.lists)]
        state, promises = self.lists[id]
        made = PaymentList.objects.get(pk=id)
        refused = "" if state == "asked" else "money.list_decided"
        self.do(money.agree_payment_list, refused, by=self.local.lin, payment_list=made, yes=yes)
        if refused:
            return
        self.lists[id] = ("agreed" if yes else "dropped", promises)
        if not yes:
            self.dropped(promises)

    def dropped(self, promises: list[int]) -> None:
        for id in promises:
            self.books.promises[id].quantity, self.books.promises[id].finished = 0, True

    @precondition(lambda self: self.lists)
    @rule(n=INDEXES)
    def bank_confirms(self, n: int) -> None:
        id = list(self.lists)[n % len(self.lists)]
        state, promises = self.lists[id]
        made = PaymentList.objects.get(pk=id)
        refused = {"agreed": "", "asked": "money.not_agreed"}.get(state, "money.list_decided")
        self.do(money.confirm_list, refused, by=self.local.wei, payment_list=made)
        if refused:
            return
        self.lists[id] = ("paid", promises)
        for promise in (self.books.promises[promise] for promise in promises):
            promise.fulfilled, promise.finished = promise.quantity, True
            self.moves({promise.stock: -promise.quantity, self.local.bank.resource_id: -promise.quantity})

    @precondition(lambda self: any(state == "paid" for state, _ in self.lists.values()))
    @rule()
    def payment_returns(self) -> None:
        id, promises = next((id, promises) for id, (state, promises) in self.lists.items() if state == "paid")
        payment = PaymentList.objects.get(pk=id).payments.get()
        self.do(money.return_payment, by=self.local.wei, payment=payment, reason="account closed")
        self.lists[id] = ("returned", promises)
        for promise in (self.books.promises[promise] for promise in promises):
            promise.fulfilled = 0
            self.moves({promise.stock: promise.quantity, self.local.bank.resource_id: promise.quantity})

    @invariant()
    def all_accounts_are_all_money(self) -> None:
        if self.books.stocks:
            assert money_queries.sums_agree().difference == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("timeless")
def test_any_order_of_deeds_keeps_money_and_goods() -> None:
    MoneyMachine.local = money_village.build()
    run_state_machine_as_test(MoneyMachine, settings=settings(stateful_step_count=30))
