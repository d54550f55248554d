"""The whole balance of the local on any day, and whether its two sides agree."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Sum

from cosmolocal.flows import queries as flows
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.queries.accounts import default_currency
from cosmolocal.money.queries.statements import moment_after
from cosmolocal.money.rules import Held, Sheet, Sums, group_sheet
from cosmolocal.money.words import FUND_LABELS


def balance_sheet(on: date, currency: Currency | None = None) -> Sheet:
    """What the local had at the end of a day and whose it was, from what had happened by then (six statements)."""
    chosen = currency or default_currency()
    before = moment_after(on)
    accounts = Account.objects.filter(currency=chosen)
    boxes = MoneyBox.objects.filter(currency=chosen)
    of_account, of_box = _balances(accounts, before), _balances(boxes, before)
    held = [
        Held(kind, of_account[pk], _label(code, name, holder), code, pk)
        for pk, kind, code, name, holder in accounts.order_by("kind", "holder__name", "pk").values_list(
            "pk", "kind", "code", "name", "holder__name"
        )
        if of_account.get(pk)
    ]
    lying = [
        Held(kind, of_box[pk], name, "", pk)
        for pk, kind, name in boxes.order_by("pk").values_list("pk", "kind", "name")
        if of_box.get(pk)
    ]
    return group_sheet(lying, held, on)


def sums_agree(currency: Currency | None = None) -> Sums:
    """The stored sums of all boxes and of all accounts now (two statements); they agree after every deed."""
    chosen = currency or default_currency()
    total = Sum("resource__accounting_quantity")
    return Sums(
        boxes=MoneyBox.objects.filter(currency=chosen).aggregate(sum=total)["sum"] or 0,
        accounts=Account.objects.filter(currency=chosen).aggregate(sum=total)["sum"] or 0,
    )


def _label(code: str, name: str, holder: str) -> str:
    return str(FUND_LABELS[code]) if code in FUND_LABELS else name or holder


def _balances(things: QuerySet[Any], before: datetime) -> dict[int, int]:
    """Id -> what it held just before a moment (two statements)."""
    held = flows.held_before(things.order_by().values("resource"), before)
    return {pk: held[resource] for pk, resource in things.order_by().values_list("pk", "resource_id")}
