"""How one movement of money is written: what the local has and what it owes change together, in an open month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel import clock
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries, rules
from cosmolocal.money.models import Account, Currency, MoneyBox, Note
from cosmolocal.money.words import before_it


@dataclass(frozen=True)
class Stamp:
    """When and why an event stands in the books; `value_on` is its true date where that month is closed."""

    reason: str = ""
    at: datetime | None = None
    value_on: date | None = None


def stamp(reason: str, at: datetime | None = None, after: datetime | None = None) -> Stamp:
    """`at` where its month is open, else now with the true date beside it. Refuses money.not_yet.

    `after`: when that counts which this one follows (a payment that comes back). Nothing counts before what it follows.
    """
    if at is None:
        return Stamp(reason)
    if at > running().at:
        raise Refusal("money.not_yet", _("This day has not come yet. Choose today or an earlier day."), field="on")
    hold_months()
    happened_on = day_of(at)
    late = rules.open_from(queries.closed_until(), happened_on)
    if late:
        return Stamp(reason, None, late)
    if after is not None and at < after:
        return Stamp(reason, after, happened_on if happened_on < day_of(after) else None)
    return Stamp(reason, at)


def hold_months() -> None:
    """Nobody closes a month while something is booked into it, and the other way round, until the deed under way ends.

    SQLite lets one write at a time in any case.
    """
    if connection.features.has_select_for_update:
        list(Currency.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def day_of(at: datetime) -> date:
    """The day of a moment on the local's wall clock."""
    return clock.day_of(at)


def check_follows(at: datetime | None, first: date) -> None:
    """Refuses money.before_it where something is said to have happened before what it follows, which was on `first`."""
    if at is not None and day_of(at) < first:
        raise Refusal("money.before_it", before_it(first), field="on")


def take_back(by: Agent, events: Iterable[tuple[int, datetime, date | None]], at: datetime | None = None) -> None:
    """Takes events (id, when it counts, value date) back, linked, on the day on which that happened.

    Refuses money.before_it, money.not_yet.
    """
    for event_id, counts_at, value_on in events:
        check_follows(at, value_on or day_of(counts_at))
        when = stamp("", at, after=counts_at)
        flows.correct(by=by, event_id=event_id, at=when.at, value_on=when.value_on)


def check_amount(amount: int, field: str = "amount") -> None:
    """Refuses money.bad_amount unless above 0: the direction is the deed's, never the sign's."""
    if amount <= 0:
        raise Refusal("money.bad_amount", _("Write an amount above 0."), field=field)


def check_reason(reason: str) -> None:
    """Refuses money.reason_missing where nothing was written: whoever reads the books later must understand."""
    if not one_line(reason):
        raise Refusal("money.reason_missing", _("Write in a few words why."), field="reason")


def check_same_currency(*things: Account | MoneyBox) -> None:
    """Refuses money.other_currency where accounts or boxes do not count in the same money."""
    if len({thing.currency_id for thing in things}) > 1:
        raise Refusal("money.other_currency", _("These accounts do not count in the same money. Choose another one."))


def check_somebodys(account: Account) -> None:
    """Refuses money.nobodys for funds and for the account of a round: nobody leaves with them, or is paid back."""
    if account.kind in (Account.Kind.FUND, Account.Kind.ROUND):
        raise Refusal(
            "money.nobodys",
            _("“%(account)s” belongs to all of you, so it is neither closed nor paid back. Move what is on it instead.")
            % {"account": account},
        )


def note(words: str) -> None:
    """Keeps what somebody typed beside the running deed, where it can be erased."""
    if words := words.strip()[:240]:
        Note.objects.get_or_create(operation_id=running().id, defaults={"words": words})


def paid_into(box: MoneyBox, amount: int, stamp: Stamp, payer_id: int | None = None) -> EventDraft:
    """Money comes into a box from outside our books."""
    return EventDraft(
        action="transfer",
        quantity=amount,
        specification_id=box.currency.money_id,
        provider_id=payer_id,
        receiver_id=agents_queries.home_local().pk,
        to_resource_id=box.resource_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )


def paid_from(box: MoneyBox, amount: int, stamp: Stamp, payee_id: int | None = None) -> EventDraft:
    """Money leaves a box, out of our books. A fact: the bank has done it."""
    return EventDraft(
        action="transfer",
        quantity=amount,
        specification_id=box.currency.money_id,
        provider_id=agents_queries.home_local().pk,
        receiver_id=payee_id,
        resource_id=box.resource_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )


def carried(source: MoneyBox, target: MoneyBox, amount: int, stamp: Stamp) -> EventDraft:
    """Money goes from one box to another; the local has as much as before."""
    return EventDraft(
        action="transfer",
        quantity=amount,
        specification_id=source.currency.money_id,
        resource_id=source.resource_id,
        to_resource_id=target.resource_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )


def counted(action: str, box: MoneyBox, difference: int, stamp: Stamp) -> EventDraft:
    """Counting found more (`raise`) or less (`lower`) in a box than the books say."""
    return EventDraft(
        action=action,
        quantity=difference,
        specification_id=box.currency.money_id,
        resource_id=box.resource_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )


def raised(account: Account, amount: int, stamp: Stamp) -> EventDraft:
    """The local owes the holder more. Stands beside `paid_into` in the same deed."""
    return _changed("raise", account, amount, stamp)


def lowered(account: Account, amount: int, stamp: Stamp, fulfils_id: int | None = None) -> EventDraft:
    """The local owes the holder less. Stands beside `paid_from` in the same deed."""
    return _changed("lower", account, amount, stamp, fulfils_id)


def _changed(action: str, account: Account, amount: int, stamp: Stamp, fulfils_id: int | None = None) -> EventDraft:
    return EventDraft(
        action=action,
        quantity=amount,
        specification_id=account.currency.specification_id,
        provider_id=None if fulfils_id else account.holder_id,
        receiver_id=None if fulfils_id else account.holder_id,
        resource_id=account.resource_id,
        fulfils_id=fulfils_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )


def moved(source: Account, target: Account, amount: int, stamp: Stamp) -> EventDraft:
    """From one account to another; what the local has stays. Guarded where somebody wishes it (`guard`)."""
    return EventDraft(
        action="transfer",
        quantity=amount,
        specification_id=source.currency.specification_id,
        provider_id=source.holder_id,
        receiver_id=target.holder_id,
        resource_id=source.resource_id,
        to_resource_id=target.resource_id,
        at=stamp.at,
        value_on=stamp.value_on,
        reason=stamp.reason,
    )
