"""Whose account is meant by what somebody typed: a number, a name, or the words that members write with a payment."""

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from cosmolocal.money.models import Account

MOST = 3  # candidates; more are too many to choose from in one sentence
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,18}$")
_MARKS = " #°º.:/-"  # between the words and the number, as is the word "n"


def reference_of(account: Account) -> str:
    """What members are told to write with a payment: the household's own number, else its name, and the account's."""
    return f"{account.holder.code or account} #{account.pk}"


def accounts_called(accounts: QuerySet[Account], typed: str) -> tuple[list[Account], bool]:
    """Accounts that may be meant, at most a few; and whether the only one is meant for sure.

    A number alone is the household's own number or that of the account, also where it stands in a name: who typed 23
    and has no number 23 here is asked whether she means the one in house number 23.
    """
    text = " ".join(typed.split())
    if re.fullmatch(r"[0-9]+", text):
        numbers = _numbered(accounts, text)
        names = _distinct(accounts.filter(holder__name__icontains=text))
        found = _merged(numbers, names)
        return found, bool(numbers) and len(found) == 1
    funds = [fund for fund in accounts.filter(kind=Account.Kind.FUND) if str(fund).casefold() == text.casefold()]
    if exact := funds or _by_reference(accounts, text):
        return exact, len(exact) == 1
    for condition in (
        Q(holder__code__iexact=text) | Q(holder__name__iexact=text),
        Q(holder__members__member__name__iexact=text, holder__members__until=None),
        Q(holder__name__icontains=text) | Q(holder__members__member__name__icontains=text, holder__members__until=None),
    ):
        found = _distinct(accounts.filter(condition))
        if found:
            return found, len(found) == 1
    return [], False


def _by_reference(accounts: QuerySet[Account], text: str) -> list[Account]:
    """`H23 #17`, as told to members, or what a bank leaves of it (`H23 17`): words and number must belong together."""
    if text.startswith("#"):
        return _distinct(accounts.filter(pk=int(text[1:]))) if re.fullmatch(r"#[0-9]{1,18}", text) else []
    number = _NUMBER.search(text)
    words = text[: number.start()].rstrip(_MARKS) if number else ""
    words = words[:-2].rstrip(_MARKS) if words.endswith((" n", " N")) else words
    if number is None or not words:
        return []
    found = _distinct(accounts.filter(pk=int(number[0])))
    said = words.rstrip(" #·,").casefold()
    return [account for account in found if said in _words_of(account)]


def _words_of(account: Account) -> set[str]:
    names = {str(account), account.holder.name, account.holder.code, written(account).rpartition(" #")[0]}
    return {" ".join(name.split()).casefold() for name in names if name}


def written(account: Account) -> str:
    """An account as a person picks it from a list; `accounts_called` finds it by that again."""
    code = account.holder.code
    return f"{account} · {code} #{account.pk}" if code else f"{account} #{account.pk}"


def whose(account: Account) -> str:
    """An account and the people behind it, for who is about to book on it: Miller · 23 #17 (Amina, Bo)."""
    people = sorted({row.member.name for row in account.holder.members.filter(until=None).select_related("member")})
    named = ", ".join(people[:4])
    return f"{written(account)} ({named})" if named and not account.holder.is_home else written(account)


def _numbered(accounts: QuerySet[Account], text: str) -> list[Account]:
    """The household whose own number it is, written with or without zeros before it; the account of that number."""
    bare = text.lstrip("0") or "0"
    by_code = _distinct(accounts.filter(holder__code__iregex=rf"^0*{bare}$"))
    return _merged(by_code, _distinct(accounts.filter(pk=int(bare))) if len(bare) <= 18 else [])


def _distinct(accounts: QuerySet[Account]) -> list[Account]:
    ids = accounts.order_by().values("pk").distinct()[:MOST]
    return list(accounts.model.objects.labelled().filter(pk__in=[row["pk"] for row in ids]).order_by("pk"))


def _merged(*lists: Iterable[Account]) -> list[Account]:
    return list({account.pk: account for some in lists for account in some}.values())[:MOST]
