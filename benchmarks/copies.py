"""What operations wrote once is copied in sets: the same rows with other ids, later days and changed unique words.

A `Block` is everything that was inserted while it was open. Which columns there are, which name a row of the block and
which hold a moment is read from the models, so a changed schema changes the copies too.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Max

from cosmolocal.agents.models import Agent
from cosmolocal.config import elsewhere, keeping
from cosmolocal.flows.models import EconomicResource, Intent
from cosmolocal.kernel import clock, sets, triggers
from cosmolocal.kernel.models import Operation, Written
from cosmolocal.money.models import PaymentList

# Numbers that name a row without a foreign key: which model they mean.
NAMED: Mapping[tuple[str, str], type[models.Model]] = {("agents.Approval", "subject_id"): PaymentList}
# Not part of what happened: queues, sessions, states of timers; copies of them would be work to do, not history.
LEFT_OUT = {"django_tasks_db", "sessions", "contenttypes", "admin", "auth"}
LEFT_OUT_MODELS = {"kernel.Progress", "kernel.JobTrouble", "kernel.WorkerBeat", "kernel.TimerRun"} | {
    *("kernel.Seal", "kernel.SealedRow"),  # the seals come after the copies
    "kernel.Written",  # names a row by table and number: `_note`
    "catalog.PackVersion",  # one for all orders of a pack
    "shop.YearFigures",  # one for all rounds of a year
}
# What deeds change in rows that stood there before.
SUMS: Mapping[type[models.Model], tuple[str, ...]] = {
    EconomicResource: ("accounting_quantity", "onhand_quantity", "promised_quantity"),
    Intent: ("promised_quantity",),
}


@dataclass(frozen=True)
class Window:
    """The ids of a block in one table: above `low`, up to `high`."""

    low: int
    high: int

    @property
    def size(self) -> int:
        return self.high - self.low


Note = tuple[type[models.Model], int, int | None]  # a row, and the operation that wrote it
Windows = Mapping[type[models.Model], Window]
Moved = dict[type[models.Model], dict[int, tuple[int, ...]]]  # id -> by how much each of SUMS changed


@dataclass
class Block:
    """What was inserted, by model and with who wrote it, and what that changed in rows which stood there before."""

    windows: dict[type[models.Model], Window] = field(default_factory=dict)
    moved: Moved = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def copy(self, times: int, *, days: int = 0, named_anew: bool = False, beside: "Block | None" = None) -> None:
        """Writes the block `times` more, each `days` later than the one before.

        `named_anew`: people get a number. `beside`: another block that was copied as often; what names a row of it
        names in the nth copy the row of its nth copy (the orders of other households).
        """
        others = beside.windows if beside else {}
        with _unchecked():
            for number in range(1, times + 1):
                turn = _Turn(number, days * number, named_anew, self.windows, others)
                with transaction.atomic():
                    for model, window in self.windows.items():
                        _copy(model, window, turn)
                    _note(self.notes, turn)
        for model, changes in self.moved.items():
            _shift(model, changes, times, others.get(model))
        _set_sequences([*self.windows, Written])


@dataclass(frozen=True)
class _Turn:
    number: int
    days: int
    named_anew: bool
    windows: Windows
    others: Windows


@contextmanager
def recorded() -> Iterator[Block]:
    """Everything that is inserted inside becomes the block."""
    block, before = Block(), {model: _last(model) for model in _models()}
    stood = {model: _sums(model) for model in SUMS}
    yield block
    for model, low in before.items():
        if (high := _last(model)) > low:
            block.windows[model] = Window(low, high)
    block.notes = _notes(block.windows)
    for model, rows in stood.items():
        now = _sums(model)
        changes = {
            pk: tuple(new - old for new, old in zip(now[pk], old_ones, strict=True)) for pk, old_ones in rows.items()
        }
        block.moved[model] = {pk: change for pk, change in changes.items() if any(change)}


def _models() -> Iterator[type[models.Model]]:
    """Every table whose rows are counted by a number, those of many-to-many fields among them."""
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not meta.managed or meta.proxy or meta.app_label in LEFT_OUT or meta.label in LEFT_OUT_MODELS:
            continue
        if isinstance(_last_field(meta.pk), models.AutoField):
            yield model


def _last_field(found: models.Field) -> models.Field:
    """The column's own field where it only repeats another row's id."""
    while found.remote_field is not None:
        found = found.target_field
    return found


def _last(model: type[models.Model]) -> int:
    return int(model._default_manager.order_by().aggregate(last=Max("pk"))["last"] or 0)


def _sums(model: type[models.Model]) -> dict[int, tuple[int, ...]]:
    return {pk: tuple(rest) for pk, *rest in model._default_manager.values_list("pk", *SUMS[model])}


def _copy(model: type[models.Model], window: Window, turn: _Turn) -> None:
    fields = list(model._meta.concrete_fields)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in fields)
    unique = _unique_words(model)
    picked = ", ".join(_expression(model, one, turn, one.name in unique) for one in fields)
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    gone, values = _gone(model, window, turn)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {picked} FROM {table} "
            f"WHERE {key} > {window.low} AND {key} <= {window.high} {gone} ORDER BY {key}",
            values or None,
        )


def _gone(model: type[models.Model], window: Window, turn: _Turn) -> tuple[str, list[object]]:
    """Leaves out what the node would have let go by now, such as letters of months ago."""
    if not turn.days:
        return "", []
    told, values = "", list[object]()
    for rule in keeping.let_go():
        if apps.get_model(rule.label) is model:
            old = rule.rows(clock.now() - timedelta(days=turn.days))
            inside = old.filter(pk__gt=window.low, pk__lte=window.high).values("pk")
            sql, more = inside.query.sql_with_params()
            told, values = (
                f"{told} AND {connection.ops.quote_name(model._meta.pk.column)} NOT IN ({sql})",
                [*values, *more],
            )
    return told, values


def _notes(windows: Mapping[type[models.Model], Window]) -> list[Note]:
    """Which operation wrote the rows of a block, as triggers noted it."""
    found: list[Note] = []
    for model, window in windows.items():
        of = Written.objects.filter(table=model._meta.db_table, row_id__gt=window.low, row_id__lte=window.high)
        found += [(model, row_id, deed) for row_id, deed in of.order_by("row_id").values_list("row_id", "operation_id")]
    return found


def _note(notes: Iterable[Note], turn: _Turn) -> None:
    """The same of their copies, so that seals can be made over these too."""
    deeds = turn.windows.get(Operation, Window(0, 0))
    rows = []
    for model, row_id, deed in notes:
        by = deed + deeds.size * turn.number if deed and deeds.low < deed <= deeds.high else deed
        rows.append((model._meta.db_table, row_id + turn.windows[model].size * turn.number, by))
    sets.insert(Written, ("table", "row_id", "operation_id"), rows)


def _expression(model: type[models.Model], one: models.Field, turn: _Turn, is_unique: bool) -> str:
    column = connection.ops.quote_name(one.column)
    target = one.related_model if one.remote_field else NAMED.get((model._meta.label, one.name))
    if target is None and one.primary_key:
        target = model
    if target is not None:
        return _moved(column, [named for named in (turn.windows.get(target), turn.others.get(target)) if named], turn)
    if isinstance(one, models.DateField):
        return _later(one, column, turn.days)
    if is_unique:
        number = f"{turn.windows[model].low}.{turn.number}."
        # A key is as long as it was: what an order line costs is measured on copies.
        rest = f"substr({column}, 1, length({column}) - {len(number)})" if model is Operation else column
        return f"CASE WHEN {column} = '' THEN {column} ELSE '{number}' || {rest} END"
    if turn.named_anew and model is Agent and one.name == "name":
        return f"{column} || ' {turn.number}'"
    return column


def _moved(column: str, named: list[Window], turn: _Turn) -> str:
    """The id of the row's copy where it has one, else the id itself."""
    cases = " ".join(
        f"WHEN {column} > {one.low} AND {column} <= {one.high} THEN {column} + {one.size * turn.number}"
        for one in named
    )
    return f"CASE {cases} ELSE {column} END" if cases else column


