"""Any order of deeds of money over ten weeks, some refused, some sent twice: the books prove themselves after each."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.models import EconomicEvent
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries, rules
from cosmolocal.money.models import Account, Carriage, Payment, PaymentList
from cosmolocal.money.tests.village import BEGIN, build

AMOUNTS = st.integers(1, 9000)
PICKS = st.integers(0, 30)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class MoneyMachine(RuleBasedStateMachine):
    """Deeds of treasurers and members on the accounts, funds and boxes of one village."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.now = BEGIN + timedelta(hours=1)
        self.has: dict[int, int] = {}  # the model: account id -> balance
        self.lies: dict[int, int] = {}  # box id -> money
        self.reserved: list[tuple[int, int, int, int]] = []
        self.frozen: dict[date, rules.Sheet] = {}
        self.last: tuple[Callable[..., Any], dict[str, Any]] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_of_it.__exit__(None, None, None)

    @initialize(cash_step=st.sampled_from([1, 5, 10]))
    def begin(self, cash_step: int) -> None:
        self.village = village = build(cash_step=cash_step)
        self.step = cash_step
        self.people = [village.account(who) for who in (village.amina, village.jo, village.li_na)]
        self.farm = village.account(village.farm, "producer")
        self.fund = {account.code: account for account in queries.funds()}
        self.accounts = [*self.people, self.farm, self.fund["running"], self.fund["goodwill"]]
        self.boxes = [village.bank, village.cash]
        self.carried: list[Carriage] = []

    # What is done

    def do(self, act: Callable[..., Any], **wish: Any) -> bool:
        """Does it with a key, at the next hour; False when it was refused, which changes nothing."""
        self.now += timedelta(hours=7)
        wish = {"by": self.village.wei, "key": ids.fresh_key(), **wish}
        try:
            with clock.frozen_at(self.now), transaction.atomic():
                self.result = act(**wish)
        except Refusal:
            return False
        self.last = (act, wish)
        return True

    def give(self, account: Account, amount: int) -> None:
        self.has[account.pk] = self.has.get(account.pk, 0) + amount

    def lay(self, box: Any, amount: int) -> None:
        self.lies[box.pk] = self.lies.get(box.pk, 0) + amount

    def pick(self, number: int, things: list[Any]) -> Any:
        return things[number % len(things)]

    def earlier(self, days: int) -> datetime | None:
        """A moment some days ago, or none: today."""
        at = self.now - timedelta(days=days)
        return at if days % 3 == 0 and at > BEGIN else None

    def set_aside(self, account: Account) -> int:
        """What the model has set aside on an account."""
        held = sum(amount for pk, _target, amount, _id in self.reserved if pk == account.pk)
        planned = Payment.objects.filter(account=account, state="planned").values_list("amount", flat=True)
        return held + sum(planned)

    @rule(who=PICKS, box=PICKS, amount=AMOUNTS, days=st.integers(0, 40))
    def top_up(self, who: int, box: int, amount: int, days: int) -> None:
        account, lies = self.pick(who, self.people), self.pick(box, self.boxes)
        at = self.earlier(days)
        assert self.do(money.top_up, account=account, box=lies, amount=amount, at=at)
        self.give(account, amount)
        self.lay(lies, amount)

    @rule(who=PICKS, amount=AMOUNTS)
    def pay_in_coins(self, who: int, amount: int) -> None:
        account = self.pick(who, self.people)
        assert self.do(money.pay_in_coins, account=account, box=self.village.cash, amount=amount)
        taken = (amount * 2 + self.step) // (2 * self.step) * self.step
        self.give(account, amount)
        self.give(self.fund["rounding"], taken - amount)
        self.lay(self.village.cash, taken)

    @rule(source=PICKS, other=PICKS, amount=AMOUNTS, guard=st.booleans())
    def transfer(self, source: int, other: int, amount: int, guard: bool) -> None:
        left, right = self.pick(source, self.accounts), self.pick(other, self.accounts)
        if left == right:
            return
        floor = queries.balance(left).floor
        enough = floor is None or self.has.get(left.pk, 0) - self.set_aside(left) - amount >= floor
        assert self.do(money.transfer, source=left, target=right, amount=amount, reason="left", guard=guard) == (
            enough or not guard
        )
        if enough or not guard:
            self.give(left, -amount)
            self.give(right, amount)

    @rule(who=PICKS, amount=AMOUNTS)
    def reserve(self, who: int, amount: int) -> None:
        account = self.pick(who, self.people)
        enough = self.has.get(account.pk, 0) - self.set_aside(account) >= amount
        wishes = [self.village.payment(account, self.farm, amount)]
        done = self.do(flows.commit, by=self.village.house, drafts=wishes)
        assert done == enough
        if done:
            self.reserved.append((account.pk, self.farm.pk, amount, self.result[0].pk))

    @precondition(lambda self: self.reserved)
    @rule(which=PICKS, percent=st.integers(0, 120))
    def settle(self, which: int, percent: int) -> None:
        """The final sum is charged, more or less than was set aside; the rest is released."""
        source, target, amount, commitment = self.reserved.pop(which % len(self.reserved))
        final = amount * percent // 100
        legs = [money.Leg(source, target, final, "order", fulfils_id=commitment)]
        assert self.do(money.transfer_many, by=self.village.house, legs=legs)
        self.do(money.release_reservation, by=self.village.house, commitment_id=commitment)
        self.has[source] = self.has.get(source, 0) - final
        self.has[target] = self.has.get(target, 0) + final

    @rule(amount=AMOUNTS)
    def unknown_payer(self, amount: int) -> None:
        assert self.do(money.top_up_unmatched, box=self.village.bank, amount=amount)
        self.give(self.fund["unmatched"], amount)
        self.lay(self.village.bank, amount)

    @rule(who=PICKS, which=PICKS, amount=AMOUNTS, is_back=st.booleans())
    def find_payer(self, who: int, which: int, amount: int, is_back: bool) -> None:
        waiting = list(queries.unmatched())
        if not waiting:
            return
        found = self.pick(which, waiting)
        if is_back:
            assert self.do(money.send_back, unmatched=found)
            self.give(self.fund["unmatched"], -found.left)
            self.lay(self.village.bank, -found.left)
        elif self.do(money.match_unmatched, unmatched=found, account=self.pick(who, self.people), amount=amount):
            self.give(self.fund["unmatched"], -amount)
            self.give(self.pick(who, self.people), amount)
        else:
            assert amount > found.left

    @rule(amount=AMOUNTS, box=PICKS)
    def cost(self, amount: int, box: int) -> None:
        lies = self.pick(box, self.boxes)
        assert self.do(money.pay_cost, fund_code="running", box=lies, amount=amount, reason="rent")
        self.give(self.fund["running"], -amount)
        self.lay(lies, -amount)

    @rule(found=st.integers(0, 20000), days=st.integers(0, 40))
    def count(self, found: int, days: int) -> None:
        """What is found now is what lies there; a count of an earlier day is one as long as nobody counted since."""
        cash, at = self.village.cash, self.earlier(days)
        cash.refresh_from_db()
        day_after = queries.moment_of(at.astimezone(SHANGHAI).date() + timedelta(days=1)) if at else None
        was_counted_since = day_after is not None and cash.counted_at is not None and cash.counted_at >= day_after
        assert self.do(money.count_cash, box=cash, counted=found, at=at)
        difference = found - self.lies.get(cash.pk, 0) if at is None else self.result
        if not was_counted_since:
            self.give(self.fund["drawer_difference"], difference)
            self.lay(cash, difference)

    @rule(amount=AMOUNTS)
    def carry(self, amount: int) -> None:
        assert self.do(money.move_money, source=self.village.cash, target=self.village.bank, amount=amount)
        self.carried.append(self.result)
        self.lay(self.village.cash, -amount)
        self.lay(queries.on_its_way(self.village.currency), amount)

    @precondition(lambda self: self.carried)
    @rule(arrived=st.integers(0, 3000), whole=st.booleans(), back=st.booleans())
    def arrive(self, arrived: int, whole: bool, back: bool) -> None:
        """What is found where it was to go, or where it came from, is what lies there."""
        carriage, box = self.carried.pop(0), self.village.cash if back else self.village.bank
        arrived = carriage.amount if whole else arrived
        assert self.do(money.receive_money, carriage=carriage, box=box, arrived=arrived)
        self.give(self.fund["drawer_difference"], arrived - carriage.amount)
        self.lay(queries.on_its_way(self.village.currency), -carriage.amount)
        self.lay(box, arrived)

    @rule(amount=AMOUNTS, box=PICKS)
    def draw_up(self, amount: int, box: int) -> None:
        free = self.has.get(self.farm.pk, 0) - self.set_aside(self.farm)
        lines = [money.PaymentDraft(self.farm.pk, amount)]
        done = self.do(money.make_payment_list, lines=lines, box=self.pick(box, self.boxes), name="Farms")
        assert done == (free >= amount)

    @rule(which=PICKS, what=st.sampled_from(["agree", "refuse", "confirm", "drop", "own"]), days=st.integers(0, 9))
    def decide(self, which: int, what: str, days: int) -> None:
        lists = list(PaymentList.objects.order_by("pk"))
        if not lists:
            return
        made = self.pick(which, lists)
        planned = list(made.payments.filter(state="planned").values_list("amount", flat=True))
        if what == "own":
            assert not self.do(money.agree_payment_list, payment_list=made, yes=True)
        elif what in ("agree", "refuse"):
            self.do(money.agree_payment_list, by=self.village.lin, payment_list=made, yes=what == "agree")
        elif what == "drop":
            self.do(money.drop_payment_list, payment_list=made, reason="changed our mind")
        elif self.do(money.confirm_list, payment_list=made, at=self.earlier(days)):
            for amount in planned:
                self.pay_out(made, amount)

    def pay_out(self, made: PaymentList, amount: int, times: int = 1) -> None:
        left = rules.round_cash(amount, self.step) if made.box == self.village.cash else amount
        self.give(self.farm, -amount * times)
        self.give(self.fund["rounding"], (amount - left) * times)
        self.lay(made.box, -left * times)

    @rule(which=PICKS, days=st.integers(0, 9))
    def comes_back(self, which: int, days: int) -> None:
        paid = list(Payment.objects.filter(state="paid").order_by("pk"))
        if paid:
            line, at = self.pick(which, paid), self.earlier(days)
            done = self.do(money.return_payment, payment=line, reason="closed", at=at)
            assert done or at is not None
            if done:
                self.pay_out(line.list, line.amount, -1)

    @rule(which=PICKS, days=st.integers(0, 40))
    def take_back(self, which: int, days: int) -> None:
        """A top-up by bank is returned, whatever became of the money."""
        deeds = list(Operation.objects.filter(code="money.top_up").order_by("pk"))
        if not deeds:
            return
        deed = self.pick(which, deeds)
        raised = deed.events.get(action="raise")
        lies = next(box for box in self.boxes if deed.events.filter(to_resource=box.resource_id).exists())
        was_taken_back = raised.corrected_by.exists()
        at = self.earlier(days)
        done = self.do(money.undo, deed_id=deed.pk, reason="returned", at=at)
        assert done != was_taken_back or (at is not None and not done)
        if done:
            account = next(one for one in self.people if one.resource_id == raised.resource_id)
            self.give(account, -raised.quantity)
            self.lay(lies, -raised.quantity)

    @precondition(lambda self: self.last)
    @rule()
    def send_again(self) -> None:
        """A double click, a lost answer: the same deed with the same key happens once."""
        assert self.last is not None
        act, wish = self.last
        with clock.frozen_at(self.now), transaction.atomic():
            act(**wish)

    @rule()
    def close_month(self) -> None:
        until = self.now.astimezone(SHANGHAI).date().replace(day=1) - timedelta(days=1)
        if self.do(money.close_month, until=until):
            self.frozen[until] = queries.balance_sheet(until)

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    # What always holds

    @invariant()
    def model_and_books_agree(self) -> None:
        if not hasattr(self, "village"):
            return
        sums = queries.sums_agree()
        assert sums.difference == 0
        stored = queries.balances(Account.objects.all())
        assert {pk: standing.balance for pk, standing in stored.items() if standing.balance} == {
            pk: balance for pk, balance in self.has.items() if balance
        }
        assert {box.pk: box.resource.accounting_quantity for box in queries.boxes()} == {
            box.pk: self.lies.get(box.pk, 0) for box in queries.boxes()
        }
        for account in [*self.people, self.farm]:
            assert stored[account.pk].set_aside == self.set_aside(account)

    @invariant()
    def every_day_balances_and_closed_months_stay(self) -> None:
        if not hasattr(self, "village"):
            return
        today = self.now.astimezone(SHANGHAI).date()
        begin = BEGIN.date()
        for number in range(0, (today - begin).days + 1, 5):
            assert queries.balance_sheet(begin + timedelta(days=number)).difference == 0
        for day, sheet in self.frozen.items():
            assert queries.balance_sheet(day) == sheet
        assert queries.wrong_balances() == []

    @invariant()
    def what_lay_in_a_box_is_the_sum_of_its_true_days(self) -> None:
        if not hasattr(self, "village"):
            return
        today = self.now.astimezone(SHANGHAI).date()
        for box in self.boxes:
            moves = [
                (event.value_on or event.at.astimezone(SHANGHAI).date(), event.quantity * _sign(event, box.resource_id))
                for event in EconomicEvent.objects.filter(Q(resource=box.resource_id) | Q(to_resource=box.resource_id))
            ]
            for day in {today, today - timedelta(days=1), *self.frozen, BEGIN.date() + timedelta(days=9)}:
                assert queries.held_on(box, day) == sum(amount for on, amount in moves if on <= day)

    @invariant()
    def the_books_replay(self) -> None:
        if hasattr(self, "village"):
            assert flows_queries.replay() == []


def _sign(event: EconomicEvent, resource_id: int) -> int:
    return 1 if event.to_resource_id == resource_id or event.action == "raise" else -1
