"""What a farm types: how much it has of something that a round sells."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cosmolocal.handovers.forms import amount
from cosmolocal.handovers.queries import Measured
from cosmolocal.look.forms import KeyedForm
from cosmolocal.look.questions import Expectation


class StockForm(KeyedForm):
    """How much a farm has of something; empty: as much as wished."""

    def __init__(self, *args: Any, goods: Measured, expected: Expectation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["available"] = amount(
            goods,
            label=_("I have"),
            required=False,
            expected=expected,
            help_text=_("Empty: as much as anybody wants."),
        )
