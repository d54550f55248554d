"""Columns with a rule of their own: what they keep has one normal form, whichever deed writes it."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.refusal import Refusal


class LineField(models.CharField[str, str]):
    """A column for one line of visible letters, whichever deed writes it; see `one_line`."""

    def get_prep_value(self, value: Any) -> Any:
        """What the database gets, also when it is asked for a name."""
        kept = super().get_prep_value(value)
        return one_line(kept) if isinstance(kept, str) else kept

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The row in memory says the same as the one in the table."""
        kept = self.get_prep_value(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, kept)
        return kept

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations it is a plain column: they import no code of ours."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class JsonField(models.JSONField):
    """A column for lists and objects of at most `most` bytes of JSON, whichever deed writes it.

    What grows with every wish somebody sends would be read whole at every later one, and kept in every backup.
    """

    def __init__(self, *args: Any, most: int = 10_000, **options: Any) -> None:
        self.most = most
        super().__init__(*args, **options)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """What the database gets. Refuses with kernel.too_much."""
        kept = super().get_db_prep_save(value, connection)
        if isinstance(value, dict | list) and len(kept if isinstance(kept, str) else json.dumps(value)) > self.most:
            raise Refusal(
                "kernel.too_much", _("This is more than can be kept in one piece. Nothing was changed; do it in parts.")
            )
        return kept

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations it is a plain column: they import no code of ours."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
