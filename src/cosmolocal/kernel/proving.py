"""Whether everything is as it was sealed: the chain to its end, every operation with its events, every sealed row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, heads, languages, signing
from cosmolocal.kernel.canonical import Row, print_of, rows
from cosmolocal.kernel.evidence import Sealed
from cosmolocal.kernel.models import Operation, Seal, SealedRow, TimerRun, Written
from cosmolocal.kernel.seals import (
    digest,
    digest_of,
    merkle_root,
    noted_rules,
    operation_rule,
    prints_of,
    statement,
    timers,
    upgraded,
)
from cosmolocal.kernel.snapshot import snapshot
from cosmolocal.kernel.writer import BY_UPGRADE

LATE_AFTER, AN_HOUR = timedelta(days=1), timedelta(hours=1)
_BATCH = 5000
AT_ONCE = 40_000  # operations, or ids of a table, in one piece


@dataclass(frozen=True)
class Broken:
    """`code`: chain, key, end, operation, row, unwritten, late; `table` and `row_id`: where; `sentence`: for people."""

    code: str
    table: str
    row_id: int
    sentence: str

    @property
    def fix(self) -> str:
        """What to do, for people."""
        if self.code == "end":
            return _(
                "Nothing is sealed until then. Did you put back an older state of the database yourself? Then "
                "say so: `cosmolocal doctor --put-back`. Otherwise ask who may write to the database, restore the last "
                "backup from before into another folder, and compare."
            )
        if self.code == "late" and self.table == "kernel_seal":
            return _("Make room on the disk, and let the node's user write into its folder.")
        if self.code == "late":
            return _("See whether the job worker runs: start the node with `cosmolocal up` and look at what it says.")
        return _("Restore the last backup from before into another folder, and compare: who may write to the database?")


Piece = Callable[[str], Iterator[Broken]]


def examine(kept: Iterable[heads.Known] = ()) -> list[Broken]:
    """Everything that is not as it was sealed; reads one moment, and stops nobody from writing. `kept`: heads of the
    chain that stand elsewhere, as in backups.
    """
    known = [*_known(), *kept]  # before the database: a seal is there before anybody names it
    with snapshot() as alias:
        return [broken for piece in _pieces(known) for broken in piece(alias)]


def looks(kept: Iterable[heads.Known] = ()) -> list[Callable[[], list[Broken]]]:
    """The same in pieces that may be done beside each other. Each reads one moment of its own: what was sealed is the
    same at all of them, and what a piece compares it reads at one.
    """
    return [partial(_at_one_moment, piece) for piece in _pieces([*_known(), *kept])]


def is_long() -> bool:
    """Whether there is more to read than one piece."""
    return len(_stretches()) > 1


def _at_one_moment(piece: Piece) -> list[Broken]:
    with snapshot() as alias:
        return list(piece(alias))


def _pieces(known: Sequence[heads.Known | Broken]) -> list[Piece]:
    long = {rule.table: _spans(rule) for rule in noted_rules()}
    short = [rule for rule in noted_rules() if len(long[rule.table]) == 1]
    return [
        partial(_links, known),
        *(partial(_operations, *stretch) for stretch in _stretches()),
        *(partial(_rows, [rule], *span) for rule in noted_rules() if rule not in short for span in long[rule.table]),
        partial(_rows, short, None, None),
        _unwritten,
        _late,
    ]


def _stretches() -> list[tuple[tuple[int, int] | None, int | None]]:
    """The chain in pieces of about so many operations: the seal before a piece with the last operation under it, and
    the last seal of the piece; the first has no beginning, the last no end. Where the seals do not follow upon each
    other, which `_chain` names, it is one piece.
    """
    seals = list(Seal.objects.order_by("number").values_list("number", "upto"))
    found, before = list[tuple[tuple[int, int] | None, int | None]](), None
    if [upto for _number, upto in seals] == sorted(upto for _number, upto in seals):
        for number, upto in seals[:-1]:
            if upto - (before[1] if before else 0) >= AT_ONCE:
                found.append((before, number))
                before = (number, upto)
    return [*found, (before, None)]


def _spans(rule: Sealed) -> list[tuple[int | None, int | None]]:
    """Ids of a table, above the one and up to the other; the first piece has no beginning, the last no end."""
    told = SealedRow.objects.filter(table=rule.table).order_by("-row_id").values_list("row_id", flat=True)
    ends = list(range(AT_ONCE, (told.first() or 0) + 1 - AT_ONCE, AT_ONCE))
    return list(zip([None, *ends], [*ends, None], strict=True))


def stopped() -> Broken | None:
    """Why the chain does not grow, if it does not: seals are missed at its end, the file beside the key cannot be read
    or written, or deeds wait for longer than an hour while the node seals, or than a day. Reads a few rows.
    """
    try:
        last = heads.last()
    except OSError:
        return _unreadable()
    known = [heads.Known(last.number, last.digest, last.at, heads.FILE)] if last and last.number else []
    return next(chain(_ends(known, DEFAULT_DB_ALIAS), _late(DEFAULT_DB_ALIAS)), None)


@dataclass(frozen=True)
class Upgraded:
    """Seal `number` took in `rows` rows that an upgrade had changed: nobody else vouches for them."""

    number: int
    at: datetime
    rows: int


def upgrades() -> list[Upgraded]:
    """Seals that took such rows in, the newest first."""
    found = Seal.objects.filter(upgrade__rows__gt=0).order_by("-number")
    return [Upgraded(number, at, told["rows"]) for number, at, told in found.values_list("number", "at", "upgrade")]


def _known() -> Iterator[heads.Known | Broken]:
    """What the file beside the key says."""
    try:
        lines = heads.read()
    except OSError:
        yield _unreadable()
        return
    if lines and lines[-1].number:
        yield heads.Known(lines[-1].number, lines[-1].digest, lines[-1].at, heads.FILE)


def _unreadable() -> Broken:
    return Broken("end", "kernel_seal", 0, _("%(file)s is not what the node wrote.") % {"file": heads.FILE})


def _links(known: Sequence[heads.Known | Broken], alias: str) -> Iterator[Broken]:
    yield from _ends(known, alias)
    yield from _chain(alias)


def _ends(known: Iterable[heads.Known | Broken], alias: str) -> Iterator[Broken]:
    """The chain reaches each head that is known: none was taken off its end, none replaced."""
    seals = Seal.objects.using(alias).order_by("-number")
    newest = seals.values_list("number", flat=True).first() or 0
    for one in known:
        if isinstance(one, Broken):
            yield one
        elif one.number > newest:
            sentence = _("The seals end with number %(newest)s, and %(where)s names number %(number)s.")
            yield Broken(
                "end",
                "kernel_seal",
                newest,
                sentence % {"newest": newest, "where": one.where, "number": one.number},
            )
        elif digest(seals.get(number=one.number)) != one.digest:
            yield _broken(
                "end", "kernel_seal", one.number, _("Seal %(number)s is not the one %(where)s names."), where=one.where
            )
        elif one.where == heads.FILE and one.number < newest:
            yield from _unnamed(one.number, alias)


def _unnamed(number: int, alias: str) -> Iterator[Broken]:
    """Seals that stand since long, and not in the file: it cannot be written."""
    first = Seal.objects.using(alias).filter(number__gt=number).order_by("number").defer("prints").first()
    if first is not None and _ran_after(first.at + AN_HOUR, alias):
        sentence = _("Seals from number %(number)s on could not be written into %(file)s.")
        yield _broken("late", "kernel_seal", first.number, sentence, file=heads.FILE)


def _ran_after(moment: datetime, alias: str) -> bool:
    """Whether the timer that seals began after that moment."""
    return TimerRun.objects.using(alias).filter(name=timers[0].name, at__gt=moment).exists()


def _chain(alias: str) -> Iterator[Broken]:
    """Each seal is signed by this node and names the one before it."""
    previous, number, own = "", 0, signing.public_key()
    for seal in Seal.objects.using(alias).defer("prints").order_by("number").iterator(chunk_size=500):
        number += 1
        if seal.number != number or seal.previous != previous:
            yield _broken("chain", "kernel_seal", seal.pk, _("Seal %(number)s does not follow from the one before it."))
            number = seal.number
        elif not signing.is_signed(statement(seal), seal.signature, seal.key):
            yield _broken("chain", "kernel_seal", seal.pk, _("Seal %(number)s is not what the node signed."))
        elif seal.key != own:
            yield _broken("key", "kernel_seal", seal.pk, _("Seal %(number)s was signed with another node's key."))
        previous = digest(seal)


def _broken(kind: str, table: str, row_id: int, sentence: str, **facts: object) -> Broken:
    return Broken(kind, table, row_id, sentence % {"number": row_id, **facts})


def _operations(before: tuple[int, int] | None, last: int | None, alias: str) -> Iterator[Broken]:
    """Operations and their events, against the beginnings of their hashes; then the roots of the seals."""
    seals = Seal.objects.using(alias).order_by("number")
    seals = seals.filter(number__gt=before[0]) if before else seals
    seals = seals if last is None else seals.filter(number__lte=last)
    newest = seals.order_by("-number").values_list("upto", flat=True).first() or 0
    found = rows(operation_rule(), _span(before[1] if before else None, newest), alias)
    row = next(found, None)
    for seal in seals.iterator(chunk_size=20):
        leaves: list[bytes] = []
        for id, print in prints_of(seal):
            while row is not None and row.id < id:
                yield _strange(row, alias)
                row = next(found, None)
            if row is None or row.id != id:
                yield _broken("operation", "kernel_operation", id, _("Operation %(number)s is gone."))
                continue
            leaves.append(row.open)
            if row.open[:6] != print:
                yield _changed(row, alias)
            row = next(found, None)
        yield from _root(seal, leaves, alias)
    while row is not None:
        yield _strange(row, alias)
        row = next(found, None)


def _strange(row: Row, alias: str) -> Broken:
    return _told(row, alias, _("Operation %(number)s (%(code)s, %(at)s) came into the books past the program."))


def _changed(row: Row, alias: str) -> Broken:
    return _told(
        row,
        alias,
        _("Operation %(number)s (%(code)s, %(at)s) or an event of it is not what was sealed."),
    )


def _told(row: Row, alias: str, sentence: str) -> Broken:
    deed = Operation.objects.using(alias).get(pk=row.id)
    at = _moment(deed.at)
    return _broken("operation", "kernel_operation", row.id, sentence, code=deed.code, at=at)


def _moment(at: datetime) -> str:
    here = clock.wall(at)
    return f"{languages.write_short_day(here.date())} {here:%H:%M}"


def _root(seal: Seal, operations: list[bytes], alias: str) -> Iterator[Broken]:
    if len(operations) != seal.operations:
        return  # which one is gone was said already
    told = SealedRow.objects.using(alias).filter(seal_id=seal.pk).order_by("table", "row_id")
    leaves = [
        digest_of(table, row_id, operation_id, bytes(print) if print else None)
        for table, row_id, operation_id, print in told.values_list("table", "row_id", "operation_id", "print")
    ]
    if merkle_root([*operations, *leaves]) != seal.root:
        yield _broken("chain", "kernel_seal", seal.pk, _("What seal %(number)s covers is not what was sealed."))


def _rows(rules: Iterable[Sealed], above: int | None, upto: int | None, alias: str) -> Iterator[Broken]:
    """Each row of evidence of these ids against its newest seal; what was written since, or is sealed in another form
    now, waits.
    """
    last = Seal.objects.using(alias).order_by("-number").defer("prints").first()
    may = upgraded(last)
    for rule in rules:
        if last is None or last.forms.get(rule.table) != rule.form():
            continue
        marks = Written.objects.using(alias).filter(table=rule.table)
        if rule.table not in may:  # noted in the name of an upgrade, and none ran
            marks = marks.exclude(operation_id=BY_UPGRADE)
        open_ones = set(marks.values_list("row_id", flat=True))
        for id, row, print, salt in _side_by_side(rule, _span(above, upto), alias):
            if id in open_ones:
                continue
            if row is None:
                if print is not None:
                    yield _row(rule, id, _("%(what)s number %(number)s is gone: it was deleted past the program."))
            elif print is None:
                yield _row(rule, id, _("%(what)s number %(number)s came into the books past the program."))
            elif rule.personal and salt is None:
                yield _row(rule, id, _("%(what)s number %(number)s cannot be compared: its salt was taken away."))
            elif print_of(row, salt) != print:
                yield _row(rule, id, _("%(what)s number %(number)s was changed past the program."))


def _span(above: int | None, upto: int | None) -> str:
    """SQL over {id}; ids below 0 are below every other."""
    ends = (("" if above is None else f"{{id}} > {above}"), ("" if upto is None else f"{{id}} <= {upto}"))
    return " AND ".join(end for end in ends if end)


def _row(rule: Sealed, id: int, sentence: str) -> Broken:
    return _broken("row", rule.table, id, sentence, what=str(rule.model._meta.verbose_name).capitalize())


def _side_by_side(rule: Sealed, span: str, alias: str) -> Iterator[tuple[int, Row | None, bytes | None, bytes | None]]:
    """(id, the row as it is, its newest sealed hash, its salt), each row of these ids that is there or was sealed."""
    there, known = rows(rule, span, alias), _newest(rule.table, span, alias)
    row, leaf = next(there, None), next(known, None)
    while row is not None or leaf is not None:
        if leaf is None or (row is not None and row.id < leaf[0]):
            assert row is not None
            yield row.id, row, None, None
            row = next(there, None)
        elif row is None or leaf[0] < row.id:
            yield leaf[0], None, leaf[1], leaf[2]
            leaf = next(known, None)
        else:
            yield row.id, row, leaf[1], leaf[2]
            row, leaf = next(there, None), next(known, None)


def _newest(table: str, span: str, alias: str) -> Iterator[tuple[int, bytes | None, bytes | None]]:
    connection, where = connections[alias], '"table" = %s' + (f" AND {span.format(id='row_id')}" if span else "")
    sql = (
        f"SELECT row_id, print, salt, max(id) FROM kernel_sealedrow WHERE {where} GROUP BY row_id ORDER BY row_id"  # noqa: S608
        if connection.vendor == "sqlite"
        else f"SELECT DISTINCT ON (row_id) row_id, print, salt, id FROM kernel_sealedrow WHERE {where} "  # noqa: S608
        "ORDER BY row_id, id DESC"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [table])
        while batch := cursor.fetchmany(_BATCH):
            for row_id, print, salt, _id in batch:
                yield row_id, bytes(print) if print else None, bytes(salt) if salt else None


def _unwritten(alias: str) -> Iterator[Broken]:
    """Rows that no operation wrote, one that does not exist, or one that was sealed long before."""
    upto = Seal.objects.using(alias).order_by("-number").values_list("upto", flat=True).first() or 0
    names = {rule.table: rule for rule in noted_rules()}
    waiting = Operation.objects.using(alias).filter(id__gt=upto)
    marks = Written.objects.using(alias).exclude(operation_id__in=waiting.values("id")).exclude(operation_id=BY_UPGRADE)
    for mark in marks:
        if mark.table in names:
            found = _row(names[mark.table], mark.row_id, _("%(what)s number %(number)s was written past the program."))
            yield Broken("unwritten", found.table, found.row_id, found.sentence)


def _late(alias: str) -> Iterator[Broken]:
    """Something waits for a seal since long: the timer does not run, or it ran and did not seal."""
    last = Seal.objects.using(alias).order_by("-number").values_list("upto", "at").first() or (0, None)
    oldest = Operation.objects.using(alias).filter(pk__gt=last[0]).order_by("pk").values_list("pk", "at").first()
    if oldest is None:
        return
    since = max(filter(None, (oldest[1], last[1])))
    if _ran_after(since + AN_HOUR, alias):
        sentence = _("Operation %(number)s and later ones are not sealed, although the node sealed since.")
        yield _broken("end", "kernel_operation", oldest[0], sentence)
    elif last[1] and clock.now() - since > LATE_AFTER:
        yield _broken("late", "kernel_operation", oldest[0], _("Nothing was sealed for more than a day."))