def _later(one: models.Field, column: str, days: int) -> str:
    if not days:
        return column
    if connection.vendor == "postgresql":
        return (
            f"{column} + {days}" if not isinstance(one, models.DateTimeField) else f"{column} + interval '{days} days'"
        )
    return f"date({column}, '+{days} days') || substr({column}, 11)"


def _unique_words(model: type[models.Model]) -> set[str]:
    """Text that may stand in one row only, of each group one; ids beside it do not always make the row another one."""
    groups = [list(one.fields) for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    groups += [[one.name] for one in model._meta.concrete_fields if one.unique]
    words = [one.name for one in model._meta.concrete_fields if isinstance(one, models.CharField) and not one.choices]
    return {found[-1] for group in groups if (found := [name for name in group if name in words])}


def _shift(
    model: type[models.Model], changes: Mapping[int, tuple[int, ...]], times: int, copied: Window | None
) -> None:
    """Each copy changed these rows as the block did; for rows that have copies themselves, each copy its own."""
    rows = []
    for pk, change in changes.items():
        if copied and copied.low < pk <= copied.high:
            rows += [(*change, pk + copied.size * number) for number in range(1, times + 1)]
        else:
            rows.append((*(one * times for one in change), pk))
    assign = ", ".join(f"{name} = {name} + %s" for name in SUMS[model])
    with connection.cursor() as cursor, transaction.atomic():
        cursor.executemany(f"UPDATE {model._meta.db_table} SET {assign} WHERE id = %s", rows)


def _set_sequences(counted: Iterable[type[models.Model]]) -> None:
    """PostgreSQL counts on from the last id; SQLite does so by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in counted:
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({key}) FROM {table})) "
                "WHERE pg_get_serial_sequence(%s, %s) IS NOT NULL",
                [table, key, table, key],
            )


@contextmanager
def _unchecked() -> Iterator[None]:
    """Foreign keys hold by construction; looking each up again would take longer than the copy. Nothing fires."""
    if connection.vendor == "postgresql":
        with _set_for_a_time("session_replication_role", "replica"):
            yield
        return
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys = ON")
        triggers.protect()


@contextmanager
def hasty() -> Iterator[None]:
    """For many copies: without indexes, which are made from all rows afterwards, and without waiting for the disk."""
    if connection.in_atomic_block:  # a test, which is small
        yield
    elif connection.vendor == "postgresql":
        calmly, roomy = _set_for_a_time("synchronous_commit", "off"), _set_for_a_time("maintenance_work_mem", "512MB")
        with calmly, roomy, elsewhere.without_indexes():
            yield
    else:
        with connection.cursor() as cursor:
            for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -200000"):
                cursor.execute(f"PRAGMA {pragma}")
        with elsewhere.without_indexes():
            yield
        connection.close()  # the next one is as the settings say


@contextmanager
def _set_for_a_time(name: str, value: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = '{value}'")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"RESET {name}")
