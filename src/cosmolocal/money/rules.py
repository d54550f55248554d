"""How money decides: what counts as standing well, how cash is rounded, how accounts are grouped for accountants.

Amounts are integers in the currency's smallest unit.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

# Reading order of the balance sheet.
ASSETS = ("bank", "cash", "transit", "receivables", "stock")
CLAIMS = ("members", "producers", "rounds", "unmatched", "deposits", "share_capital", "tax", "funds")
# Deeds that may be taken back as a whole; payments out have their own way back.
MAY_BE_UNDONE = frozenset({"money.top_up", "money.pay_in_coins", "money.transfer", "money.refund", "money.pay_cost"})
# What is missing in cash by then, in smallest coins, is looked at by somebody else: many small counts are one.
MISSING_COINS = 1000
MISSING_WITHIN = timedelta(days=30)
_OF_FUND = {
    "unmatched": "unmatched",
    "deposits": "deposits",
    "share_capital": "share_capital",
    "tax": "tax",
}
_OF_HOLDER = {"member": "members", "walk_in": "members", "producer": "producers"}


@dataclass(frozen=True)
class Standing:
    """How an account stands: what it holds, what of it is set aside for orders and payments, what is free.

    `floor` None: it may fall freely. `warn`: below this the holder gets a friendly word.
    """

    balance: int
    set_aside: int
    floor: int | None
    warn: int = 0

    @property
    def spendable(self) -> int | None:
        """What may still be promised or paid; None: any amount; below 0: a fact went below the floor."""
        return None if self.floor is None else self.balance - self.set_aside - self.floor

    @property
    def payable(self) -> int:
        """What may be paid out to the holder: never what is set aside, and never credit."""
        free = self.balance - self.set_aside
        return max(free if self.spendable is None else min(free, self.spendable), 0)

    @property
    def owes(self) -> int:
        """What the holder owes the local; 0 where it is the other way round."""
        return max(-self.balance, 0)

    @property
    def mark(self) -> str:
        """`below` its floor (or what is set aside is not covered), `stop` (nothing left to spend), `low` or `good`."""
        spendable = self.spendable
        if spendable is not None and spendable < 0:
            return "below"
        if spendable is not None and spendable <= 0 and self.balance - self.set_aside < max(self.warn, 1):
            return "stop"
        return "low" if self.balance - self.set_aside < self.warn else "good"


@dataclass(frozen=True)
class Held:
    """One account or box on a balance sheet. `kind` is the account's or the box's; `code` a fund's."""

    kind: str
    balance: int
    label: str = ""
    code: str = ""
    id: int = 0


@dataclass(frozen=True)
class Group:
    """One line of the sheet and what it is made of."""

    code: str
    total: int
    parts: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What the local has, and whose it is; `difference` is 0 when the books are right."""

    assets: tuple[Group, ...]
    claims: tuple[Group, ...]
    on: date | None = None

    @property
    def assets_total(self) -> int:
        """Everything the local has or is owed."""
        return sum(group.total for group in self.assets)

    @property
    def claims_total(self) -> int:
        """Everything the local owes to others and to its own funds."""
        return sum(group.total for group in self.claims)

    @property
    def difference(self) -> int:
        """Has minus owes: the sum of all boxes less the sum of all accounts."""
        return self.assets_total - self.claims_total


def group_sheet(boxes: Iterable[Held], accounts: Iterable[Held], on: date | None = None) -> Sheet:
    """Boxes and accounts grouped as accountants read: an account below 0 is owed to the local, so it is an asset.

    The stock fund is always an asset (goods at cost, with the sign turned); the other funds stay claims whatever
    their sign.
    """
    found: dict[str, list[Held]] = {}
    for box in boxes:
        found.setdefault("cash" if box.kind in ("cash", "drawer") else box.kind, []).append(box)
    for account in accounts:
        found.setdefault(_group_of(account), []).append(account)
    turned = {"receivables", "stock"}

    def group(code: str) -> Group:
        parts = tuple(found.get(code, ()))
        total = sum(part.balance for part in parts)
        return Group(code, -total if code in turned else total, parts)

    return Sheet(tuple(map(group, ASSETS)), tuple(map(group, CLAIMS)), on)


def _group_of(account: Held) -> str:
    if account.kind == "fund":
        return "stock" if account.code == "stock" else _OF_FUND.get(account.code, "funds")
    if account.balance < 0:
        return "receivables"
    return _OF_HOLDER.get(account.kind, "rounds")


def round_cash(amount: int, step: int) -> int:
    """The amount that coins can pay: the nearest multiple of `step`, halves away from zero."""
    if step <= 1:
        return amount
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * 2 + step) // (2 * step)) * step


def open_from(closed_until: date | None, happened_on: date) -> date | None:
    """None when `happened_on` lies in an open month; else that date, to stand as value date of a late entry."""
    return happened_on if closed_until is not None and happened_on <= closed_until else None


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


@dataclass(frozen=True)
class Sums:
    """Whether opening books agree: what the boxes hold against what all accounts hold."""

    boxes: int
    accounts: int
    difference: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "difference", self.boxes - self.accounts)


def mark_of(number: str, bank: str) -> str:
    """A short mark of a bank account (32 hex digits), equal for equal numbers however they are spaced; "" for none."""
    plain = "".join(f"{number}|{bank}".split()).upper()
    return hashlib.sha256(plain.encode()).hexdigest()[:32] if plain != "|" else ""


def number_state(agreed: str, now: str) -> str:
    """How the bank account to pay to stands, by its marks: `agreed`, `missing`, `new` (to none yet), `changed`."""
    if not agreed:
        return "new" if now else "missing"
    return "agreed" if agreed == now else "changed"
