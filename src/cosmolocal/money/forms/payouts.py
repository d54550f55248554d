"""Who is paid how much: one line for each account that holds something."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.money.forms.deeds import CurrencyForm
from cosmolocal.money.forms.fields import BoxField, amount_field
from cosmolocal.money.models import Account
from cosmolocal.money.operations import PaymentWish


class PayoutForm(CurrencyForm):
    """A payment list: ticked accounts with an amount each, from one box, under one name."""

    def __init__(self, *args: Any, accounts: Sequence[tuple[Account, int]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.accounts = accounts
        self.fields["name"] = forms.CharField(label=gettext_lazy("What is it for"), max_length=120)
        self.fields["box"] = BoxField(currency=self.currency, label=gettext_lazy("From where is it paid"))
        for account, most in accounts:
            self.fields[f"pay_{account.pk}"] = forms.BooleanField(required=False, initial=True, label=str(account))
            self.fields[f"amount_{account.pk}"] = amount_field(
                self.currency,
                required=False,
                initial=most,
                maximum=most,
                label=_("Amount for %(name)s") % {"name": account},
            )

    def lines(self) -> Iterator[tuple[Account, int, BoundField, BoundField]]:
        """Account, what it holds, the tick, the amount."""
        for account, most in self.accounts:
            yield account, most, self[f"pay_{account.pk}"], self[f"amount_{account.pk}"]

    def head(self) -> list[BoundField]:
        """The fields above the lines."""
        return [self["name"], self["box"]]

    def clean(self) -> dict[str, Any]:
        """At least one line."""
        found = super().clean() or {}
        if not self.errors and not self.wishes():
            raise ValidationError(_("Choose at least one payment above 0."))
        return found

    def wishes(self) -> list[PaymentWish]:
        """The ticked lines."""
        data = self.cleaned_data
        return [
            PaymentWish(account.pk, data[f"amount_{account.pk}"], str(data.get("name", "")))
            for account, _most in self.accounts
            if data.get(f"pay_{account.pk}") and data.get(f"amount_{account.pk}")
        ]
