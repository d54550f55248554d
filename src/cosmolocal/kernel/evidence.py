"""Which rows are evidence: what of them never changes (`kept`), and what of them is sealed (`sealed`).

Declared beside each model, as is why a model is neither (`derived`, `operational`). `triggers` makes the database
refuse what is not allowed, `seals` signs what was written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.db import models

M = TypeVar("M", bound=type[models.Model])


@dataclass(frozen=True)
class Kept:
    """Rows that refuse to be changed. `free`: fields that may; `once`: SQL over {row}, from when on that holds (empty:
    from the start); `check`: SQL over OLD and NEW that a permitted change fulfils; `may_go`: a row may be deleted.
    """

    model: type[models.Model]
    free: tuple[str, ...] = ()
    once: str = ""
    check: str = ""
    may_go: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def fixed(self) -> list[str]:
        """The columns that stay as they were written."""
        return [str(field.column) for field in self.model._meta.concrete_fields if field.name not in self.free]


@dataclass(frozen=True)
class Sealed:
    """Rows that stand in the seals. `fields`: what of them, no personal text; `when`: SQL over {row} that says when it
    is worth it (empty: always); `personal`: fields that may have to be erased, sealed with a salt that can be thrown
    away; `later`: fields that came after rows had been sealed, and are sealed where they say something; `whole`: the
    foreign key to the row that a part belongs to, and is sealed with; `noted`: triggers note who wrote it (operations
    and their events need none: they are sealed by their number); `objects`: names of `fields` that are no column, but
    an object of several (key -> field), as it stood in one column when rows were sealed first.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    when: str = ""
    personal: tuple[str, ...] = ()
    whole: str = ""
    noted: bool = True
    later: tuple[str, ...] = ()
    objects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def columns(self) -> list[models.Field[Any, Any]]:
        """What is sealed of one row: its id, then the fields in the order of the declaration."""
        meta = self.model._meta
        names = [
            one for name in (*self.fields, *self.personal) for one in self.objects.get(name, {name: name}).values()
        ]
        return cast("list[models.Field[Any, Any]]", [meta.pk, *map(meta.get_field, names)])

    def plain_columns(self) -> list[models.Field[Any, Any]]:
        """Those that may always be read, and are no object or part of one."""
        hidden = {*self.personal, *(name for parts in self.objects.values() for name in parts.values())}
        return [one for one in self.columns() if one.name not in hidden and not isinstance(one, models.JSONField)]

    def object_columns(self) -> list[dict[str, models.Field[Any, Any]]]:
        """Of each of `objects` the columns, by their keys."""
        get = self.model._meta.get_field
        found = [{key: get(name) for key, name in parts.items()} for parts in self.objects.values()]
        return cast("list[dict[str, models.Field[Any, Any]]]", found)

    def later_columns(self) -> list[models.Field[Any, Any]]:
        """What is sealed of one row besides, where it is not null; no part of its form."""
        return cast("list[models.Field[Any, Any]]", [self.model._meta.get_field(name) for name in self.later])

    def form(self) -> list[str]:
        """The names of what is sealed, with that of its parts: rows of another form are sealed anew."""
        own = [*self.fields, *self.personal, self.when]
        return own + [name for part in parts_of(self.table) for name in (part.table, *part.form())]


KEPT: dict[str, Kept] = {}
SEALED: dict[str, Sealed] = {}
DERIVED: dict[str, str] = {}
OPERATIONAL: dict[str, str] = {}


def kept(*, free: tuple[str, ...] = (), once: str = "", check: str = "", may_go: bool = False) -> Callable[[M], M]:
    """Declares that rows of a model refuse to be changed or deleted (see `Kept`)."""

    def declare(model: M) -> M:
        KEPT[model._meta.db_table] = Kept(model, free, once, check, may_go)
        return model

    return declare


def sealed(
    *fields: str,
    when: str = "",
    personal: tuple[str, ...] = (),
    whole: str = "",
    noted: bool = True,
    later: tuple[str, ...] = (),
    objects: Mapping[str, Mapping[str, str]] | None = None,
) -> Callable[[M], M]:
    """Declares what of a model's rows stands in the seals (see `Sealed`)."""

    def declare(model: M) -> M:
        SEALED[model._meta.db_table] = Sealed(model, fields, when, personal, whole, noted, later, objects or {})
        return model

    return declare


def derived(why: str) -> Callable[[M], M]:
    """Says from what that is kept or sealed the rows of a model follow, and can be made or compared anew."""
    return _noting(DERIVED, why)


def operational(why: str) -> Callable[[M], M]:
    """Says why nothing has to vouch for the rows of a model: nobody decides about money or rights by them alone."""
    return _noting(OPERATIONAL, why)


def _noting(reasons: dict[str, str], why: str) -> Callable[[M], M]:
    def declare(model: M) -> M:
        reasons[model._meta.label] = why
        return model

    return declare


def parts_of(table: str) -> list[Sealed]:
    """What is sealed together with rows of `table`."""
    return [one for one in SEALED.values() if one.whole and _whole(one).table == table]


def _whole(part: Sealed) -> Sealed:
    related = part.model._meta.get_field(part.whole).related_model
    assert isinstance(related, type)
    return SEALED[related._meta.db_table]


def whole_of(part: Sealed) -> tuple[Sealed, str]:
    """The row a part is sealed with: its declaration, and the part's column that names it."""
    found = part.model._meta.get_field(part.whole)
    return _whole(part), str(found.column)  # type: ignore[union-attr]
