"""Columns with a rule of their own: what they keep has one normal form, whichever deed writes it."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from cosmolocal.kernel.lines import one_line


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
