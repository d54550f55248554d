"""How each row compares with the books: new, changed, the same or refused; and whether all of it agrees. Only reads."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents.models import Agent, Membership, Place, Role, User
from cosmolocal.kernel import clock
from cosmolocal.look.numbers import format_money
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.opening.columns import plain
from cosmolocal.money.opening.oddities import Odd, odd
from cosmolocal.money.opening.rows import BANK, CASH, FUND, MEMBER, ORGANISATION, PRODUCER, Judged, Row, RowRefused
from cosmolocal.money.rules import Sums

# What a row sets: a balance, a deposit held, a share, a fund, a box; and of whom: an id, or "new" and a name.
Target = tuple[str, str]
DIFFERENCE: Target = ("fund", "opening_difference")
_FUND_OF = {"deposit": "deposits", "share": "share_capital"}
_LONGEST_WITH_NUMBER = 77  # a name has 120 letters, a number 40
_REASONS = 3  # that are named where no row can be taken over
VERDICTS = ("new", "changed", "same", "refused")


_OF_A_FILE = timedelta(days=1)  # a household younger than that may have come by an earlier row, or batch, of the file


@dataclass
class Known:
    """What stands in the books of the rows' people, and what earlier opening books have set."""

    people: dict[tuple[int, str], Agent] = field(default_factory=dict)  # (household's id, name)
    by_email: dict[str, Agent] = field(default_factory=dict)
    groups: dict[tuple[str, str], Agent] = field(default_factory=dict)  # (kind of row, name)
    by_code: dict[str, Agent] = field(default_factory=dict)
    twins: set[tuple[str, str]] = field(default_factory=set)  # (kind of row, name) of more than one
    boxes: dict[str, MoneyBox] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)  # where goods are handed over, by plain name
    opened: dict[Target, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)  # numbers of all who are, or were, here
    mails: set[str] = field(default_factory=set)  # by which somebody signs in who is nobody of the rows


@dataclass(frozen=True)
class Importer:
    """Who brings a file in, as far as verdicts ask: `own` are the ids of herself, her households and her farms."""

    may_give_tasks: bool
    own: Collection[int] = ()
    books_run: bool = False


