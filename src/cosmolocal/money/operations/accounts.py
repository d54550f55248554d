"""Opening and closing: a currency with its funds, accounts of people and rounds, boxes where money lies."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import locks, sessions
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.bank_numbers import bank_number
from cosmolocal.agents.models import Agent, Place
from cosmolocal.flows import operations as flows
from cosmolocal.kernel import practices
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.looks import levels_lowered, number_changed
from cosmolocal.money.words import FUNDS, Fund


@operation("money.open_currency", said=gettext_lazy("opened the currency"))
def open_currency(
    *,
    by: Agent,
    code: str,
    decimals: int,
    symbol: str,
    cash_step: int = 1,
    start_floor: int = 0,
    warn_below: int = 0,
    key: str = "",
) -> Currency:
    """Opens a national currency with its two specifications and all standard funds; again: the same one.

    `cash_step`, `start_floor` and `warn_below` are in minor units (cash_step 5: the smallest coin is 0.05).
    """
    policy.permit_house(by)
    found = Currency.objects.filter(code=code).first()
    if found is None:
        unit = flows.define_unit(by=by, code=code, label=code, symbol=symbol, decimals=decimals, dimension="money")
        found = Currency.objects.create(
            code=code,
            specification=flows.define_specification(by=by, name=code, unit=unit, medium_of_exchange=True),
            money=flows.define_specification(by=by, name=f"{code} money", unit=unit),
            decimals=decimals,
            cash_step=max(cash_step, 1),
            start_floor=start_floor,
            warn_below=warn_below,
        )
    held = set(found.accounts.filter(kind=Account.Kind.FUND).values_list("code", flat=True))
    for fund in FUNDS:
        if fund.code not in held:
            _open_fund(by, found, fund)
    return found


def _open_fund(by: Agent, currency: Currency, fund: Fund) -> None:
    home = agents_queries.home_local()
    floor = None if fund.may_fall else 0
    resource = flows.open_resource(
        by=by, specification=currency.specification, accountable=home, name=fund.code, floor=floor
    )
    Account.objects.create(
        resource=resource, currency=currency, holder=home, kind=Account.Kind.FUND, code=fund.code, name=fund.code
    )


@operation("money.open_account", said=gettext_lazy("opened an account"))
def open_account(
    *, by: Agent, holder: Agent, kind: str = "member", currency: Currency | None = None, name: str = "", key: str = ""
) -> Account:
    """Opens the account of a household, organisation, producer or of walk-in customers; again: the same one.

    A member's account starts at the floor of its currency; a producer's may fall to 0, a walk-in's freely.
    """
    policy.permit_house(by)
    chosen = currency or queries.default_currency()
    found = queries.account_for(holder, kind, chosen)
    if found is not None:
        return found
    floors: dict[str, int | None] = {Account.Kind.MEMBER: chosen.start_floor, Account.Kind.WALK_IN: None}
    resource = flows.open_resource(
        by=by, specification=chosen.specification, accountable=holder, floor=floors.get(kind, 0)
    )
    return Account.objects.create(resource=resource, currency=chosen, holder=holder, kind=kind, name=name)


@operation("money.open_round_account", said=gettext_lazy("opened the account of a round"))
def open_round_account(*, by: Agent, name: str, code: str, key: str = "") -> Account:
    """Opens the account through which one order round's money runs; settled, it is exactly 0. Again: the same one."""
    policy.permit_house(by)
    currency = queries.default_currency()
    found = Account.objects.filter(currency=currency, code=code).first()
    if found is not None:
        return found
    home = agents_queries.home_local()
    resource = flows.open_resource(by=by, specification=currency.specification, accountable=home, name=code, floor=None)
    return Account.objects.create(
        resource=resource, currency=currency, holder=home, kind=Account.Kind.ROUND, code=code, name=name
    )


