"""Builders of demo data: the books of a young local, through the same operations as everybody's."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cosmolocal.agents import approvals
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.money import operations, queries
from cosmolocal.money.models import Account, Currency, MoneyBox, PaymentList


@dataclass(frozen=True)
class Books:
    """The currency and where its money lies."""

    currency: Currency
    bank: MoneyBox
    cash: MoneyBox


def open_books(
    by: Agent,
    code: str = "CNY",
    symbol: str = "¥",
    bank: str = "Rural credit bank",
    number: str = "6228 4800 1234 5678",
    place: Place | None = None,
) -> Books:
    """A national currency with its funds, a bank account and a cash box (at a place); members are warned below 50."""
    currency = operations.open_currency(by=by, code=code, decimals=2, symbol=symbol, cash_step=10, warn_below=5000)
    return Books(
        currency=currency,
        bank=operations.open_box(by=by, kind="bank", name=bank, number=number, bank_name=bank),
        cash=operations.open_box(by=by, kind="cash", name="Cash box of the store", place=place),
    )


def open_till(by: Agent, books: Books, place: Place, change: int = 20000) -> None:
    """Another place has a cash box of its own, with `change` from the bank."""
    till = operations.open_box(by=by, kind="cash", name=f"Cash box of {place}", place=place)
    operations.move_money(by=by, source=books.bank, target=till, amount=change)


def open_accounts(by: Agent, holders: Iterable[Agent], kind: str = "member") -> list[Account]:
    """An account for each."""
    return [operations.open_account(by=by, holder=holder, kind=kind) for holder in holders]


def give_credit(by: Agent, organisations: Iterable[Agent], limit: int) -> None:
    """Restaurants pay after delivery, up to `limit` minor units."""
    for organisation in organisations:
        account = operations.open_account(by=by, holder=organisation)
        operations.set_limits(by=by, account=account, warn_below=-limit // 2, floor=-limit)


def top_up(by: Agent, books: Books, accounts: Sequence[Account], pick: random.Random, *, least: int = 20000) -> None:
    """Every account gets from `least` to three times as much in whole 10s; one in four in cash."""
    for account in accounts:
        amount = pick.randrange(least, 3 * least, 1000)
        box = books.cash if pick.random() < 0.25 else books.bank
        operations.top_up(by=by, account=account, box=box, amount=amount)


def pay_month(by: Agent, books: Books, *, rent: int = 80000, fee: int = 1500) -> None:
    """A month's rent and bank fee."""
    operations.pay_cost(by=by, fund_code="running", box=books.bank, amount=rent, reason="rent")
    operations.pay_cost(by=by, fund_code="running", box=books.bank, amount=fee, reason="fee")


def pay_alone(treasurers: Sequence[Agent], books: Books) -> None:
    """Two costs that one treasurer booked alone; another one has looked at the first."""
    first, second = treasurers[0], treasurers[1]
    for amount, reason in ((3600, "rolls of paper for the labels"), (4850, "two tarpaulins for the yard")):
        operations.pay_cost(by=first, fund_code="running", box=books.cash, amount=amount, reason=reason)
    operations.agree_entries(by=second, looks=list(queries.reviews(is_open=True))[:1])


def carry_cash(by: Agent, books: Books, keep: int = 30000) -> None:
    """What lies in the cash box beyond `keep` goes to the bank."""
    has = queries.boxes(books.currency).get(pk=books.cash.pk).resource.accounting_quantity
    if has > keep:
        operations.move_money(by=by, source=books.cash, target=books.bank, amount=has - keep)


def leave_on_its_way(keeper: Agent, books: Books, amount: int = 15000) -> None:
    """A keeper takes coins along to the bank; nobody has written down yet that they arrived."""
    operations.move_money(by=keeper, source=books.cash, target=books.bank, amount=amount)


def agree(made: PaymentList) -> None:
    """As many of those who were asked say yes as it takes."""
    if made.approval is not None:
        for person in approvals.voters(made.approval)[: made.approval.needed]:
            operations.agree_payment_list(by=person, payment_list=made, yes=True)


def ask_to_pay_back(maker: Agent, first: Agent, books: Books, household: Agent) -> None:
    """A household wants half of what it has back; one of those who are asked has agreed."""
    account = operations.open_account(by=agents_queries.system(), holder=household)
    half = (queries.balance(account).spendable or 0) // 200 * 100
    made = operations.pay_back(by=maker, account=account, box=books.bank, amount=half, reference="moves to Nanning")
    operations.agree_payment_list(by=first, payment_list=made, yes=True)


def puzzle(by: Agent, books: Books) -> None:
    """Money from somebody nobody knows yet, so that the list is not empty."""
    operations.top_up_unmatched(by=by, box=books.bank, amount=20000, payer="QIN XIU YING", reference="vegetables")
