"""The lists of accounts, of payments out, of payers nobody knows, of what a second person looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cosmolocal.agents.listing import Column, Show, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock
from cosmolocal.look.dates import format_day
from cosmolocal.money import queries
from cosmolocal.money.models import Account, PaymentList, Review, Unmatched
from cosmolocal.money.queries import Look
from cosmolocal.money.rules import Standing

_HELD = F("resource__accounting_quantity")
_FREE = _HELD - F("resource__promised_quantity") - F("resource__floor")


@dataclass(frozen=True)
class Row:
    """An account and how it stands."""

    account: Account
    standing: Standing

    @property
    def how(self) -> tuple[str, str]:
        """In words, and the tone of its badge."""
        mark, is_member = self.standing.mark, self.account.kind == Account.Kind.MEMBER
        if mark == "below":
            return _("below what was agreed"), "late"
        if is_member and mark == "stop":
            return _("nothing left"), "today"
        if is_member and mark == "low":
            return _("getting low"), "today"
        return _("good"), "ready"


def _standing(accounts: list[Account]) -> Sequence[Row]:
    return [Row(account, queries.standing(account)) for account in accounts]


def _kind(row: Row) -> str:
    return "" if row.account.kind == Account.Kind.MEMBER else str(row.account.get_kind_display())


def _money(name: str, title: Any, sort: Any) -> Column:
    return Column(
        name,
        title,
        kind="money",
        value=lambda row: getattr(row.standing, name),
        sort=sort,
        unit=lambda row: row.account.currency,
    )


@listing(
    "money.accounts",
    gettext_lazy("Accounts"),
    open_to="auditor_reads",
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            value=lambda row: str(row.account),
            sort="holder__name",
            href=lambda row: reverse("money:account", args=[row.account.pk]),
        ),
        Column("kind", gettext_lazy("Kind"), value=_kind),
        Column("how", gettext_lazy("How it stands"), value=lambda row: row.how[0], tone=lambda row: row.how[1]),
        _money("balance", gettext_lazy("Balance"), _HELD),
        _money("set_aside", gettext_lazy("Set aside"), "resource__promised_quantity"),
        _money("spendable", gettext_lazy("Free"), _FREE),
    ),
    order=("holder__name", "id"),
    prepare=_standing,
    find=queries.of_words,
    shows=(
        Show("", gettext_lazy("Everybody"), lambda every: every),
        Show(
            "below",
            gettext_lazy("Below what was agreed"),
            lambda _every: queries.below_floor(),
            order=("missing", "id"),
            counted=True,
            empty=(gettext_lazy("Nobody is below what was agreed"), "", "check"),
        ),
    ),
    hint=gettext_lazy("Name of a household or farm"),
)
def accounts(_reader: Reader) -> QuerySet[Account]:
    """Members, restaurants and producers with how they stand."""
    return queries.members()


@listing(
    "money.payouts",
    gettext_lazy("Payments out"),
    open_to="auditor_reads",
    columns=(
        Column(
            "name",
            gettext_lazy("What for"),
            sort=True,
            search=True,
            href=lambda one: reverse("money:payout", args=[one.pk]),
        ),
        Column("made_at", gettext_lazy("Drawn up"), kind="moment", sort=True),
        Column("made_by.name", gettext_lazy("By"), sort=True, search=True),
        Column(
            "state",
            gettext_lazy("How it stands"),
            value=lambda one: one.get_state_display(),
            sort=True,
            tone=lambda one: {"asked": "today", "agreed": "today", "done": "ready"}.get(one.state, "quiet"),
        ),
        Column("total", gettext_lazy("Together"), kind="money", sort=True, unit=lambda one: one.currency),
    ),
    order=("-made_at", "-id"),
    hint=gettext_lazy("What for, or who drew it up"),
    empty=(
        gettext_lazy("Nothing was paid out yet"),
        gettext_lazy("When a round is settled, the producers’ money stands on their accounts."),
        "coin",
    ),
)
def payouts(_reader: Reader) -> QuerySet[PaymentList]:
    """All payment lists with their sums."""
    return queries.payment_lists()


WAITS_LONG = 13  # days


def _waits(found: Unmatched) -> str:
    """How long it has waited, once that is long."""
    days = (clock.today() - found.on).days
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days > WAITS_LONG else ""


@listing(
    "money.unmatched",
    gettext_lazy("Payer unknown"),
    open_to="auditor_reads",
    columns=(
        Column(
            "payer",
            gettext_lazy("What the bank says"),
            value=lambda one: one.payer or _("no name"),
            sort=True,
            search=True,
        ),
        Column("words", gettext_lazy("Reference"), search=True, under="payer"),
        Column(
            "typed_by.name",
            gettext_lazy("Written down by"),
            words=gettext_lazy("written down by {}"),
            under="payer",
        ),
        Column("on", gettext_lazy("Came on"), kind="date", sort=True),
        Column("waits", gettext_lazy("Waits"), value=_waits, tone=lambda _one: "late", under="on", only="page"),
        Column("box", gettext_lazy("Where it lies"), value=lambda one: str(one.box), under="on"),
        Column("left", gettext_lazy("How much"), kind="money", unit=lambda one: one.box.currency, sort=True),
        Column(
            "amount",
            gettext_lazy("Came in all"),
            kind="money",
            value=lambda one: one.amount if one.amount != one.left else None,
            unit=lambda one: one.box.currency,
            words=gettext_lazy("of {}"),
            under="left",
        ),
    ),
    order=("on", "pk"),
    hint=gettext_lazy("Name or reference"),
    empty=(gettext_lazy("Every payer is known"), gettext_lazy("Nothing waits here."), "check"),
)
def unmatched(_reader: Reader) -> QuerySet[Unmatched]:
    """Money from payers nobody knows, the longest waiting first."""
    return queries.unmatched()


def _booked_on(look: Look) -> date:
    return clock.day_of(look.row.deed.at)


def _whose(look: Look) -> str:
    """The holder it is about, or the place for money."""
    about = look.row.holder or look.row.box
    return about.name if about else ""


def _asked(look: Look) -> str:
    """Who asks what about it."""
    asked_by = look.row.asked_by
    return f"{asked_by.by.name}: {asked_by.money_note.words}" if asked_by else ""


def _decided(look: Look) -> str:
    by = look.row.decided_by
    return f"{by.by.name}, {format_day(clock.day_of(by.at))}" if by and not look.is_open else ""


def _tone(look: Look) -> str:
    if look.row.state == Review.State.WAITING:
        return ""
    return "late" if look.is_open else "quiet"


@listing(
    "money.looks",
    gettext_lazy("A second pair of eyes"),
    open_to="auditor_reads",
    columns=(
        Column("what", gettext_lazy("What")),
        Column("whose", gettext_lazy("Whose"), value=_whose, search=("holder__name", "box__name"), under="what"),
        Column("on", gettext_lazy("For which day"), kind="date", words=gettext_lazy("for {}"), under="what"),
        Column(
            "note",
            gettext_lazy("Note"),
            value=lambda look: " · ".join(look.told),
            search=("said", "deed__money_note__words"),
            under="what",
        ),
        Column("row.deed.by.name", gettext_lazy("Booked by"), sort="deed__by__name", search=("deed__by__name",)),
        Column("at", gettext_lazy("Booked on"), kind="date", value=_booked_on, under="row.deed.by.name"),
        Column("why", gettext_lazy("Why it stands here"), value=lambda look: look.row.get_why_display(), sort=True),
        Column(
            "state",
            gettext_lazy("How it stands"),
            value=lambda look: look.row.get_state_display(),
            tone=_tone,
            under="why",
        ),
        Column("asked", gettext_lazy("Asked"), value=_asked, search=("asked_by__money_note__words",), under="why"),
        Column("decided", gettext_lazy("Looked at by"), value=_decided, under="why"),
        Column(
            "amount",
            gettext_lazy("How much"),
            kind="money",
            value=lambda look: look.row.amount or None,
            unit=lambda _look: queries.default_currency(),
            sort=True,
        ),
    ),
    order=("deed_id",),
    prepare=queries.as_looks,
    shows=(
        Show("", gettext_lazy("To be looked at"), lambda every: every.filter(state__in=queries.OPEN), counted=True),
        Show(
            "done",
            gettext_lazy("Looked at"),
            lambda every: every.exclude(state__in=queries.OPEN),
            order=("-deed_id",),
            empty=(
                gettext_lazy("Nothing was looked at yet"),
                gettext_lazy("Whoever looks at an entry stands here with the day."),
                "check",
            ),
        ),
    ),
    hint=gettext_lazy("A name, or a word of the note"),
    empty=(
        gettext_lazy("Nothing waits for a second pair of eyes"),
        gettext_lazy("What one person books alone and pays out, or books on her own account, comes here by itself."),
        "check",
    ),
)
def looks(_reader: Reader) -> QuerySet[Review]:
    """What waits for somebody else, the oldest first; or what was decided, the newest first."""
    return queries.every_look()
