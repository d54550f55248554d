"""What a booking promises: the thing for a time, and the money for it; freed together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.bookings import queries, rules
from cosmolocal.bookings.models import Booking, Terms, Thing
from cosmolocal.bookings.rules import Span
from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_window
from cosmolocal.money import queries as money_queries

FUND = "shared"  # of money.words: what the use of shared things brings, and repairs cost


@dataclass(frozen=True)
class BookingDraft:
    """A thing for a time; `km`: how far she thinks to go."""

    thing_id: int
    begins: datetime
    ends: datetime
    km: int = 0

    @property
    def span(self) -> Span:
        """Its time."""
        return Span(self.begins, self.ends)


def lock_things(ids: Collection[int]) -> dict[int, Thing]:
    """Things by id, locked in one order: what is asked about their times stays true. Refuses bookings.gone."""
    found = lock(ids)
    if len(found) < len(set(ids)):
        raise Refusal("bookings.gone", _("One of these things is not here any more. Load the page again."))
    return found


def lock(ids: Collection[int]) -> dict[int, Thing]:
    """The same, of things that are known."""
    rows = Thing.objects.select_for_update(of=("self",)).select_related("resource", "holder").filter(pk__in=ids)
    return {thing.pk: thing for thing in rows.order_by("pk")}


def lock_booking(booking: Booking) -> Booking:
    """The booking as it stands, with its thing locked."""
    lock([booking.thing_id])
    Booking.objects.select_for_update().get(pk=booking.pk)
    return queries.bookings().select_related("payment", "thing__resource").get(pk=booking.pk)


def use_draft(thing: Thing, receiver: Agent, span: Span, agreement_id: int) -> CommitmentDraft:
    """The promise that she has it to herself in that time."""
    return CommitmentDraft(
        "use",
        thing.holder_id,
        receiver.pk,
        thing.resource.conforms_to_id,
        span.minutes,
        agreement=agreement_id,
        resource=thing.resource_id,
        begins=span.begins,
        ends=span.ends,
        guard=False,  # the time is guarded whatever this says, and the thing is not used up
    )


def upper(terms: Terms, span: Span, km: int) -> int:
    """What is set aside for it: the use as planned, and the deposit."""
    return rules.price(terms, queries.counted(span), km) + terms.deposit


def payment_draft(household: Agent, terms: Terms, amount: int, agreement_id: int) -> CommitmentDraft | None:
    """The promise to pay; None where nothing can come of it. Refuses bookings.no_account."""
    if rules.is_gift(terms) and not terms.deposit:
        return None
    account = money_queries.account_for(household)
    if account is None:
        raise Refusal("bookings.no_account", _("This household has no account yet. Ask the treasurer to open one."))
    if not amount:
        return None
    fund = money_queries.fund(FUND)
    return CommitmentDraft(
        "transfer",
        account.holder_id,
        fund.holder_id,
        account.currency.specification_id,
        amount,
        agreement=agreement_id,
        is_reciprocal=True,
        resource=account.resource_id,
        to_resource=fund.resource_id,
    )


def commit_all(by: Agent, drafts: Sequence[CommitmentDraft], things: Sequence[Thing], household: Agent) -> list[int]:
    """Promises all or none, in words of bookings. Refuses bookings.taken (fact: `things`, ids), and
    bookings.not_enough_money (fact: `missing`).
    """
    try:
        return [promise.pk for promise in flows.commit(by=by, drafts=drafts)]
    except Refusal as refusal:
        if refusal.code == "flows.taken":
            raise taken(
                {things[place].pk: things[place] for place in refusal.facts["times"]}, times_of(refusal)
            ) from refusal
        raise in_money_words(refusal, household, drafts) from refusal


def taken(things: dict[int, Thing], times: tuple[datetime, datetime]) -> Refusal:
    """Says what is taken from when to when; the first of several. It may be her own booking, or a repair."""
    words = {"things": ", ".join(thing.name for thing in things.values()), "when": format_window(*times)}
    sentence = _("%(things)s: %(when)s is booked already. Choose another time, or another thing.")
    return Refusal("bookings.taken", sentence % words, field="begins", things=list(things))


def times_of(refusal: Refusal) -> tuple[datetime, datetime]:
    """The first of the times at which `flows.taken` found something: from when to when."""
    times: tuple[datetime, datetime] = next(iter(refusal.facts["times"].values()))
    return times


def check_free(thing: Thing, span: Span) -> None:
    """Is nothing promised of it then? Without a lock: for who asks before she books. Refuses bookings.taken."""
    for other in flows_queries.booked([thing.resource_id], span.begins, span.ends)[:1]:
        assert other.begins is not None
        assert other.ends is not None
        raise taken({thing.pk: thing}, (other.begins, other.ends))


def in_money_words(refusal: Refusal, household: Agent, drafts: Sequence[CommitmentDraft]) -> Refusal:
    """`flows.not_enough` as the sum that is missing; every other refusal as it is."""
    account = money_queries.account_for(household)
    if refusal.code != "flows.not_enough" or account is None:
        return refusal
    wanted = sum(draft.quantity for draft in drafts if draft.is_reciprocal)
    missing = wanted - max(money_queries.balance(account).spendable or 0, 0)
    sentence = _("%(missing)s is missing on the account for the price and the deposit. Put money on it first.")
    words = {"missing": money_queries.format(missing, account.currency)}
    return Refusal("bookings.not_enough_money", sentence % words, missing=missing)


def check_rest(thing: Thing, terms: Terms, span: Span, own: Collection[int]) -> None:
    """Is there rest on both sides? The thing is locked. Refuses bookings.no_rest."""
    rest = timedelta(minutes=terms.rest_minutes)
    if not rest:
        return
    for other in flows_queries.booked([thing.resource_id], span.begins - rest, span.ends + rest).exclude(pk__in=own):
        assert other.begins is not None
        assert other.ends is not None
        words = {"thing": thing.name, "minutes": terms.rest_minutes, "when": format_window(other.begins, other.ends)}
        sentence = _(
            "%(thing)s rests %(minutes)s minutes between two bookings; somebody has it %(when)s. Choose another time."
        )
        raise Refusal("bookings.no_rest", sentence % words, field="begins")


def check_times(thing: Thing, terms: Terms, span: Span, now: datetime) -> None:
    """May it be booked then? Refuses bookings.bad_time (fact: `problem`, a word of rules.problem)."""
    problem = rules.problem(terms, span, now, queries.counted(span))
    if problem:
        raise bad_time(thing, terms, problem)


def bad_time(thing: Thing, terms: Terms, problem: str) -> Refusal:
    """bookings.bad_time in words; `problem` is a word of rules.problem."""
    words = {
        "thing": thing.name,
        "hours": -(-terms.notice_minutes // 60),
        "longest": -(-terms.longest_minutes // 60),
        "days": terms.ahead_days,
    }
    sentences = {
        "backwards": _("It would end before it begins. Choose a later end."),
        "past": _("This time is over. Choose a later one."),
        "notice": _("%(thing)s is booked at least %(hours)s hours before. Choose a later time."),
        "longest": _("%(thing)s is lent for at most %(longest)s hours at a time. Choose an earlier end."),
        "ahead": _("%(thing)s can be booked at most %(days)s days ahead. Choose an earlier day."),
    }
    field = "ends" if problem in ("backwards", "longest") else "begins"
    return Refusal("bookings.bad_time", sentences[problem] % words, field=field, problem=problem)


def check_kept(thing: Thing) -> None:
    """Refuses bookings.gone where it is sold, worn out, lost, or went with its owner."""
    if thing.state in Thing.GONE:
        sentence = _("%(thing)s is shared no more. If it is here again, add it as something new.")
        raise Refusal("bookings.gone", sentence % {"thing": thing.name})


def free(by: Agent, booking: Booking) -> None:
    """Nothing more is promised by it: neither the time nor the money."""
    flows.release(by=by, commitments=[booking.commitment_id])
    if booking.payment_id is not None:
        flows.release(by=by, commitments=[booking.payment_id])


def pay_anew(by: Agent, booking: Booking, amount: int) -> None:
    """Another sum is set aside for it. Refuses bookings.not_enough_money, bookings.no_account."""
    if booking.payment_id is not None:
        flows.release(by=by, commitments=[booking.payment_id])
    draft = payment_draft(booking.household, booking.terms, amount, booking.agreement_id)
    made = commit_all(by, [draft], [], booking.household) if draft else [None]
    booking.payment_id = made[0]
