"""The whole balance of the local on any day, and whether its two sides agree."""

from datetime import date

from django.db.models import Sum

from cosmolocal.kernel.sets import among
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.queries.accounts import default_currency
from cosmolocal.money.queries.months import held_before
from cosmolocal.money.queries.statements import moment_after
from cosmolocal.money.rules import Held, Sheet, Sums, group_sheet
from cosmolocal.money.words import FUND_LABELS


def balance_sheet(on: date, currency: Currency | None = None) -> Sheet:
    """What the local had at the end of a day and whose it was, from what had happened by then (nine statements).

    Members above 0 are one sum without names: there may be a hundred thousand.
    """
    chosen = currency or default_currency()
    before = moment_after(on)
    accounts = Account.objects.filter(currency=chosen).order_by()
    boxes = MoneyBox.objects.filter(currency=chosen).order_by()
    of_account, of_box = (held_before(things.values("resource"), before) for things in (accounts, boxes))
    rows = accounts.values_list("pk", "kind", "resource_id")
    balances = [(pk, kind, of_account[resource]) for pk, kind, resource in rows if of_account[resource]]
    saved = sum(balance for _pk, kind, balance in balances if kind == Account.Kind.MEMBER and balance > 0)
    named = {pk: balance for pk, kind, balance in balances if kind != Account.Kind.MEMBER or balance < 0}
    held = [Held(Account.Kind.MEMBER, saved)] if saved else []
    held += [
        Held(kind, named[pk], _label(code, name, holder), code, pk)
        for pk, kind, code, name, holder in accounts.filter(pk__in=among(named))
        .order_by("kind", "holder__name", "pk")
        .values_list("pk", "kind", "code", "name", "holder__name")
    ]
    lying = [
        Held(kind, of_box[resource], name, "", pk)
        for pk, kind, name, resource in boxes.order_by("pk").values_list("pk", "kind", "name", "resource_id")
        if of_box[resource]
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
