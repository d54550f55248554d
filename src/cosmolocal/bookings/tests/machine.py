"""Any order of deeds with two bikes and a mill, by two people and a steward: nobody has what somebody else has, what
is set aside is what is promised, and the books prove themselves after each.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cosmolocal.bookings import operations, queries, rules
from cosmolocal.bookings.models import Booking
from cosmolocal.bookings.operations import Seen
from cosmolocal.bookings.tests.village import NOW, build
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries

PICKS, HOURS, LONG = st.integers(0, 30), st.integers(-2, 60), st.integers(0, 14)


class BookingsMachine(RuleBasedStateMachine):
    """Deeds of Amina, Jo and Li Na over some days."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.now = NOW
        self.paid = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_of_it.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.village = build()
        self.things = [self.village.things[name] for name in ("Bike", "Second bike", "Mill")]
        self.people = [self.village.amina, self.village.jo]

    def do(self, act: Callable[..., Any], **wish: Any) -> Any:
        """Does it with a key, a while later; None where it was refused, which changes nothing."""
        self.now += timedelta(minutes=50)
        try:
            with clock.frozen_at(self.now), transaction.atomic():
                return act(**{"key": ids.fresh_key(), **wish})
        except Refusal as refusal:
            self.said = refusal.code
            return None

    def one(self, pick: int, *states: str, purpose: str = "use") -> Booking | None:
        found = list(queries.bookings().filter(state__in=states, purpose=purpose).order_by("pk"))
        return found[pick % len(found)] if found else None

    @rule(who=PICKS, begins=HOURS, hours=LONG, things=st.lists(PICKS, min_size=1, max_size=3), held=st.booleans())
    def book(self, who: int, begins: int, hours: int, things: list[int], held: bool) -> None:
        person, at = self.people[who % 2], self.now + timedelta(hours=begins)
        wishes = [
            operations.BookingDraft(self.things[pick % 3].pk, at, at + timedelta(hours=hours), pick) for pick in things
        ]
        before = Booking.objects.count()
        home = self.village.home(person)
        made = self.do(operations.book, by=person, person=person, household=home, drafts=wishes, held=held)
        assert Booking.objects.count() - before == len(made or [])

    @rule(pick=PICKS)
    def confirm(self, pick: int) -> None:
        if found := self.one(pick, "held"):
            self.do(operations.confirm, by=found.agent, booking=found)

    @rule(pick=PICKS, begins=HOURS, hours=LONG)
    def change(self, pick: int, begins: int, hours: int) -> None:
        if found := self.one(pick, "held", "booked", "out", "back"):
            at = self.now + timedelta(hours=begins)
            self.do(
                operations.change, by=found.agent, booking=found, begins=at, ends=at + timedelta(hours=hours), km=pick
            )

    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        if found := self.one(pick, "held", "booked", "out", "off"):
            done = self.do(operations.cancel, by=found.agent, booking=found)
            assert (done is None) == (found.state == "out")

    @rule(pick=PICKS, meter=st.none() | st.integers(0, 500))
    def pick_up(self, pick: int, meter: int | None) -> None:
        """A fact: it is never refused. Who still had the thing gave it back."""
        if found := self.one(pick, "held", "booked"):
            still = queries.still_out(found)
            assert self.do(operations.pick_up, by=found.agent, booking=found, seen=Seen(meter=meter))
            if still is not None:
                still.refresh_from_db()
                assert still.state == "back"
                self.paid += still.charged or 0

    @rule(
        pick=PICKS, meter=st.none() | st.integers(0, 500), state=st.sampled_from(["good", "dirty", "damaged", "broken"])
    )
    def give_back(self, pick: int, meter: int | None, state: str) -> None:
        """A fact: it is never refused, whatever it costs."""
        if found := self.one(pick, "out"):
            seen = Seen(state, meter, "so it is")
            done = self.do(operations.give_back, by=found.agent, booking=found, seen=seen)
            assert done is not None, self.said
            self.paid += done.charged

    @rule(pick=PICKS, begins=HOURS, hours=LONG)
    def block(self, pick: int, begins: int, hours: int) -> None:
        at = self.now + timedelta(hours=begins)
        thing, ends = self.things[pick % 3], at + timedelta(hours=hours)
        self.do(operations.block, by=self.village.li_na, thing=thing, begins=at, ends=ends)

    @rule(pick=PICKS)
    def end_block(self, pick: int) -> None:
        if found := self.one(pick, "booked", purpose="repair"):
            assert self.do(operations.end_block, by=self.village.li_na, booking=found)

    @rule(pick=PICKS, whose=PICKS)
    def give_to(self, pick: int, whose: int) -> None:
        """It changes owners, with all that is booked."""
        thing, holder = self.things[pick % 3], [self.village.huang, self.village.jo][whose % 2]
        self.do(operations.give_to, by=self.village.li_na, thing=thing, holder=holder)

    @precondition(lambda self: Booking.objects.filter(state="held").exists())
    @rule(hours=st.integers(0, 30))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with clock.frozen_at(self.now):
            for booking in queries.held_too_long(self.now):
                operations.drop_held(by=self.village.house, booking=booking)
            assert not queries.held_too_long(self.now).exists()

    @invariant()
    def nobody_has_what_somebody_else_has(self) -> None:
        taken: dict[int, list[rules.Span]] = {}
        for booking in queries.bookings().filter(state__in=["held", "booked", "out"]):
            assert not booking.commitment.finished
            assert booking.commitment.resource_id == booking.thing.resource_id
            assert booking.commitment.provider_id == booking.thing.holder_id
            others = taken.setdefault(booking.thing_id, [])
            assert not [one for one in others if one.meets(queries.span(booking))]
            others.append(queries.span(booking))
        assert max([0, *map(len, (Booking.objects.filter(thing=t, state="out") for t in self.things))]) <= 1

    @invariant()
    def what_is_set_aside_is_what_is_promised(self) -> None:
        for person in self.people:
            of = queries.bookings().filter(agent=person, state__in=["booked", "out"]).select_related("payment")
            promised = sum(one.payment.quantity for one in of if one.payment is not None)
            assert money_queries.balance(self.village.account(person)).set_aside == promised
        assert self.village.fund("shared") == self.paid

    @invariant()
    def the_books_are_right(self) -> None:
        assert flows_queries.replay() == []
        sums = money_queries.sums_agree(self.village.currency)
        assert sums.boxes == sums.accounts
