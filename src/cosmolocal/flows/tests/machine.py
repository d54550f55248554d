"""Any order of deeds, some refused, some done twice: a model of the books in plain numbers must agree after each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import EconomicEvent, EconomicResource, Intent
from cosmolocal.flows.tests.village import Village, village
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal

QUANTITIES = st.integers(0, 12)
INDEXES = st.integers(0, 11)
HOURS = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda told: (told[0], sum(told)))
NOON = datetime(2031, 5, 3, 12, tzinfo=UTC)


@dataclass
class Stock:
    """What the model knows of a resource."""

    id: int
    owner: int
    kind: int
    floor: int | None = 0
    accounting: int = 0
    onhand: int = 0


@dataclass
class Offer:
    """What the model knows of an intent."""

    id: int
    available: int | None
    closed: bool = False


@dataclass
class Promise:
    """What the model knows of a commitment; it lies on a stock, an offer, or nowhere."""

    id: int
    provider: int
    receiver: int
    kind: int
    quantity: int
    stock: int | None
    offer: int | None
    fulfilled: int = 0
    finished: bool = False
    hours: tuple[int, int] | None = None  # a booking: from when until when

    @property
    def open(self) -> int:
        return 0 if self.finished else max(self.quantity - self.fulfilled, 0)


@dataclass
class Told:
    """An event of the model: by how much it moved which stock, and which promise it kept."""

    moved: dict[int, tuple[int, int]]
    quantity: int
    promise: int | None = None
    taken_back: bool = False


@dataclass
class Books:
    """The model: nothing but numbers, kept without the program's own rules."""

    stocks: dict[int, Stock] = field(default_factory=dict)
    offers: dict[int, Offer] = field(default_factory=dict)
    promises: dict[int, Promise] = field(default_factory=dict)
    events: dict[int, Told] = field(default_factory=dict)

    def promised_on(self, stock: int) -> int:
        return sum(p.open for p in self.promises.values() if p.stock == stock and p.hours is None)

    def bookings(self) -> list[Promise]:
        return [promise for promise in self.promises.values() if promise.hours]

    def in_the_way(self, thing: int, hours: tuple[int, int], but: int = 0) -> bool:
        """Whether anybody else has the thing in an hour of these."""
        wanted = set(range(*hours))
        return any(
            wanted & set(range(*p.hours))
            for p in self.bookings()
            if p.hours and not p.finished and p.stock == thing and p.id != but
        )

    def promised_of(self, offer: int) -> int:
        return sum(p.open for p in self.promises.values() if p.stock is None and p.offer == offer)

    def spendable(self, stock: int) -> int | None:
        found = self.stocks[stock]
        return None if found.floor is None else found.accounting - self.promised_on(stock) - found.floor

    def left(self, offer: int) -> int | None:
        found = self.offers[offer]
        return None if found.available is None else found.available - self.promised_of(offer)

    def tell(self, event: int, told: Told) -> None:
        self.events[event] = told
        for stock, (accounting, onhand) in told.moved.items():
            self.stocks[stock].accounting += accounting
            self.stocks[stock].onhand += onhand
        if told.promise is not None:
            promise = self.promises[told.promise]
            promise.fulfilled += told.quantity
            promise.finished = promise.finished or promise.fulfilled >= promise.quantity


