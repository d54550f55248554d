"""One row of opening books, read: who or what it is about and how much; or why it cannot be read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.agents.bank_numbers import bank_number
from cosmolocal.agents.models import Role
from cosmolocal.kernel import clock
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.quantity import to_decimal, to_units
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.forms import FIRST_YEAR
from cosmolocal.money.opening.columns import plain
from cosmolocal.money.words import FUND_LABELS, FUNDS
from cosmolocal.paper.numbers import parse_decimal

MEMBER, PRODUCER, ORGANISATION, FUND, BANK, CASH = "member", "producer", "organisation", "fund", "bank", "cash"
_KINDS: Mapping[str, str] = {
    word: kind
    for kind, words in {
        MEMBER: "member person household mitglied haushalt membre foyer socio 成员 会员 家庭 회원 가구",
        PRODUCER: "producer farm farmer supplier erzeuger hof lieferant producteur productor 农户 生产者 생산자 농가",
        ORGANISATION: "organisation organization restaurant customer kunde client cliente 餐馆 餐厅 组织 식당 단체",
        FUND: "fund fonds fondo topf 基金 기금",
        BANK: "bank bankaccount bankkonto banque banco 银行 은행",
        CASH: "cash cashbox kasse bargeld caisse caja 现金 현금",
    }.items()
    for word in words.split()
}
_DATES = (
    r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?",
    r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})",
)
_LARGEST = 10**11  # whole units, so that sums of many rows still fit a column
NEVER_A_MEMBER = frozenset({Role.Name.GUEST, Role.Name.PRODUCER})


class RowRefused(Exception):
    """Why one row is left out, in a sentence for the person who sent the file."""


@dataclass(frozen=True)
class Row:
    """What one row says; amounts in minor units, None where nothing is said."""

    number: int
    kind: str
    name: str
    household: str = ""
    code: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    iban: str = ""
    joined: date | None = None
    role: str = ""
    balance: int | None = None
    deposit: int | None = None
    share: int | None = None
    place: str = ""

    @property
    def group(self) -> str:
        """The household, farm or restaurant the row is about; a person alone is her own household."""
        return self.household or self.name

    @property
    def what(self) -> str:
        """How the row is called in a list."""
        if self.kind == FUND:
            return str(FUND_LABELS[self.name])
        return f"{self.name} ({self.household})" if self.household and self.household != self.name else self.name


@dataclass(frozen=True)
class Judged:
    """What becomes of one row: `new`, `changed`, `same` or `refused`, and a sentence where one helps."""

    number: int
    verdict: str
    what: str
    sentence: str = ""

    def plain(self) -> list[object]:
        """As it is kept in an Upload."""
        return [self.number, self.verdict, self.what, self.sentence]


def _fund_names() -> dict[str, str]:
    """How a fund may be called in a file: its code, or its name in the active language."""
    return {plain(fund.code): fund.code for fund in FUNDS} | {plain(str(fund.label)): fund.code for fund in FUNDS}


@dataclass
class Reader:
    """Reads rows by the columns a person has confirmed."""

    columns: Mapping[str, int]
    decimals: int
    decimal_mark: str | None = None
    funds: Mapping[str, str] = field(default_factory=_fund_names)

    def read(self, number: int, cells: Sequence[str]) -> Row:
        """The row, or RowRefused."""
        kind = self._kind(cells)
        name = _short(" ".join(filter(None, (self._text(cells, "name"), self._text(cells, "surname")))))
        household = self._text(cells, "household")
        if not name and not household:
            raise RowRefused(_("The name is missing."))
        if kind == FUND:
            name = self._fund(name or household)
        joined = self._text(cells, "joined")
        return Row(
            number=number,
            kind=kind,
            name=name or household,
            household=household if kind == MEMBER else "",
            code=self._text(cells, "code", 40),
            email=self._email(cells),
            phone=self._text(cells, "phone", 40),
            address=self._text(cells, "address", 240),
            iban=self._bank_account(cells),
            joined=_past(joined) if joined else None,
            role=self._role(cells),
            balance=self._amount(cells, "balance"),
            deposit=self._amount(cells, "deposit", least=0),
            share=self._amount(cells, "share", least=0),
            place=self._text(cells, "place") if kind == CASH else "",
        )

    def _bank_account(self, cells: Sequence[str]) -> str:
        try:
            return bank_number(self._text(cells, "iban", 60))
        except Refusal as refusal:
            raise RowRefused(str(refusal)) from refusal

    def _text(self, cells: Sequence[str], column: str, longest: int = 120) -> str:
        number = self.columns.get(column)
        return _short(one_line(cells[number]) if number is not None and number < len(cells) else "", longest)

    def _kind(self, cells: Sequence[str]) -> str:
        text = self._text(cells, "kind")
        kind = _KINDS.get(plain(text)) if text else MEMBER
        if kind is None:
            raise RowRefused(
                _("“%(text)s” is no kind of row. Write member, producer, restaurant, fund, bank or cash.")
                % {"text": text}
            )
        return kind

    def _fund(self, name: str) -> str:
        code = self.funds.get(plain(name))
        if code is None:
            raise RowRefused(_("There is no fund “%(name)s”.") % {"name": name})
        return code

    def _role(self, cells: Sequence[str]) -> str:
        text = self._text(cells, "role")
        names = {plain(str(name)): str(name) for name in Role.Name.values if name not in NEVER_A_MEMBER}
        names |= {plain(str(Role.Name(name).label)): name for name in names.values()}
        role = names.get(plain(text), "") if text else str(Role.Name.MEMBER)
        if not role:
            raise RowRefused(_("“%(text)s” is no task here.") % {"text": text})
        return role

    def _email(self, cells: Sequence[str]) -> str:
        text = self._text(cells, "email", 254).lower()
        if text and not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+", text):
            raise RowRefused(_("“%(text)s” is no mail address.") % {"text": text})
        return text

    def _amount(self, cells: Sequence[str], column: str, least: int | None = None) -> int | None:
        text = self._text(cells, column)
        if not text:
            return None
        try:
            number = parse_decimal(text, self.decimal_mark)
        except Refusal as refusal:
            raise RowRefused(str(refusal)) from refusal
        if abs(number) >= _LARGEST:
            raise RowRefused(_("“%(text)s” is too much. Is there a digit too many?") % {"text": text})
        minor = to_units(number, self.decimals)
        if to_decimal(minor, self.decimals) != number:
            raise RowRefused(_("“%(text)s” has more digits than the money has.") % {"text": text})
        if least is not None and minor < least:
            raise RowRefused(_("“%(text)s” is below 0, which cannot be here.") % {"text": text})
        return minor


def _short(text: str, longest: int = 120) -> str:
    if len(text) > longest:
        raise RowRefused(_("“%(text)s…” is too long.") % {"text": text[:30]})
    return text


def _past(text: str) -> date:
    found = _date(text)
    if not found.year >= FIRST_YEAR or found > clock.today():
        raise RowRefused(_("“%(text)s” is no day since when somebody is a member. Is the year right?") % {"text": text})
    return found


def _date(text: str) -> date:
    for pattern in _DATES:
        found = re.fullmatch(pattern, text.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0])
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError as error:
                raise RowRefused(_("There is no day “%(text)s”.") % {"text": text}) from error
    raise RowRefused(_("“%(text)s” is no date. Write it like 2024-05-31.") % {"text": text})
