"""Who is paid how much: a list as its page showed it, and one amount that is changed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.money import payees
from cosmolocal.money.forms.deeds import CurrencyForm
from cosmolocal.money.forms.fields import BoxField, amount_field
from cosmolocal.money.models import Currency
from cosmolocal.money.operations import PaymentDraft
from cosmolocal.money.payees import Choice, Payee


class PayoutForm(CurrencyForm):
    """A payment list from one box, under one name. It sends no field for a payee: only what was changed about some."""

    begin = forms.CharField(widget=forms.HiddenInput, max_length=10, required=False)
    changed = forms.CharField(widget=forms.HiddenInput, max_length=8000, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)

    def __init__(self, *args: Any, rows: Sequence[Payee], choice: Choice, **options: Any) -> None:
        options["initial"] = {**options.get("initial", {}), **choice.sent(), "seen": payees.seen(rows)}
        super().__init__(*args, **options)
        self.rows = rows
        self.fields["name"] = forms.CharField(label=gettext_lazy("What is it for"), max_length=120)
        self.fields["box"] = BoxField(currency=self.currency, label=gettext_lazy("From where is it paid"))

    def head(self) -> list[BoundField]:
        """The fields that somebody fills in."""
        return [self["name"], self["box"]]

    def clean(self) -> dict[str, Any]:
        """At least one line, and the sum that the page showed."""
        found = super().clean() or {}
        if self.errors:
            return found
        if not self.drafts():
            raise ValidationError(_("Choose at least one payment above 0."))
        if found["seen"] != payees.seen(self.rows):
            data: Any = self.data
            self.data = data.copy()
            self.data["seen"] = payees.seen(self.rows)  # type: ignore[index]
            raise ValidationError(
                _("Meanwhile something changed on these accounts. Look at the amounts once more, then press again.")
            )
        return found

    def drafts(self) -> list[PaymentDraft]:
        """Whoever is paid something."""
        words = str(self.cleaned_data.get("name", ""))
        return [PaymentDraft(row.account.pk, row.amount, words) for row in self.rows if row.amount]


class PayeeForm(forms.Form):
    """Another amount for one payee, 0 for none; sent by an address, like a search."""

    def __init__(self, *args: Any, currency: Currency, row: Payee, **options: Any) -> None:
        super().__init__(*args, **options)
        label = _("Amount for %(name)s") % {"name": row.account}
        self.fields["amount"] = amount_field(currency, label=label, minimum=0, maximum=row.most, initial=row.amount)
