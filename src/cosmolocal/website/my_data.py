"""Everything a local knows about one person and her household, as files that she can read and take along."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Field, ForeignKey, Model, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cosmolocal.agents import columns
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.operation import in_words
from cosmolocal.kernel.practices import installed
from cosmolocal.look.dates import format_day
from cosmolocal.money import queries as money_queries
from cosmolocal.paper.tables import csv_bytes

# What a column says of whom it names, by its name; what only one app calls so stands beside its model (agents.columns).
ABOUT = frozenset(
    {
        *("agent", "member", "group", "helper", "holder", "household"),
        *("provider", "receiver", "primary_accountable", "to", "producer"),
    }
)
# She only did it: what she did stands in `what-i-did`.
DID = frozenset(["by", "asked_by", "made_by", "changed_by", "packer", "collected_by", "on_behalf_of", "typed_by"])
# Neither: a role's scope, who may not vote, a circle that is asked, a proposal's maker.
BESIDE = frozenset(["scope", "circle", "agreed_by"])
# Rows that belong to such a row, by the name under which it knows them; practices name theirs.
PARTS = frozenset({"payments", "enclosures"})
SECRET = frozenset({"digest", "password", "key", "fingerprint"})
YEARS = 12


def collect(person: Agent, household: Agent | None) -> bytes:
    """A ZIP with JSON and CSV of every table, statements of the accounts, and an index in plain words."""
    mine = [person.pk, *([household.pk] if household else [])]
    buffer, listed = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, title, rows in _tables(mine, person):
            archive.writestr(f"data/{name}.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
            archive.writestr(f"data/{name}.csv", _csv(rows))
            listed.append((name, title, len(rows)))
        statements = list(_statements(mine))
        for name, _title, data in statements:
            archive.writestr(name, data)
        context = {"person": person, "local": node.current(), "on": format_day(clock.today()), "tables": listed}
        context["statements"] = [(name, title) for name, title, _data in statements]
        archive.writestr("index.html", render_to_string("website/my_data_index.html", context))
    return buffer.getvalue()


def links_to_agents() -> Iterator[tuple[type[Model], str]]:
    """Every column of this node that names an agent: (model, column)."""
    for model in apps.get_models():
        if model.__module__.startswith("cosmolocal."):
            for column in model._meta.local_fields:
                if isinstance(column, ForeignKey) and column.related_model is Agent:
                    yield model, column.name


def meaning(model: type[Model], column: str) -> str:
    """What this column says of whom it names: about, did or beside; nothing where nobody has said it."""
    known = {columns.ABOUT: ABOUT, columns.DID: DID, columns.BESIDE: BESIDE}
    by_name = next((word for word, called in known.items() if column in called), "")
    return columns.SAID.get((model._meta.label, column), by_name)


def _tables(mine: list[int], person: Agent) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    yield "agents", _("Person and household"), _rows(Agent.objects.filter(pk__in=mine))
    # Her mail address stands where she wrote it; whether it opens the door only that mailbox learns (`claim_mail`).
    ways = _rows(User.objects.filter(agent=person))
    yield "sign-in", _("Signing in"), [{name: row[name] for name in row if name != "email"} for row in ways]
    for model, wish in about(mine).items():
        yield from _with_parts(model, model._default_manager.filter(wish))
    did = Operation.objects.filter(Q(by=person) | Q(on_behalf_of=person)).order_by("id")
    yield (
        "what-i-did",
        _("What I did, and what was done for me"),
        [
            {**row, "at": _as_read(row["at"]), "what": in_words(row["code"])}
            for row in did.values("id", "at", "code", "by__name", "on_behalf_of__name")
        ],
    )


def about(mine: list[int]) -> dict[type[Model], Q]:
    """Which rows of which tables are about these agents."""
    found: dict[type[Model], Q] = {}
    for model, column in links_to_agents():
        if meaning(model, column) == columns.ABOUT and model is not User:
            found[model] = found.get(model, Q()) | Q(**{f"{column}__in": mine})
    for practice in installed():
        for model, wish in practice.also_about(mine).items() if practice.also_about else ():
            found[model] = found.get(model, Q()) | wish
    return found


def _with_parts(model: type[Model], rows: QuerySet[Any]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    yield from _table(model, rows)
    for part, whole in parts_of(model):
        yield from _with_parts(part, part._default_manager.filter(**{f"{whole}__in": rows}))


def parts_of(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Tables whose rows belong to such a row, and the column that says to which."""
    known = PARTS.union(*(practice.parts for practice in installed()))
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() in known:
            yield relation.related_model, relation.field.name  # type: ignore[misc]


def _table(model: type[Model], rows: QuerySet[Any]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    found = _rows(rows.order_by("pk"))
    if found:
        yield slugify(model._meta.label.replace(".", "-")), str(columns.TITLES[model._meta.label]), found


def _rows(found: QuerySet[Any]) -> list[dict[str, Any]]:
    shown = [column.attname for column in found.model._meta.local_fields if _is_shown(column)]
    return [{name: _as_read(value) for name, value in row.items()} for row in found.values(*shown)]


def _as_read(value: Any) -> Any:
    """A moment on the wall clock here, with its distance from UTC."""
    return clock.wall(value) if isinstance(value, datetime) else value


def _is_shown(column: "Field[Any, Any]") -> bool:
    return column.name not in SECRET and not isinstance(column, BinaryField)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    if not rows:
        return csv_bytes([], [])
    return csv_bytes(list(rows[0]), [[_in_csv(value) for value in row.values()] for row in rows])


def _in_csv(value: Any) -> Any:
    """A moment keeps its distance from UTC; what a cell cannot hold is written as its text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, Decimal, date)) else str(value)


def _statements(mine: list[int]) -> Iterator[tuple[str, str, bytes]]:
    """Each account's statement, with amounts as people write them."""
    until = clock.today()
    for kind in ("member", "producer"):
        for account in money_queries.accounts_by_holder(mine, kind).values():
            found = money_queries.statement(account, until - timedelta(days=366 * YEARS), until)
            rows: list[list[Any]] = [
                [
                    line.on,
                    line.text,
                    line.with_whom,
                    money_queries.format(line.amount),
                    money_queries.format(line.balance),
                ]
                for line in found.lines
            ]
            head = [_("Day"), _("What"), _("With"), _("Amount"), _("Balance")]
            yield f"statement-{kind}-{account.pk}.csv", account.name, csv_bytes(head, rows)
