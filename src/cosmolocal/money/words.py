"""How funds, reasons and groups of accounts are called in the reader's language, and which funds a local has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cosmolocal.look.dates import format_day


@dataclass(frozen=True)
class Fund:
    """One of the local's own accounts. `may_fall`: its balance may go below 0 (costs, differences, stock at cost)."""

    code: str
    label: str | Promise
    about: str | Promise
    may_fall: bool = True


FUNDS: tuple[Fund, ...] = (
    Fund("running", _("Running costs"), _("Rent, wages, bank fees: what is left of each price pays them.")),
    Fund("transport", _("Transport"), _("What members pay for bringing goods from the farms.")),
    Fund("shared", _("Shared things"), _("What members pay for using a van, a mill, a room; repairs come out of it.")),
    Fund("tax", _("Tax owed"), _("Tax that was part of prices, until it is paid to the state.")),
    Fund("deposits", _("Deposits held"), _("For jars, bottles and crates; paid back when they return."), False),
    Fund("stock", _("Stock at cost"), _("Goods the local has bought and not yet sold.")),
    Fund("reserve", _("Reserve"), _("Put aside for hard times."), False),
    Fund("rounding", _("Rounding"), _("The last cents of splits and of cash.")),
    Fund("unmatched", _("Payer unknown"), _("Money that came from somebody nobody knows yet."), False),
    Fund("goodwill", _("Goodwill"), _("What the local gives back when something went wrong.")),
    Fund("drawer_difference", _("Cash differences"), _("What counting cash found too much or too little.")),
    Fund("opening_difference", _("Difference at the start"), _("What did not agree when these books began.")),
    Fund("solidarity", _("Solidarity"), _("For members who cannot pay, and from those who leave money here.")),
    Fund(
        "share_capital",
        _("Share capital"),
        _("What members put in when they joined; paid back when they leave."),
        False,
    ),
)
FUND_LABELS: Mapping[str, str | Promise] = {fund.code: fund.label for fund in FUNDS}

# Reasons of events. A word that is not here is shown as "Transfer".
REASONS: Mapping[str, str | Promise] = {
    "top_up": _("Paid in"),
    "cash": _("Paid in cash"),
    "unmatched": _("Paid in, payer unknown"),
    "matched": _("Payment found"),
    "sent_back": _("Sent back to the payer"),
    "order": _("Order"),
    "deposit": _("Deposit"),
    "use": _("Use of a shared thing"),
    "owner": _("Owner's share of a use"),
    "damage": _("For a damage"),
    "credit": _("Given back"),
    "refund": _("Given back"),
    "producer": _("For goods"),
    "tax": _("Tax"),
    "transport": _("Transport"),
    "running": _("Running costs"),
    "rounding": _("Rounding"),
    "payout": _("Paid out"),
    "returned": _("Payment came back"),
    "fee": _("Bank fee"),
    "rent": _("Rent"),
    "wages": _("Wages"),
    "tax_paid": _("Tax paid"),
    "cost": _("Cost"),
    "count": _("Cash counted"),
    "moved": _("Moved between cash and bank"),
    "opening": _("From the books before"),
    "left": _("Left to the local"),
    "undone": _("Taken back"),
    "correction": _("Correction"),
}

COSTS: tuple[str, ...] = ("fee", "rent", "wages", "tax_paid", "cost")


# What somebody booked alone, as the list of second looks calls it.
DEEDS: Mapping[str, str | Promise] = {
    "money.pay_cost": _("A cost was paid"),
    "money.count_cash": _("Cash was counted, and some is missing"),
    "money.move_money": _("Money was carried"),
    "money.receive_money": _("Carried money arrived"),
    "money.top_up": _("Money came in"),
    "money.pay_in_coins": _("Paid in cash"),
    "money.match_unmatched": _("Found out whose money it is"),
    "money.change_box": _("The account number was changed"),
    "money.import_opening_books": _("Balances were set by a file"),
    "money.open_box": _("Another bank account"),
    "money.import_people": _("Another bank account"),
    "money.transfer": _("Moved between accounts"),
    "money.send_back": _("Sent back to the payer"),
    "money.undo": _("An entry was taken back"),
    "money.return_payment": _("A payment came back"),
    "money.change_levels": _("How far accounts may go down"),
}
# The same, where the reason why it is looked at says it better than the deed's code.
WHYS: Mapping[str, str | Promise] = {
    "price": _("Prices were set"),
    "between": _("Two households swapped what they pay"),
}


def reason_label(reason: str) -> str:
    """What a statement says for the reason of an event."""
    return str(REASONS.get(reason, _("Transfer")))


def before_it(first: date) -> str:
    """What a person is told who dates something before what it follows."""
    words = _("This cannot be before %(day)s, the day of what it belongs to. Choose that day or a later one.")
    return str(words) % {"day": format_day(first)}


# Lines of the balance sheet (rules.ASSETS and rules.CLAIMS), as people call them.
GROUP_LABELS: Mapping[str, str | Promise] = {
    "bank": _("In the bank"),
    "cash": _("In cash"),
    "transit": _("On its way"),
    "receivables": _("Others owe us"),
    "stock": _("Goods in stock, at cost"),
    "members": _("Members have with us"),
    "producers": _("We owe producers"),
    "rounds": _("In open order rounds"),
    "unmatched": _("Payer unknown"),
    "deposits": _("Deposits held"),
    "share_capital": _("Share capital"),
    "tax": _("Tax owed"),
    "funds": _("Our own funds"),
}
