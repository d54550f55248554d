"""Whose account is which, how it stands, and how an amount is written."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import node
from cosmolocal.kernel.prepared import Prepared, Slot
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.sets import among, array
from cosmolocal.look.numbers import format_money
from cosmolocal.money import policy
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.rules import Standing


def default_currency() -> Currency:
    """The national currency of this local, read once a request. Raises Currency.DoesNotExist before setup."""
    local: Any = node.current()
    if not hasattr(local, "_default_currency"):
        local._default_currency = Currency.objects.get(code=local.currency)
    found: Currency = local._default_currency
    return found


def format(minor: int, currency: Currency | None = None) -> str:
    """An amount in minor units as this reader writes it: 12640 is ¥ 126.40."""
    chosen = currency or default_currency()
    return format_money(minor, chosen.code, chosen.decimals)


_OPEN = Prepared(
    lambda: (
        Account.objects.open()
        .labelled()
        .filter(holder=Slot("holder"), kind=Slot("kind", models.CharField()), currency=Slot("currency"))
        .order_by("pk")[:1]
    )
)


def account_for(holder: Agent | int, kind: str = "member", currency: Currency | None = None) -> Account | None:
    """The open account of somebody, with currency and holder (one statement, two without `currency`)."""
    chosen = currency or default_currency()
    return _OPEN.first(holder=holder if isinstance(holder, int) else holder.pk, kind=kind, currency=chosen.pk)


def account_of_past(holder: Agent | int, currency: Currency, kind: str = "member") -> Account | None:
    """The account of somebody for what happened already: the open one, else the one that was closed last (one
    statement).
    """
    found = Account.objects.labelled().filter(holder=holder, kind=kind, currency=currency)
    return found.order_by(F("closed_at").desc(nulls_first=True), "pk").first()


def accounts_by_holder(holders: Iterable[Agent | int], kind: str = "member") -> dict[int, Account]:
    """Holder id -> open account in the local's currency, for many at once (two statements)."""
    found = Account.objects.open().labelled().held_by(holders).filter(kind=kind, currency=default_currency())
    return {account.holder_id: account for account in found}


def account_ids(holders: Iterable[Agent | int], kind: str = "member") -> dict[int, int]:
    """Holder id -> id of the open account in the local's currency, for thousands at once (two statements)."""
    found = Account.objects.open().held_by(holders).filter(kind=kind, currency=default_currency()).order_by()
    return dict(found.values_list("holder_id", "pk"))


def labels_of(resource_ids: Collection[int]) -> dict[int, str]:
    """Resource id -> the name of the account or the place for money that it is; no goods (two statements)."""
    found = {
        account.resource_id: str(account)
        for account in Account.objects.labelled().filter(resource__in=among(resource_ids))
    }
    boxes = MoneyBox.objects.filter(resource__in=among(resource_ids))
    return found | {box.resource_id: box.name for box in boxes}


def fund(code: str, currency: Currency | None = None) -> Account:
    """One of the local's own funds by its code (words.FUNDS). Raises Account.DoesNotExist for another code."""
    chosen = currency or default_currency()
    return Account.objects.select_related("currency", "holder").get(currency=chosen, code=code, kind="fund")


def funds(currency: Currency | None = None) -> QuerySet[Account]:
    """All funds with their resources, in the order in which they were opened."""
    chosen = currency or default_currency()
    return Account.objects.labelled().filter(currency=chosen, kind=Account.Kind.FUND).order_by("id")


def boxes(currency: Currency | None = None) -> QuerySet[MoneyBox]:
    """Where money lies: open boxes with their resources, bank first."""
    chosen = currency or default_currency()
    found = MoneyBox.objects.filter(currency=chosen, closed_at=None)
    return found.select_related("resource", "currency", "place").order_by("kind", "id")


def coins_for(reader: Reader, place: Place, currency: Currency) -> list[MoneyBox]:
    """Cash boxes and drawers this reader may use: those of a place first, then the whole house's, then others'."""
    return sorted(coins(reader, currency), key=lambda box: (box.place_id != place.pk, box.place_id is not None))


def coins(reader: Reader, currency: Currency | None = None) -> list[MoneyBox]:
    """Cash boxes and drawers this reader may use: those of her places, and the whole house's."""
    return [box for box in boxes(currency).filter(kind__in=policy.COINS) if policy.may_use_coins(reader, box)]


def books_run(currency: Currency) -> bool:
    """Was anything booked on an account but by opening books? Until then the local is being set up."""
    other = Q(resource__events__reason__lt="opening") | Q(resource__events__reason__gt="opening")
    moved = Account.objects.filter(other, currency=currency)
    return moved.exists()


# What an event needs to know of an account: its id, resource, holder, and its currency's specification.
LedgerKey = tuple[int, int, int, int]


def ledger_keys(ids: Collection[int]) -> dict[int, LedgerKey]:
    """Account id -> what an event needs to know of it. Refuses money.no_such_account.

    One statement, by hand, and plain rows: anything more takes longer than moving the money of ten thousand accounts.
    """
    if not ids:
        return {}
    is_sqlite = connection.vendor == "sqlite"
    wanted = "json_each(%s) w" if is_sqlite else "unnest(%s::bigint[]) w(value)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, a.resource_id, a.holder_id, c.specification_id "  # noqa: S608 - constants
            f"FROM {wanted} CROSS JOIN money_account a JOIN money_currency c ON c.id = a.currency_id "
            "WHERE a.id = w.value",
            [json.dumps(sorted(ids)) if is_sqlite else array(sorted(ids))],
        )
        found: dict[int, LedgerKey] = {row[0]: row for row in cursor.fetchall()}
    if len(found) < len(ids):
        raise Refusal("money.no_such_account", _("One of these accounts does not exist. Open the page again."))
    return found


def balance(account: Account) -> Standing:
    """How an account stands now, read afresh (one statement)."""
    return balances([account])[account.pk]


def balances(accounts: Iterable[Account | int]) -> dict[int, Standing]:
    """Account id -> how it stands now, for many at once (one statement)."""
    ids = (account if isinstance(account, int) else account.pk for account in accounts)
    rows = Account.objects.filter(pk__in=among(ids)).values_list(
        "pk",
        "resource__accounting_quantity",
        "resource__promised_quantity",
        "resource__floor",
        "warn_below",
        "currency__warn_below",
        "kind",
    )
    return {
        pk: Standing(has, aside, floor, _warning(kind, own, common))
        for pk, has, aside, floor, own, common, kind in rows
    }


def standing(account: Account) -> Standing:
    """How an account loaded by `labelled()` stands, without asking the database again."""
    resource = account.resource
    warn = _warning(account.kind, account.warn_below, account.currency.warn_below)
    return Standing(resource.accounting_quantity, resource.promised_quantity, resource.floor, warn)


def _warning(kind: str, own: int | None, common: int) -> int:
    if own is not None:
        return own
    return common if kind == Account.Kind.MEMBER else 0


def visible_to(reader: Reader) -> QuerySet[Account]:
    """Accounts a reader may open; others are not there (404): her own ones, or all for readers of the books."""
    if reader.person is None:
        return Account.objects.none()
    everything = Account.objects.labelled()
    return everything if policy.may_read_books(reader) else everything.held_by(policy.own_holders(reader))


def own_accounts(reader: Reader) -> QuerySet[Account]:
    """The reader's own open accounts: her household's, her restaurant's, her farm's."""
    return Account.objects.open().labelled().held_by(policy.own_holders(reader)).order_by("kind", "id")
