"""Queries of the ORM that are put together once and asked many times, for the few places where everybody waits in turn.

Django takes longer to put a query together than a database to answer one of these. A `Prepared` is written like any
query, with a `Slot` wherever a value comes in, and is compiled when it is first asked, once for each kind of database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators

from cosmolocal.kernel import sets

T = TypeVar("T")


@dataclass(frozen=True)
class _Open:
    """A parameter that has no value yet. `field` says how its value is written; none: whole numbers, as one text."""

    name: str
    field: "models.Field[Any, Any] | None"

    def filled(self, value: Any) -> Any:
        return sets.carried(value) if self.field is None else self.field.get_db_prep_value(value, connection)


class Slot(Value):
    """Where one value comes in: `filter(household=Slot("household"))`; a whole number where no field is given."""

    def __init__(self, name: str, field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(name, output_field=field or models.BigIntegerField())

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, Any]:
        return "%s", [_Open(str(self.value), self.output_field)]


def slots(name: str) -> RawSQL:
    """Where many whole numbers come in: `filter(pk__in=slots("offers"))`. Inside of a `Prepared` only."""
    return RawSQL(sets.select_carried(), [_Open(name, None)])  # noqa: S611 - our own text


@dataclass(frozen=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    convert: Callable[[list[Any]], list[Any]]
    build: Callable[[Any], Any]


class Prepared(Generic[T]):
    """A query with slots: of rows (with `select_related` too) or of `values_list`, in the order it asks for."""

    def __init__(self, make: Callable[[], "QuerySet[Any, T]"]) -> None:
        self.make = make
        self.compiled: dict[str, _Compiled] = {}

    def all(self, **values: Any) -> list[T]:
        """What it finds with these values in its slots; one statement."""
        known = self.compiled.get(connection.vendor) or self._compile()
        params = [one.filled(values[one.name]) if isinstance(one, _Open) else one for one in known.params]
        with connection.cursor() as cursor:
            cursor.execute(known.sql, params)
            rows = cursor.fetchall()
        return [known.build(row) for row in known.convert(rows)]

    def first(self, **values: Any) -> T | None:
        """The first of them, if any."""
        return next(iter(self.all(**values)), None)

    def _compile(self) -> _Compiled:
        wanted = self.make()
        compiler = wanted.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = compiler.select[: compiler.col_count]
        converters = compiler.get_converters([one[0] for one in columns])

        def convert(rows: list[Any]) -> list[Any]:
            return list(compiler.apply_converters(rows, converters)) if converters else rows

        made = _Compiled(sql, tuple(params), convert, _builder(wanted, compiler))
        self.compiled[connection.vendor] = made
        return made


def _builder(wanted: "QuerySet[Any, Any]", compiler: Any) -> Callable[[Any], Any]:
    """Makes of a row what the query gives: a model with what was selected beside it, a tuple, or one value."""
    if wanted._iterable_class is FlatValuesListIterable:
        return lambda row: row[0]
    if wanted._iterable_class is not ModelIterable:
        return tuple
    select, info, alias = compiler.select, compiler.klass_info, connection.alias
    begin, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[begin:end]]
    beside = get_related_populators(info, select, alias)  # type: ignore[call-arg]  # the stubs are of another version

    def build(row: Any) -> Any:
        made = wanted.model.from_db(alias, names, row[begin:end])
        for populator in beside:
            populator.populate(row, made)
        return made

    return build