@dataclass(frozen=True)
class Verdicts:
    """The answer of a dry run: one verdict a row, by how much each amount changes (minor units), whether it agrees.

    `difference_before`: what earlier opening books gave to the fund of the difference.
    """

    rows: list[Judged]
    changed: dict[Target, int]
    sums: Sums
    odd: Sequence[Odd] = ()
    difference_before: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each verdict."""
        return {name: sum(row.verdict == name for row in self.rows) for name in VERDICTS}

    @property
    def none_read(self) -> str:
        """What a person is told where no row can be taken over, and why; nothing where one can."""
        return none_read([row.plain() for row in self.rows])


def none_read(rows: Sequence[Sequence[object]]) -> str:
    """The same of rows as they are kept, `[row, verdict, what, sentence]`: the most frequent reasons."""
    if any(verdict != "refused" for _row, verdict, *_rest in rows):
        return ""
    if not rows:
        return _("Nothing of this file was read: there is no row under its heading.")
    why = Counter(str(sentence) for *_rest, sentence in rows)
    told = [
        ngettext("%(n)d row: %(why)s", "%(n)d rows: %(why)s", n) % {"n": n, "why": reason}
        for reason, n in why.most_common(_REASONS)
    ]
    return " ".join([_("Nothing of this file was read."), *told])


def know(currency: Currency) -> Known:
    """Everybody and everything a row may be about (eight statements, whatever there is)."""
    found = Known(opened=_opened(currency))
    for user in User.objects.exclude(email=None):
        if user.agent is None:
            found.mails.add((user.email or "").lower())
        else:
            found.by_email[(user.email or "").lower()] = user.agent
    groups = Agent.objects.filter(hidden_at=None, kind__in=[Agent.Kind.HOUSEHOLD, Agent.Kind.ORGANISATION])
    for group in groups.order_by("-id"):
        kind = MEMBER if group.kind == Agent.Kind.HOUSEHOLD else PRODUCER if group.is_producer else ORGANISATION
        if (kind, group.name) in found.groups:
            found.twins.add((kind, group.name))
        found.groups[kind, group.name] = group
        if group.code:
            found.by_code[group.code] = group
    found.codes = set(Agent.objects.exclude(code="").values_list("code", flat=True))
    standing = Membership.objects.filter(until=None, group__kind=Agent.Kind.HOUSEHOLD, member__hidden_at=None)
    for membership in standing.select_related("member", "group"):
        found.people[membership.group_id, membership.member.name] = membership.member
    found.boxes = {box.name: box for box in MoneyBox.objects.filter(currency=currency, closed_at=None)}
    found.places = {plain(place.name): place for place in Place.objects.filter(is_handover=True).order_by("-id")}
    return found


def _opened(currency: Currency) -> dict[Target, int]:
    """What earlier opening books set: the sums of the events with the reason "opening"."""
    opening = Q(resource__events__reason="opening")
    rises = Sum("resource__events__quantity", filter=Q(resource__events__action="raise"), default=0)
    falls = Sum("resource__events__quantity", filter=Q(resource__events__action="lower"), default=0)
    found: dict[Target, int] = {}
    accounts = Account.objects.filter(opening, currency=currency).order_by()
    rows = accounts.values_list("kind", "code", "holder", "resource__events__receiver").annotate(up=rises, down=falls)
    of_fund = {code: what for what, code in _FUND_OF.items()}
    for kind, code, holder, receiver, up, down in rows:
        if code in of_fund and receiver != holder:
            target = (of_fund[code], str(receiver))
        else:
            target = ("fund", code) if kind == Account.Kind.FUND else ("balance", str(holder))
        found[target] = found.get(target, 0) + up - down
    boxes = MoneyBox.objects.filter(opening, currency=currency).order_by()
    for name, up, down in boxes.values_list("name").annotate(up=rises, down=falls):
        found["box", name] = up - down
    return found


class Judge:
    """Judges rows one after the other; what earlier rows said counts for later ones."""

    def __init__(self, currency: Currency, known: Known, by: Importer) -> None:
        self.currency, self.known, self.by = currency, known, by
        self.wanted: dict[Target, int] = {}
        self.stated: dict[Target, int] = {}  # where it stood, by row number
        self.named: dict[tuple[str, str, str], int] = {}
        self.mails: dict[str, int] = {}
        self.codes: dict[str, Row] = {}
        self.numbers: dict[tuple[str, str], str] = {}  # the first number of each name in the file

    def verdict(self, row: Row) -> Judged:
        """What becomes of a row."""
        try:
            is_new = {BANK: self._box, CASH: self._box, FUND: self._fund}.get(row.kind, self._party)(row)
        except RowRefused as refused:
            return Judged(row.number, "refused", row.what, str(refused))
        changes = self._changes(row)
        if is_new and row.kind in (MEMBER, PRODUCER, ORGANISATION) and self.name_of(row) != row.group:
            called = self.name_of(row)
            changes.insert(0, _("another one is called so; this one becomes “%(name)s”") % {"name": called})
        if changes and self._is_hers(row):
            changes.append(_("yours: somebody else looks at it afterwards"))
        return Judged(row.number, "new" if is_new else "changed" if changes else "same", row.what, ", ".join(changes))

    def group_of(self, row: Row) -> Agent | None:
        """The household, farm or restaurant a row is about, where it exists."""
        coded = self.known.by_code.get(row.code) if row.code else None
        return coded or self.known.groups.get((row.kind, self.name_of(row)))

    def name_of(self, row: Row) -> str:
        """What the household, farm or restaurant of a row is called: two of one name and different numbers are two, and
        the second one has its number in its name.
        """
        here = self.known.groups.get((row.kind, row.group))
        first = here.code if here else self.numbers.get((row.kind, row.group), "")
        if not row.code or not first or row.code == first:
            return row.group
        return f"{row.group[:_LONGEST_WITH_NUMBER]} ({row.code})"

    def person_of(self, row: Row) -> Agent | None:
        """The person of a member's row, where she exists: by mail, else by household and name."""
        group = self.group_of(row)
        at_home = self.known.people.get((group.pk, row.name)) if group else None
        return self.known.by_email.get(row.email) or at_home

    def place_of(self, row: Row) -> Place | None:
        """Where a cash box of a row lies, where the row says it."""
        return self.known.places.get(plain(row.place))

    def targets(self, row: Row) -> dict[Target, int]:
        """What a row sets."""
        if row.kind in (BANK, CASH):
            return {("box", row.name): row.balance or 0}
        if row.kind == FUND:
            return {("fund", row.name): row.balance or 0}
        group = self.group_of(row)
        whose = str(group.pk) if group else f"new {row.kind} {self.name_of(row)}"
        amounts = {"balance": row.balance, "deposit": row.deposit, "share": row.share}
        return {(what, whose): amount for what, amount in amounts.items() if amount is not None}

    def _party(self, row: Row) -> bool:
        group = self.group_of(row)
        wanted_kind = Agent.Kind.HOUSEHOLD if row.kind == MEMBER else Agent.Kind.ORGANISATION
        if group is not None and group.kind != wanted_kind:
            raise RowRefused(_("The number %(code)s belongs to %(name)s.") % {"code": row.code, "name": group.name})
        self._check_code(row, group)
        if not row.code and (row.kind, row.group) in self.known.twins:
            raise RowRefused(_("Several here are called %(name)s. Write the number of the one.") % {"name": row.group})
        said = _("%(name)s stands in row %(row)s already. If these are two, give each a number of its own.")
        self._once(("party", self.name_of(row), row.name), row, said)
        is_new = group is None
        if row.kind == MEMBER:
            is_new = self._check_person(row, group)
        if self.by.books_run and self._is_hers(row) and self._changes(row):
            raise RowRefused(
                _(
                    "This is you, your household or your farm, and the books run already: another treasurer takes it "
                    "over. Are you the only one? Name a second one; her task counts three days later."
                )
            )
        self._state(row)
        return is_new

    def _is_hers(self, row: Row) -> bool:
        group = self.group_of(row) if row.kind in (MEMBER, PRODUCER, ORGANISATION) else None
        return group is not None and group.pk in self.by.own

    def _check_code(self, row: Row, group: Agent | None) -> None:
        """A number means one household, farm or restaurant: in the file, and here."""
        if not row.code:
            return
        earlier = self.codes.setdefault(row.code, row)
        if (earlier.kind, earlier.group) != (row.kind, row.group):
            facts = {"code": row.code, "row": earlier.number, "name": earlier.group}
            raise RowRefused(_("The number %(code)s stands in row %(row)s already, for %(name)s.") % facts)
        if group is None and row.code in self.known.codes:
            raise RowRefused(_("The number %(code)s is somebody else's already.") % {"code": row.code})
        self.numbers.setdefault((row.kind, row.group), row.code)

    def _check_person(self, row: Row, group: Agent | None) -> bool:
        person = self.person_of(row)
        if row.email:
            earlier = self.mails.setdefault(row.email, row.number)
            if earlier != row.number:
                raise RowRefused(_("This mail address stands in row %(row)s already.") % {"row": earlier})
        if row.email in self.known.mails:
            raise RowRefused(_("Somebody signs in with this mail address already. Use another one."))
        if person is not None and person.hidden_at is not None:
            said = _("%(name)s, who signed in with this mail address, has left. Bring that person back first: People.")
            raise RowRefused(said % {"name": person.name})
        if person is not None and person.name != row.name:
            raise RowRefused(_("This mail address belongs to %(name)s.") % {"name": person.name})
        is_at_home = group is not None and (group.pk, row.name) in self.known.people
        if person is not None and not is_at_home:
            raise RowRefused(_("%(name)s belongs to another household here.") % {"name": person.name})
        was_here = group is not None and group.created_at < clock.now() - _OF_A_FILE
        if person is None and was_here and self.by.books_run and not self.by.may_give_tasks:
            said = _("Only a steward adds somebody to a household that is here: she reads its orders. Ask one.")
            raise RowRefused(said)
        if person is None and row.role != Role.Name.MEMBER and not self.by.may_give_tasks:
            raise RowRefused(_("Only a steward can give tasks. Leave the column empty, or ask one."))
        return person is None

    def _box(self, row: Row) -> bool:
        box = self.known.boxes.get(row.name)
        kind = MoneyBox.Kind.BANK if row.kind == BANK else MoneyBox.Kind.CASH
        if box is not None and box.kind != kind:
            raise RowRefused(_("%(name)s is something else here.") % {"name": row.name})
        place = self.place_of(row)
        if row.place and place is None:
            said = _("No goods are handed over at “%(place)s”. Add that place first, or leave its cell empty.")
            raise RowRefused(said % {"place": row.place})
        if box is not None and place is not None and box.place_id != place.pk:
            raise RowRefused(_("%(name)s lies at another place here.") % {"name": row.name})
        self._needs_balance(row)
        self._state(row)
        return box is None

    def _fund(self, row: Row) -> bool:
        if row.name == DIFFERENCE[1]:
            raise RowRefused(_("The difference at the start is worked out, not imported."))
        self._needs_balance(row)
        self._state(row)
        return bool(row.balance) and ("fund", row.name) not in self.known.opened

    def _needs_balance(self, row: Row) -> None:
        if row.balance is None:
            raise RowRefused(_("The balance is missing."))
        if row.deposit or row.share:
            raise RowRefused(_("Deposits and shares stand in rows of members."))

    def _state(self, row: Row) -> None:
        """Notes what the row sets; the same thing twice in one file is refused."""
        targets = self.targets(row)
        for target in targets:
            earlier = self.stated.get(target)
            if earlier is not None:
                raise RowRefused(
                    _("This amount stands in row %(row)s already. Write it once for each household.") % {"row": earlier}
                )
        for target, amount in targets.items():
            self.stated[target] = row.number
            self.wanted[target] = amount

    def _once(self, key: tuple[str, str, str], row: Row, sentence: str) -> None:
        earlier = self.named.setdefault((row.kind, *key[1:]), row.number)
        if earlier != row.number:
            raise RowRefused(sentence % {"name": row.name, "row": earlier})

    def _changes(self, row: Row) -> list[str]:
        """Amounts that differ from what earlier opening books set, in words."""
        changes = []
        for target, amount in self.targets(row).items():
            before = self.known.opened.get(target, 0)
            if amount != before:
                changes.append(f"{self.money(before)} → {self.money(amount)}")
        return changes

    def money(self, minor: int) -> str:
        """A sum in the currency of these books."""
        return format_money(minor, self.currency.code, self.currency.decimals)


def judge(currency: Currency, rows: Iterable[Row], refused: Sequence[Judged], by: Importer) -> Verdicts:
    """Verdicts of all rows in the order of the file; `refused` are those that could not even be read."""
    known = know(currency)
    one, read = Judge(currency, known, by), list(rows)
    found = sorted([*refused, *(one.verdict(row) for row in read)], key=lambda row: row.number)
    changed = {target: amount - known.opened.get(target, 0) for target, amount in one.wanted.items()}
    return Verdicts(
        found,
        {target: change for target, change in changed.items() if change},
        sums(known.opened | one.wanted),
        odd(read, one.money),
        difference_before=known.opened.get(DIFFERENCE, 0),
    )


def sums(values: dict[Target, int]) -> Sums:
    """Boxes against accounts, the difference of earlier opening books left out."""
    boxes = sum(amount for target, amount in values.items() if target[0] == "box")
    accounts = sum(amount for target, amount in values.items() if target[0] != "box" and target != DIFFERENCE)
    return Sums(boxes=boxes, accounts=accounts)