@operation("money.open_box", said=gettext_lazy("added a place where money lies"))
def open_box(
    *,
    by: Agent,
    kind: str,
    name: str,
    number: str = "",
    bank_name: str = "",
    place: Place | None = None,
    currency: Currency | None = None,
    key: str = "",
) -> MoneyBox:
    """Opens a bank account, a cash box, a till drawer or money on its way; the same name again: the same one.

    `place`: whose keepers use what lies there in coins; none: those of the whole house. A cash box cannot hold less
    than nothing, but counting is a fact: no floor stops it. Another number than the local's first is looked at by
    somebody else before members see it. Refuses: money.name_taken (by another kind, or at another place),
    money.whole_house, agents.bad_iban, agents.session_lent (a number).
    """
    policy.permit_house(by)
    if number.strip():
        sessions.require_own_or_house(by)
    chosen = currency or queries.default_currency()
    _check_place(kind, place)
    found = MoneyBox.objects.filter(currency=chosen, name=name, closed_at=None).first()
    if found is not None:
        if found.kind != kind or found.place_id != (place.pk if place else None):
            raise _name_taken()
        return found
    assert chosen.money is not None, "only a national currency has money behind it"
    wanted = bank_number(number, "number")
    resource = flows.open_resource(
        by=by, specification=chosen.money, accountable=agents_queries.home_local(), name=name, floor=None
    )
    made = MoneyBox.objects.create(resource=resource, currency=chosen, kind=kind, name=name, place=place)
    _write_number(by, made, wanted, bank_name)
    made.save(update_fields=["number", "number_deed", "bank_name"])
    return made


def _check_place(kind: str, place: Place | None) -> None:
    if place is not None and kind not in policy.COINS:
        raise Refusal(
            "money.whole_house",
            _("Only a cash box or a till drawer lies at one place. Choose “the whole house”."),
            field="place",
        )


def _name_taken() -> Refusal:
    return Refusal("money.name_taken", _("Another place for money is called so. Choose another name."), field="name")


def _write_number(by: Agent, box: MoneyBox, has: str, bank: str) -> None:
    """Another number, or another bank beside it, where members pay: looked at by somebody else, and but for the first
    of all shown only then.
    """
    was, box.bank_name = _said(box.number, box.bank_name), bank.strip()[:120]
    now = _said(has, box.bank_name)
    if was == now:
        return
    others = MoneyBox.objects.exclude(pk=box.pk)
    had = [was] if was else list(others.exclude(number__in=["", has]).values_list("number", flat=True))
    is_first = not (box.number or box.number_deed_id or others.exclude(number="", number_deed=None).exists())
    number_changed(by, box, ", ".join(had), now)
    box.number, box.number_deed_id = has, None if is_first or agents_policy.is_house(by) else running().id


def _said(number: str, bank: str) -> str:
    """Where members pay, in words; nothing without a number."""
    return ", ".join(filter(None, (number, bank))) if number else ""


@operation("money.change_box", said=gettext_lazy("changed a place where money lies"))
def change_box(
    *,
    by: Agent,
    box: MoneyBox,
    name: str,
    number: str = "",
    bank_name: str = "",
    place: Place | None = None,
    key: str = "",
) -> MoneyBox:
    """Changes how a box is called, whose keepers use it, and the account number members pay to; what lies in it stays.

    A changed number, or another bank beside it, is looked at by somebody else before members see it. Refuses:
    money.name_missing, money.name_taken, money.whole_house, agents.bad_iban, agents.session_lent (number, bank or
    place), agents.not_allowed.
    """
    policy.permit_house(by)
    called = one_line(name)[:120]
    if not called:
        raise Refusal("money.name_missing", _("Write how it is called."), field="name")
    locked = MoneyBox.objects.select_for_update().get(pk=box.pk)
    _check_place(locked.kind, place)
    others = MoneyBox.objects.filter(currency=locked.currency_id, name=called, closed_at=None).exclude(pk=locked.pk)
    if others.exists():
        raise _name_taken()
    wished = (number.strip(), bank_name.strip(), place.pk if place else None)
    if wished != (locked.number, locked.bank_name, locked.place_id):
        sessions.require_own_or_house(by)
    has = locked.number if number.strip() == locked.number else bank_number(number, "number")
    _write_number(by, locked, has, bank_name)
    locked.name, locked.place = called, place
    locked.save(update_fields=["name", "number", "number_deed", "bank_name", "place"])
    return locked


