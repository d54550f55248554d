"""The chain of seals: by timer, every operation since the last one, and every row written meanwhile, under one root.

Nothing of it happens while somebody waits. What is not sealed yet may still be changed by who owns the machine; what is
sealed may not without `proving` finding it. Neighbours who keep `head()` make even a new chain noticed.
"""

import hashlib
import json
import logging
import secrets
import struct
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, transaction

from cosmolocal.kernel import clock, heads, signing
from cosmolocal.kernel.canonical import Row, print_of, rows
from cosmolocal.kernel.evidence import SEALED, Sealed
from cosmolocal.kernel.models import Operation, Seal, SealedRow, Written
from cosmolocal.kernel.practices import Timer
from cosmolocal.kernel.sets import among
from cosmolocal.kernel.writer import BY_UPGRADE

OPERATIONS_EACH, AT_ONCE, IDS_EACH = 5000, 40, 500
_PRINT = struct.Struct(">q6s")
log = logging.getLogger("cosmolocal.seals")
_A_MOMENT, _PATIENCE_SECONDS = 0.3, 5.0


class Mark(NamedTuple):
    """A row of `Written`; there are tens of thousands, so no model."""

    table: str
    row_id: int
    pk: int
    operation_id: int | None


class Leaf(NamedTuple):
    """What a seal says of one row."""

    mark: Mark
    print: bytes | None
    salt: bytes | None

    def digest(self) -> bytes:
        return digest_of(self.mark.table, self.mark.row_id, self.mark.operation_id or 0, self.print)


