"""What is read about money: whose account, how it stands, what happened on it, the whole balance on any day."""

from cosmolocal.money.queries.accounts import (
    account_for,
    accounts_by_holder,
    balance,
    balances,
    boxes,
    default_currency,
    format,
    fund,
    funds,
    standing,
    visible_to,
)
from cosmolocal.money.queries.lists import (
    below_floor,
    closed_until,
    members,
    payment_lists,
    unmatched,
    waiting,
)
from cosmolocal.money.queries.sheets import balance_sheet, sums_agree
from cosmolocal.money.queries.statements import Line, Statement, box_statement, history, moment_of, statement

__all__ = [
    "Line",
    "Statement",
    "account_for",
    "accounts_by_holder",
    "balance",
    "balance_sheet",
    "balances",
    "below_floor",
    "box_statement",
    "boxes",
    "closed_until",
    "default_currency",
    "format",
    "fund",
    "funds",
    "history",
    "members",
    "moment_of",
    "payment_lists",
    "standing",
    "statement",
    "sums_agree",
    "unmatched",
    "visible_to",
    "waiting",
]