@operation("money.set_limits", said=gettext_lazy("changed the limits of an account"))
def set_limits(*, by: Agent, account: Account, warn_below: int | None, floor: int | None, key: str = "") -> None:
    """Sets when the holder gets a friendly word, and where it stops (minor units; below 0: credit).

    A balance that lies below the new floor stays and stands on the list. Refuses: money.warning_below_stop,
    agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    policy.forbid_own(by, account.holder)
    if warn_below is not None and floor is not None:
        _check_levels(warn_below, floor)
    account.warn_below = warn_below
    account.save(update_fields=["warn_below"])
    flows.set_floor(by=by, resource=account.resource, floor=floor)


@operation("money.change_levels", said=gettext_lazy("changed warning and stop levels"))
def change_levels(*, by: Agent, currency: Currency, warn_below: int, start_floor: int, key: str = "") -> Currency:
    """Sets when members get a friendly word, and how far accounts opened from now on may go down (minor units).

    Accounts with limits of their own keep them, and no floor of an open account moves. A lower one is looked at by
    somebody else. Refuses:
    money.warning_below_stop, agents.not_allowed, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    locked = Currency.objects.select_for_update().get(pk=currency.pk)
    _check_levels(warn_below, start_floor)
    levels = [queries.format(floor, locked) for floor in (locked.start_floor, start_floor)]
    levels_lowered(by, locked.start_floor - start_floor, " → ".join(levels))
    locked.warn_below, locked.start_floor = warn_below, start_floor
    locked.save(update_fields=["warn_below", "start_floor"])
    return locked


def _check_levels(warn_below: int, floor: int) -> None:
    if warn_below < floor:
        raise Refusal(
            "money.warning_below_stop",
            _("The warning must come before the stop. Choose a warning level above it."),
            field="warn_below",
        )


@operation("money.close_account", said=gettext_lazy("closed an account"))
def close_account(*, by: Agent, account: Account, reason: str, key: str = "") -> None:
    """Ends an account; what is left on it (or missing) goes to the solidarity fund, with a reason.

    A closed one again, where a fact touched it since. Refuses: money.reason_missing, money.still_promised (set aside,
    or ordered and to be paid at the door), money.already_closed, money.nobodys, agents.session_lent.
    """
    policy.permit_books(by)
    journal.check_somebodys(account)
    sessions.require_own_or_house(by)
    policy.forbid_own(by, account.holder)
    locked = Account.objects.select_for_update().get(pk=account.pk)
    # Whoever orders, or sets something aside, at this moment waits, and then finds nothing that may be promised.
    locks.hold(locked.holder)
    flows.set_floor(by=by, resource=locked.resource_id, floor=0)
    standing = queries.balance(locked)
    if locked.closed_at is not None and not standing.balance:
        raise Refusal("money.already_closed", _("This account is closed already."))
    if not one_line(reason):
        raise Refusal("money.reason_missing", _("Write in a few words why."), field="reason")
    if standing.set_aside:
        raise Refusal(
            "money.still_promised",
            _("Something is still set aside for an order or a payment. Finish or cancel it first."),
        )
    if locked.kind == Account.Kind.MEMBER:
        _check_charged(locked.holder)
    if standing.balance:
        fund = queries.fund("solidarity", locked.currency)
        pair = (locked, fund) if standing.balance > 0 else (fund, locked)
        flows.record(by=by, drafts=[journal.moved(*pair, abs(standing.balance), journal.stamp("left"))])
        journal.note(reason)
    locked.closed_at = running().at
    locked.save(update_fields=["closed_at"])


def _check_charged(holder: Agent) -> None:
    """What is paid in coins sets nothing aside, and is charged all the same when it is settled."""
    for practice in practices.installed():
        if practice.still_to_pay and (what := practice.still_to_pay(holder)):
            raise Refusal(
                "money.still_promised",
                _("%(what)s is not settled yet, and is paid from this account. Settle or cancel it first.")
                % {"what": what},
            )