def digest_of(table: str, row_id: int, operation_id: int, print: bytes | None) -> bytes:
    """A leaf of the tree: which row, written by which operation, and its hash (nothing: it was gone)."""
    return hashlib.sha256(f"{table}|{row_id}|{operation_id}|{print.hex() if print else ''}".encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The root (hex) of a binary tree; leaves and nodes are hashed apart, an odd one climbs as it is (RFC 9162)."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves] or [hashlib.sha256().digest()]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0].hex()


def statement(seal: Seal) -> bytes:
    """What is signed."""
    told = {
        "number": seal.number,
        "at": seal.at.isoformat(),
        "upto": seal.upto,
        "operations": seal.operations,
        "rows": seal.rows,
        "root": seal.root,
        "previous": seal.previous,
        "prints": hashlib.sha256(bytes(seal.prints)).hexdigest(),
        "forms": seal.forms,
        "key": seal.key,
    }
    if seal.upgrade:  # seals of earlier versions have none
        told["upgrade"] = seal.upgrade
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def digest(seal: Seal) -> str:
    """What the next seal, and a neighbour, remember of this one (hex)."""
    return hashlib.sha256(statement(seal) + bytes.fromhex(seal.signature)).hexdigest()


def head(using: str = "default") -> Seal | None:
    """The newest seal."""
    return Seal.objects.using(using).order_by("-number").first()


def operation_rule() -> Sealed:
    return SEALED[Operation._meta.db_table]


def noted_rules() -> list[Sealed]:
    """Wholes whose writing is noted."""
    return [rule for rule in SEALED.values() if rule.noted and not rule.whole]


def seal() -> int:
    """Seals what is new; how many links were made. None is made on a chain from which seals were taken away."""
    if not _reaches_its_end():
        log.error("seals were taken away or replaced: nothing is sealed until cosmolocal doctor was asked")
        return 0
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:  # a seal is on the disk before the file names it
            cursor.execute("PRAGMA synchronous=FULL")
    upto = _finished_upto()
    made = 0
    while upto is not None and made < AT_ONCE and _seal_once(upto):
        made += 1
    transaction.on_commit(_keep_head)
    return made


def after_upgrade() -> None:
    """What an upgrade rewrote is sealed before the node goes on: from then on nothing counts as an upgrade's."""
    if head() is not None and Written.objects.filter(operation_id=BY_UPGRADE).exists():
        while seal():
            pass


def _reaches_its_end() -> bool:
    """Whether the seal that the file beside the key names last still stands."""
    try:
        last = heads.last()
    except OSError:
        return False
    if last is None or last.number == 0:
        return True
    found = Seal.objects.filter(number=last.number).first()
    return found is not None and digest(found) == last.digest


def put_back(verb: str = heads.RESTORED) -> int:
    """Says in the file beside the key, signed, that the chain was put back to where it ends now; that seal's number.

    Raises OSError.
    """
    newest = head()
    heads.add(verb, newest.number if newest else 0, digest(newest) if newest else "")
    return newest.number if newest else 0


def _keep_head() -> None:
    newest = head()
    if newest is None:
        return
    try:
        heads.add(heads.SEALED, newest.number, digest(newest))
    except OSError as error:  # a full or read-only disk: the next sealing writes it
        log.warning("the head of the seals could not be written: %s", error)


def _finished_upto() -> int | None:
    """The highest operation below which none is still under way; None when that cannot be said now (PostgreSQL)."""
    newest = Operation.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        return newest
    time.sleep(_A_MOMENT)  # who drew a lower number has its transaction's by then
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        begun = cursor.fetchone()[0]
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= begun:
                return newest
            time.sleep(0.1)
    return None


def _seal_once(finished: int) -> bool:
    """One more link, if anything happened; whether there may be more."""
    last = head()
    since = last.upto if last else 0
    forms = _sweep(last.forms if last else {})
    may = upgraded(last)
    ids = Operation.objects.filter(id__gt=since, id__lte=finished).order_by("id").values_list("id", flat=True)
    upto = max([since, *ids[:OPERATIONS_EACH]])
    done = [(row.id, row.open) for row in rows(operation_rule(), f"{{id}} > {since} AND {{id}} <= {upto}")]
    leaves = _leaves(_marks(since, upto, may), may)
    with transaction.atomic():
        kept = _settle(leaves)
        waiting = Written.objects.filter(operation_id=BY_UPGRADE, table__in=may).order_by()
        upgrade = {"versions": versions(), "open": sorted(waiting.values_list("table", flat=True).distinct())}
        before = {name: last.upgrade.get(name) for name in upgrade} if last else {}
        if not done and not kept and last is not None and last.forms == forms and before == upgrade:
            return bool(leaves and upgrade["open"])
        known = last.forms if last else {}
        changed = [
            leaf for leaf in kept if not leaf.mark.operation_id and known.get(leaf.mark.table) == forms[leaf.mark.table]
        ]
        made = Seal(
            number=last.number + 1 if last else 1,
            at=clock.now(),
            upto=upto,
            operations=len(done),
            rows=len(kept),
            root=merkle_root([*(print for _id, print in done), *(leaf.digest() for leaf in kept)]),
            previous=digest(last) if last else "",
            prints=b"".join(_PRINT.pack(id, print[:6]) for id, print in done),
            forms=forms,
            upgrade={**upgrade, "rows": len(changed)},
            key=signing.public_key(),
        )
        made.signature = signing.sign(statement(made))
        made.save(force_insert=True)
        _write(made, kept)
    return True


@cache
def versions() -> dict[str, str]:
    """App -> the last change of its tables that this program knows, of apps that have sealed rows. Asks no database:
    who writes to one does not say which upgrades ran.
    """
    found = {}
    for label in sorted({rule.model._meta.app_label for rule in noted_rules()}):
        folder = Path(apps.get_app_config(label).path) / "migrations"
        found[label] = max((path.stem for path in folder.glob("[0-9]*.py")), default="")
    return found


def upgraded(last: Seal | None) -> set[str]:
    """Tables of which an upgrade may have written rows since that seal: what is noted as written by one counts there,
    and nowhere else.
    """
    if last is None:
        return {rule.table for rule in noted_rules()}
    known, now, waiting = last.upgrade.get("versions", {}), versions(), last.upgrade.get("open", [])
    return {
        rule.table
        for rule in noted_rules()
        if rule.table in waiting
        or last.forms.get(rule.table) != rule.form()
        or known.get(rule.model._meta.app_label) != now[rule.model._meta.app_label]
    }


def prints_of(seal: Seal) -> Iterator[tuple[int, bytes]]:
    """Operation id and the beginning of its hash, in the order of the ids."""
    return _PRINT.iter_unpack(bytes(seal.prints))


def _sweep(known: dict[str, Any]) -> dict[str, list[str]]:
    """Notes every row of a table that is sealed for the first time, or in another form; the forms of now."""
    forms = {rule.table: rule.form() for rule in noted_rules()}
    for rule in noted_rules():
        if known.get(rule.table) != forms[rule.table]:
            note_all(rule)
    return forms


def first_deeds(table: str, ids: Collection[int]) -> dict[int, int | None]:
    """Row id -> the operation that wrote it first, as far as seals and notes reach; 0: an upgrade took it in, None: it
    was written past every operation (two statements).
    """
    found = dict(Written.objects.filter(table=table, row_id__in=ids).values_list("row_id", "operation_id"))
    sealed = SealedRow.objects.filter(table=table, row_id__in=ids).order_by("-id")
    return {**found, **dict(sealed.values_list("row_id", "operation_id"))}


def note_all(rule: Sealed) -> None:
    """Notes every row as written by an upgrade; what proves to be as it was sealed is forgotten again."""
    pk = rule.columns()[0].column
    where = rule.when.format(row=rule.table) or "1 = 1"
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO kernel_written ("table", row_id, operation_id) '  # noqa: S608 - names of our own models
            f"SELECT '{rule.table}', \"{pk}\", {BY_UPGRADE} FROM {rule.table} WHERE {where} "
            'ON CONFLICT ("table", row_id) DO NOTHING'
        )


