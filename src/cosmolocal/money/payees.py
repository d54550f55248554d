"""Who is paid how much by the next payment list: everybody in full or nobody, but for those who were changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from cosmolocal.money.models import Account

MOST_CHANGED = 200  # they travel in the address of the page
NOBODY = "nobody"
_CHANGED = re.compile(r"(\d{1,18})-(\d{1,15})(?!\d)")


@dataclass(frozen=True)
class Choice:
    """`everybody`: in full, else nobody; `changed`: account id -> minor units instead, 0 for not now."""

    everybody: bool = True
    changed: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: QueryDict) -> Self:
        """As an address or a form says it; what cannot be read is left out."""
        found = _CHANGED.findall(sent.get("changed", ""))[:MOST_CHANGED]
        return cls(sent.get("begin") != NOBODY, {int(account): int(amount) for account, amount in found})

    def put(self, account_id: int, amount: int | None) -> Self:
        """With another amount for one account; None: as everybody."""
        changed = {**self.changed, account_id: amount}
        return type(self)(self.everybody, {pk: kept for pk, kept in changed.items() if kept is not None})

    def sent(self) -> dict[str, str]:
        """What `read` reads: names and values for an address or a form."""
        changed = ".".join(f"{account}-{amount}" for account, amount in self.changed.items())
        return {"begin": "" if self.everybody else NOBODY, "changed": changed}

    def query(self, **more: object) -> str:
        """The same as the query of an address."""
        return urlencode({name: value for name, value in {**self.sent(), **more}.items() if value})

    def amount(self, account: Account, most: int) -> int:
        """What is paid to this account, of at most `most` (minor units)."""
        return min(self.changed.get(account.pk, most if self.everybody else 0), most)


@dataclass(frozen=True)
class Payee:
    """An account with what may be paid out of it, and what is (minor units)."""

    account: Account
    most: int
    amount: int


def rows(accounts: Sequence[tuple[Account, int]], choice: Choice) -> list[Payee]:
    """Each account with what is paid to it."""
    return [Payee(account, most, choice.amount(account, most)) for account, most in accounts]


def seen(payees: Sequence[Payee]) -> str:
    """How many are paid and how much together: the same while nothing changed between page and button."""
    paid = [payee.amount for payee in payees if payee.amount]
    return f"{len(paid)}-{sum(paid)}"