class FlowsMachine(RuleBasedStateMachine):
    """Deeds over two offers, four lots and three accounts. Each runs with a key, and any may be repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.books = Books()
        self.last: tuple[Callable[..., Any], dict[str, Any], Any] | None = None
        self.deeds = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_of_it.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.vale = v = self.settle()
        self.lots = [self.open(owner, v.carrots.pk, floor) for owner, floor in ((v.home, 0), (v.home, 3), (v.farm, 0))]
        self.lots.append(self.open(v.jo, v.carrots.pk, None))
        self.accounts = [self.open(o, v.credit.pk, f) for o, f in ((v.jo, 0), (v.home, None), (v.farm, -20))]
        proposal = flows.propose(
            by=v.amina, proposer=v.farm, purpose="offer", name="", begins=None, ends=None, intents=[]
        )
        wishes = [
            flows.IntentDraft("transfer", v.carrots, v.farm, None, 25),
            flows.IntentDraft("transfer", v.carrots, v.farm, None, None),
            flows.IntentDraft("transfer", v.carrots, v.home, None, None, resource=self.lots[0]),
        ]
        self.offers = [i.pk for i in flows.add_intents(by=v.amina, proposal=proposal, drafts=wishes)]
        self.books.offers = {id: Offer(id, 25 if id == self.offers[0] else None) for id in self.offers}
        self.things = [self.open(v.home, v.bikes.pk, 0) for _ in range(2)]
        self.begin_more()

    def settle(self) -> Village:
        """Where it all happens."""
        return village()

    def begin_more(self) -> None:
        """What a machine that builds on this one needs besides."""

    def open(self, owner: Agent, kind: int, floor: int | None) -> int:
        made = flows.open_resource(by=self.vale.amina, specification=kind, accountable=owner, floor=floor)
        self.books.stocks[made.pk] = Stock(made.pk, owner.pk, kind, floor)
        return made.pk

    # How a deed is done, refused, and repeated.

    def do(self, deed: Callable[..., Any], refused: str = "", **wish: Any) -> Any:
        """Does it with a key of its own; `refused` is the code that the model expects."""
        self.deeds += 1
        wish = {"by": self.vale.amina, "key": f"deed {self.deeds}", **wish}
        if refused:
            before = Operation.objects.count()
            with pytest.raises(Refusal) as caught:
                deed(**wish)
            assert caught.value.code == refused
            assert Operation.objects.count() == before
            return caught.value
        result = deed(**wish)
        self.last = deed, wish, result
        return result

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self) -> None:
        """A lost answer: the same deed with the same key gives the same result and does nothing more."""
        assert self.last is not None
        deed, wish, result = self.last
        assert deed(**wish) == result

    @precondition(lambda self: self.last is not None)
    @rule()
    def reuse_key(self) -> None:
        assert self.last is not None
        deed, wish, _result = self.last
        if deed is not flows.record:
            return
        other = [flows.EventDraft("raise", 999, resource_id=self.lots[0])]
        with pytest.raises(Refusal) as caught:
            deed(**{**wish, "drafts": other})
        assert caught.value.code == "kernel.key_reused"

    def lot(self, index: int) -> int:
        return self.lots[index % len(self.lots)]

    def account(self, index: int) -> int:
        return self.accounts[index % len(self.accounts)]

    def promise(self, index: int) -> Promise:
        mine = self.promises()
        return mine[index % len(mine)]

    def promises(self) -> list[Promise]:
        """Those of goods and of this machine's own money."""
        kinds = (self.vale.carrots.pk, self.vale.credit.pk)
        return [promise for promise in self.books.promises.values() if promise.kind in kinds]

    # Facts about stocks.

    @rule(
        action=st.sampled_from(["raise", "lower", "produce", "consume", "pickup", "dropoff"]), q=QUANTITIES, n=INDEXES
    )
    def change_one(self, action: str, q: int, n: int) -> None:
        stock = self.lot(n)
        sign = 1 if action in ("raise", "produce", "dropoff") else -1
        moved = (0 if action in ("pickup", "dropoff") else sign * q, sign * q)
        [event] = self.do(flows.record, drafts=[flows.EventDraft(action, q, resource_id=stock)])
        self.books.tell(event, Told({stock: moved}, q))

    @rule(
        action=st.sampled_from(["transfer", "transferAllRights", "transferCustody", "move"]),
        q=QUANTITIES,
        a=INDEXES,
        b=INDEXES,
        guard=st.booleans(),
    )
    def change_two(self, action: str, q: int, a: int, b: int, guard: bool) -> None:
        source, target = self.lot(a), self.lot(b)
        if source == target:
            return
        told = flows.EventDraft(action, q, resource_id=source, to_resource_id=target, guard=guard)
        refused = ""
        owns, holds = action != "transferCustody", action != "transferAllRights"
        if action == "move" and self.books.stocks[source].owner != self.books.stocks[target].owner:
            refused = "flows.bad_event"
        elif guard and owns and q and self.lacks(source, q):
            refused = "flows.not_enough"
        answer = self.do(flows.record, refused, drafts=[told])
        if not refused:
            moved = (q * owns, q * holds)
            self.books.tell(answer[0], Told({source: (-moved[0], -moved[1]), target: moved}, q))

    def lacks(self, stock: int, quantity: int) -> bool:
        spendable = self.books.spendable(stock)
        return spendable is not None and spendable < quantity

    # Money: the fast path and the many path.

    @rule(a=INDEXES, b=INDEXES, q=QUANTITIES, guard=st.booleans())
    def pay(self, a: int, b: int, q: int, guard: bool) -> None:
        source, target = self.account(a), self.account(b)
        if source == target:
            return
        told = self.paid(source, target, q, guard)
        refused = "flows.not_enough" if guard and q and self.lacks(source, q) else ""
        answer = self.do(flows.transfer, refused, draft=told)
        if not refused:
            self.books.tell(answer, Told({source: (-q, -q), target: (q, q)}, q))

    @rule(legs=st.lists(st.tuples(INDEXES, INDEXES, QUANTITIES, st.booleans()), min_size=1, max_size=4))
    def pay_many(self, legs: list[tuple[int, int, int, bool]]) -> None:
        drafts, net, guarded = [], dict.fromkeys(self.accounts, 0), set()
        for a, b, q, guard in legs:
            source, target = self.account(a), self.account(b)
            if source == target:
                continue
            drafts.append(self.paid(source, target, q, guard))
            net[source] -= q
            net[target] += q
            if guard and q:
                guarded.add(source)
        if not drafts:
            return
        short = [id for id in guarded if net[id] < 0 and self.lacks(id, -net[id])]
        answer = self.do(flows.record, "flows.not_enough" if short else "", drafts=drafts)
        if short:
            assert answer.facts["resources"] == {id: self.books.spendable(id) for id in short}
            return
        for event, told in zip(answer, drafts, strict=True):
            source, target, q = told.resource_id, told.to_resource_id, told.quantity
            self.books.tell(event, Told({source: (-q, -q), target: (q, q)}, q))

    def paid(self, source: int, target: int, q: int, guard: bool) -> flows.EventDraft:
        stocks = self.books.stocks
        return flows.EventDraft(
            "transfer",
            q,
            specification_id=self.vale.credit.pk,
            provider_id=stocks[source].owner,
            receiver_id=stocks[target].owner,
            resource_id=source,
            to_resource_id=target,
            guard=guard,
        )

    @rule(n=INDEXES, q=QUANTITIES)
    def give_money(self, n: int, q: int) -> None:
        account = self.account(n)
        [event] = self.do(flows.record, drafts=[flows.EventDraft("raise", q, resource_id=account)])
        self.books.tell(event, Told({account: (q, q)}, q))

    # Promises.

    @rule(
        wishes=st.lists(
            st.tuples(st.sampled_from(["offer", "lot", "account"]), INDEXES, QUANTITIES, st.booleans()),
            min_size=1,
            max_size=4,
        )
    )
    def commit(self, wishes: list[tuple[str, int, int, bool]]) -> None:
        told, places = [], []
        for where, n, q, guard in wishes:
            wish, place = self.wish(where, n, q, guard)
            told.append(wish)
            places.append(place)
        asked: dict[tuple[str, int], tuple[int, bool]] = {}
        for wish, place in zip(told, places, strict=True):
            q, guard = asked.get(place, (0, False))
            wants = wish.guard and (place[0] == "offer" or wish.quantity > 0)
            asked[place] = q + wish.quantity, guard or wants
        closed = [id for (where, id), (q, g) in asked.items() if where == "offer" and g and q and self.is_closed(id)]
        few = {
            id: max(self.books.left(id) or 0, 0)
            for (where, id), (q, guard) in asked.items()
            if where == "offer" and guard and q and self.is_short(id, q)
        }
        short = [id for (where, id), (q, guard) in asked.items() if where == "stock" and guard and self.lacks(id, q)]
        refused = "flows.offer_closed" if closed else "flows.not_enough" if few or short else ""
        answer = self.do(flows.commit, refused, drafts=told)
        if refused == "flows.not_enough":
            assert answer.facts["intents"] == few
            assert answer.facts["resources"] == {id: self.books.spendable(id) for id in short}
        if refused:
            return
        for made, wish, (where, id) in zip(answer, told, places, strict=True):
            self.books.promises[made.pk] = Promise(
                *(made.pk, made.provider_id, made.receiver_id, made.specification_id, wish.quantity),
                stock=id if where == "stock" else None,
                offer=wish.satisfies,
                finished=wish.quantity == 0,
            )

    def is_closed(self, offer: int) -> bool:
        return self.books.offers[offer].closed

    def is_short(self, offer: int, quantity: int) -> bool:
        left = self.books.left(offer)
        return left is not None and left < quantity

    def wish(self, where: str, n: int, q: int, guard: bool) -> tuple[flows.CommitmentDraft, tuple[str, int]]:
        v = self.vale
        if where == "offer":
            offer = self.offers[n % len(self.offers)]
            # The third offer is taken from a stock, so that the promise lies there.
            place = ("stock", self.lots[0]) if offer == self.offers[2] else ("offer", offer)
            wish = flows.CommitmentDraft("transfer", v.home, v.jo, v.carrots, q, satisfies=offer, guard=guard)
            return wish, place
        stock = self.lot(n) if where == "lot" else self.account(n)
        owner = self.books.stocks[stock].owner
        kind = self.books.stocks[stock].kind
        wish = flows.CommitmentDraft("transfer", owner, v.home.pk, kind, q, resource=stock, guard=guard)
        return wish, ("stock", stock)

    @precondition(lambda self: self.promises())
    @rule(n=INDEXES, keep=st.none() | QUANTITIES)
    def release(self, n: int, keep: int | None) -> None:
        promise = self.promise(n)
        wish = {"commitments": [promise.id], **({} if keep is None else {"keep": {promise.id: keep}})}
        self.do(flows.release, **wish)
        promise.quantity = max(min(keep or 0, promise.quantity), promise.fulfilled)
        promise.finished = promise.finished or promise.quantity <= promise.fulfilled

    @precondition(lambda self: self.promises())
    @rule(n=INDEXES)
    def finish(self, n: int) -> None:
        promise = self.promise(n)
        self.do(flows.finish, commitments=[promise.id])
        promise.finished = True

    @precondition(lambda self: self.promises())
    @rule(n=INDEXES, lot=st.none() | INDEXES, q=QUANTITIES)
    def pack(self, n: int, lot: int | None, q: int) -> None:
        promise = self.promise(n)
        if promise.kind != self.vale.carrots.pk:
            return
        id = None if lot is None else self.lot(lot)
        self.do(flows.assign_lots, moves=[flows.LotMove(promise.id, id, q)])
        promise.stock, promise.quantity = id, q
        promise.finished = q <= promise.fulfilled

    @precondition(lambda self: self.promises())
    @rule(n=INDEXES, q=QUANTITIES, guard=st.booleans())
    def keep_promise(self, n: int, q: int, guard: bool) -> None:
        promise = self.promise(n)
        stock = promise.stock
        owner = self.books.stocks[stock].owner if stock else None
        is_money = promise.kind == self.vale.credit.pk
        target = self.accounts[1] if is_money else None
        if (stock and owner != promise.provider) or (stock is None and is_money) or stock == target:
            return
        told = flows.EventDraft(
            "transfer", q, resource_id=stock, to_resource_id=target, fulfils_id=promise.id, guard=guard
        )
        after = Promise(**{**promise.__dict__, "fulfilled": promise.fulfilled + q})
        net = -q + (promise.open - after.open)  # of what is spendable
        refused = "flows.not_enough" if guard and stock and q and net < 0 and self.lacks(stock, -net) else ""
        answer = self.do(flows.record, refused, drafts=[told])
        if refused:
            return
        moved = {stock: (-q, -q)} if stock else {}
        self.books.tell(answer[0], Told({**moved, **({target: (q, q)} if target else {})}, q, promise.id))

    # A thing in time.

    def span(self, hours: tuple[int, int]) -> dict[str, Any]:
        return {"begins": NOON + timedelta(hours=hours[0]), "ends": NOON + timedelta(hours=hours[1])}

    @rule(wishes=st.lists(st.tuples(st.integers(0, 1), HOURS), min_size=1, max_size=3))
    def book(self, wishes: list[tuple[int, tuple[int, int]]]) -> None:
        v, told = self.vale, [(self.things[n], hours) for n, hours in wishes]
        taken = any(self.books.in_the_way(thing, hours) for thing, hours in told) or any(
            one == other and set(range(*a)) & set(range(*b)) for (one, a), (other, b) in combinations(told, 2)
        )
        made = [
            flows.CommitmentDraft("use", v.home, v.jo, v.bikes, b - a, resource=thing, **self.span((a, b)))
            for thing, (a, b) in told
        ]
        answer = self.do(flows.commit, "flows.taken" if taken else "", drafts=made)
        if not taken:
            for row, (thing, hours) in zip(answer, told, strict=True):
                self.books.promises[row.pk] = Promise(
                    *(row.pk, v.home.pk, v.jo.pk, v.bikes.pk, hours[1] - hours[0], thing, None), hours=hours
                )

    @precondition(lambda self: self.books.bookings())
    @rule(n=INDEXES, other=st.integers(0, 1), hours=HOURS)
    def rebook(self, n: int, other: int, hours: tuple[int, int]) -> None:
        booking = self.booking(n)
        move = flows.TimeMove(booking.id, quantity=hours[1] - hours[0], resource=self.things[other], **self.span(hours))
        taken = self.books.in_the_way(self.things[other], hours, booking.id)
        refused = "flows.bad_event" if booking.finished else "flows.taken" if taken else ""
        self.do(flows.reschedule, refused, moves=[move])
        if not refused:
            booking.hours, booking.stock = hours, self.things[other]
            booking.quantity = max(hours[1] - hours[0], booking.fulfilled)

    @precondition(lambda self: self.books.bookings())
    @rule(n=INDEXES, used=st.integers(0, 6))
    def use(self, n: int, used: int) -> None:
        """Whenever it was really used, and for however long: a fact."""
        booking = self.booking(n)
        told = flows.EventDraft("use", resource_id=booking.stock, fulfils_id=booking.id, effort_quantity=used)
        [event] = self.do(flows.record, drafts=[told])
        self.books.tell(event, Told({}, used, booking.id))

    @precondition(lambda self: self.books.bookings())
    @rule(n=INDEXES, gives_back=st.booleans())
    def end_booking(self, n: int, gives_back: bool) -> None:
        booking = self.booking(n)
        self.do(flows.finish if gives_back else flows.release, commitments=[booking.id])
        booking.finished = True
        if not gives_back:
            booking.quantity = booking.fulfilled

    def booking(self, n: int) -> Promise:
        bookings = self.books.bookings()
        return bookings[n % len(bookings)]

    # Corrections.

    @precondition(lambda self: self.books.events)
    @rule(n=INDEXES, again=st.none() | QUANTITIES)
    def correct(self, n: int, again: int | None) -> None:
        id, told = list(self.books.events.items())[n % len(self.books.events)]
        event = EconomicEvent.objects.get(pk=id)
        replacement = None
        if event.action == "use":
            again = None
        if again is not None and event.corrects_id is None:
            replacement = queries.draft_of(event)
            replacement.quantity = again
            replacement.guard = False
        wish = {"event_id": id, "replacement": replacement}
        if told.taken_back:
            self.do(flows.correct, "flows.already_corrected", **wish)
            return
        answer = self.do(flows.correct, **wish)
        told.taken_back = True
        undone = {stock: (-accounting, -onhand) for stock, (accounting, onhand) in told.moved.items()}
        promise = self.books.promises.get(told.promise) if told.promise else None
        was_finished = promise.finished if promise else False
        self.books.tell(answer[0], Told(undone, -told.quantity, told.promise))
        if replacement is not None:
            signs = {
                stock: (_sign(accounting) * again, _sign(onhand) * again)
                for stock, (accounting, onhand) in told.moved.items()
            }
            if told.quantity == 0 and again:
                signs = self.signs(event, again)
            self.books.tell(answer[1], Told(signs, again, told.promise))
        # Both were written together: the promise looks at where it stands afterwards. What takes a correction back
        # may fulfil it, too.
        if promise:
            promise.finished = was_finished or promise.fulfilled >= promise.quantity

    def signs(self, event: EconomicEvent, q: int) -> dict[int, tuple[int, int]]:
        """How an event of 0 would have moved stocks."""
        owns = event.action not in ("transferCustody", "pickup", "dropoff")
        holds = event.action != "transferAllRights"
        up = 1 if event.action in ("raise", "produce", "dropoff") else -1
        found = {}
        if event.resource_id:
            found[event.resource_id] = (up * q * owns, up * q * holds)
        if event.to_resource_id:
            found[event.to_resource_id] = (q * owns, q * holds)
        return found

    # Facts about offers and floors.

    @rule(n=INDEXES, available=st.none() | QUANTITIES)
    def announce(self, n: int, available: int | None) -> None:
        offer = self.offers[n % 2]
        self.do(flows.announce_available, intent=offer, available=available)
        self.books.offers[offer].available = available

    @rule(n=INDEXES, closed=st.booleans())
    def close(self, n: int, closed: bool) -> None:
        offer = self.offers[n % 2]
        self.do(flows.close_intents if closed else flows.reopen_intents, intents=[offer])
        self.books.offers[offer].closed = closed

    @rule(n=INDEXES, floor=st.none() | st.integers(-10, 10))
    def lower_floor(self, n: int, floor: int | None) -> None:
        stock = (self.lots + self.accounts)[n % (len(self.lots) + len(self.accounts))]
        self.do(flows.set_floor, resource=stock, floor=floor)
        self.books.stocks[stock].floor = floor

    # What must hold after each deed.

    @invariant()
    def quantities_agree(self) -> None:
        if not self.books.stocks:
            return
        stored = {
            r.pk: (r.accounting_quantity, r.onhand_quantity, r.promised_quantity)
            for r in EconomicResource.objects.filter(pk__in=self.books.stocks)
        }
        told = {s.id: (s.accounting, s.onhand, self.books.promised_on(s.id)) for s in self.books.stocks.values()}
        assert stored == told
        offered = dict(Intent.objects.filter(pk__in=self.books.offers).values_list("pk", "promised_quantity"))
        assert offered == {id: self.books.promised_of(id) for id in self.books.offers}

    @invariant()
    def books_replay(self) -> None:
        assert queries.replay() == []

    @invariant()
    def what_lies_too_low_is_listed(self) -> None:
        listed = set(queries.below_floor().values_list("pk", flat=True))
        ours = {id for id in self.books.stocks if (self.books.spendable(id) or 0) < 0}
        assert listed & set(self.books.stocks) == ours


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