def _marks(since: int, upto: int, may: set[str]) -> list[Mark]:
    every = Written.objects.values_list(*Mark._fields)
    new = every.filter(operation_id__gt=since, operation_id__lte=upto)
    swept = every.filter(operation_id=BY_UPGRADE).order_by("table", "row_id")
    some, others = swept.filter(table__in=may)[: 4 * OPERATIONS_EACH], swept.exclude(table__in=may)[:OPERATIONS_EACH]
    return sorted(Mark(sys.intern(table), *rest) for table, *rest in [*new, *some, *others])


def _leaves(marks: Sequence[Mark], may: set[str]) -> list[Leaf]:
    """What is to be sealed. A row that is noted as an upgrade's where none ran is left out, unless it is as it was."""
    leaves = []
    for table in sorted({mark.table for mark in marks} & set(SEALED)):
        rule, own = SEALED[table], [mark for mark in marks if mark.table == table]
        for some in _chunks(own):
            ids = [mark.row_id for mark in some]
            found = {row.id: row for row in rows(rule, f"{{id}} IN ({', '.join(map(str, ids))})")}
            known = latest(table, ids)
            for mark in some:
                leaf = _leaf(rule, mark, found.get(mark.row_id), known.get(mark.row_id))
                if mark.operation_id or table in may or leaf.print == known.get(mark.row_id, (None, None))[0]:
                    leaves.append(leaf)
    return leaves


def _leaf(rule: Sealed, mark: Mark, row: Row | None, known: tuple[bytes | None, bytes | None] | None) -> Leaf:
    """A row that is as it was keeps its hash, so that `_settle` sees it; never a personal one that lost its salt."""
    if row is None:
        return Leaf(mark, None, None)
    told, salt = known or (None, None)
    if told and bool(salt) == bool(rule.personal) and print_of(row, salt) == told:
        return Leaf(mark, told, salt)
    salt = secrets.token_bytes(16) if rule.personal else None
    return Leaf(mark, print_of(row, salt), salt)


def latest(table: str, ids: Sequence[int]) -> dict[int, tuple[bytes | None, bytes | None]]:
    """Row id -> hash and salt of when it was sealed last."""
    found = SealedRow.objects.filter(table=table, row_id__in=ids).order_by("id")
    return {
        id: (bytes(print) if print else None, bytes(salt) if salt else None)
        for id, print, salt in found.values_list("row_id", "print", "salt")
    }


def _settle(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Takes the notes away; the leaves that are new. What was written again meanwhile waits for the next seal."""
    kept = []
    for some in _chunks(leaves):
        ids = [leaf.mark.pk for leaf in some]
        now = dict(Written.objects.select_for_update().filter(pk__in=ids).values_list("pk", "operation_id"))
        same = [leaf for leaf in some if now.get(leaf.mark.pk) == leaf.mark.operation_id]
        Written.objects.filter(pk__in=among(leaf.mark.pk for leaf in same)).delete()
        before = {}
        for table in {leaf.mark.table for leaf in same}:
            told = [leaf.mark.row_id for leaf in same if leaf.mark.table == table]
            before.update({(table, id): print for id, (print, _salt) in latest(table, told).items()})
        kept += [leaf for leaf in same if before.get((leaf.mark.table, leaf.mark.row_id)) != leaf.print]
    return kept


def _write(seal: Seal, leaves: Sequence[Leaf]) -> None:
    """A salt is thrown away where a newer row stands, and only there: `triggers` refuses it elsewhere."""
    for some in _chunks(leaves):
        SealedRow.objects.bulk_create(
            SealedRow(
                seal=seal,
                table=leaf.mark.table,
                row_id=leaf.mark.row_id,
                operation_id=leaf.mark.operation_id or 0,
                print=leaf.print,
                salt=leaf.salt,
            )
            for leaf in some
        )
        hidden = [leaf for leaf in some if SEALED[leaf.mark.table].personal]
        for table in {leaf.mark.table for leaf in hidden}:
            ids = [leaf.mark.row_id for leaf in hidden if leaf.mark.table == table]
            older = SealedRow.objects.filter(table=table, row_id__in=ids, salt__isnull=False).exclude(seal=seal)
            older.update(salt=None)


def _chunks(found: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (found[start : start + IDS_EACH] for start in range(0, len(found), IDS_EACH))


def _seal_by_timer() -> None:
    seal()


timers = (Timer("kernel.seal", timedelta(minutes=15), _seal_by_timer),)
