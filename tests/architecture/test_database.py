"""The shape of the tables: migrations in one named line, and no foreign key that points to a higher layer."""

import ast
import re
from collections import defaultdict

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from cosmolocal.kernel.columns import JsonField
from cosmolocal.kernel.refusal import Refusal
from tests.architecture import source

pytestmark = pytest.mark.once

# From low to high, as in ARCHITECTURE.md.
LAYERS = [
    *("kernel", "look", "paper", "agents", "messages", "flows", "money", "catalog", "mesh", "handovers", "bookings"),
    *("measures", "practices", "website", "api", "config"),
]
LARGEST_JSON = 64_000_000  # what becomes of each row of an uploaded file
# An operation is done by somebody: the one row that everything below stands on points up to people.
UPWARD = {"kernel.Operation.by", "kernel.Operation.on_behalf_of"}


def _ours() -> dict[str, int]:
    """App label -> how high its layer is."""
    return {
        config.label: LAYERS.index(config.name.split(".")[1])
        for config in apps.get_app_configs()
        if config.name.startswith("cosmolocal.")
    }


def test_foreign_keys_point_down() -> None:
    height = _ours()
    upward = set()
    for model in apps.get_models(include_auto_created=True):
        own = height.get(model._meta.app_label)
        if own is None or model._meta.auto_created:
            continue
        for column in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            target = column.related_model
            if isinstance(target, type) and height.get(target._meta.app_label, -1) > own:
                upward.add(f"{model._meta.label}.{column.name}")
    assert upward == UPWARD


def test_every_list_that_is_kept_has_a_largest_size() -> None:
    fields = [
        field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, models.JSONField) and model._meta.app_label in _ours()
    ]
    source.complain(
        "A column for JSON says how much it keeps (kernel.columns.JsonField)",
        [str(field) for field in fields if not (isinstance(field, JsonField) and field.most <= LARGEST_JSON)],
    )
    assert len(fields) > 10
    for field in fields:
        fits, more = "x" * (field.most - 10), "x" * field.most
        field.get_db_prep_save([fits], connection)
        for value in ([more], {"a": more}):
            with pytest.raises(Refusal, match="in parts"):
                field.get_db_prep_save(value, connection)


def test_no_generic_foreign_keys() -> None:
    offenders = [place for place, path in source.modules() if "GenericForeignKey" in source.text(path)]
    source.complain("A generic foreign key hides what points where", offenders)


def test_migrations_are_one_named_line() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    numbers = defaultdict(list)
    offenders = []
    for label, name in loader.disk_migrations:
        if label not in _ours():
            continue
        numbers[label].append(name[:4])
        if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*", name) or "auto" in name.split("_"):
            offenders.append(f"{label}.{name}: needs a number and a name that says what it does")
    for label, found in numbers.items():
        if sorted(found) != [f"{number:04}" for number in range(1, len(found) + 1)]:
            offenders.append(f"{label}: not one line: {sorted(found)}")
        if len(loader.graph.leaf_nodes(label)) != 1:
            offenders.append(f"{label}: two ends: {loader.graph.leaf_nodes(label)}")
    source.complain("Migrations", offenders)


def test_migrations_import_no_code_of_ours() -> None:
    """Code changes, a migration stays: it must still run in two years."""
    offenders = []
    for path in source.files(".py"):
        if path.is_relative_to(source.PACKAGE) and "migrations" in path.parts:
            for node in ast.walk(source.tree(path)):
                module = node.module if isinstance(node, ast.ImportFrom) else ""
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module or ""]
                offenders += [
                    f"{source.name(path)}: {n}" for n in names if n.startswith("cosmolocal") and ".models" in n
                ]
    source.complain("A migration imports models", offenders)
