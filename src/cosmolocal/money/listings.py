"""The lists of accounts and of payments out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, Show, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.money import queries
from cosmolocal.money.models import Account, PaymentList
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
