"""The page that is read once more before an order is binding: how it is paid; the rest is as it was shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cosmolocal.look.forms import BigChoice, KeyedForm
from cosmolocal.practices.shop.models import Order


class PlaceForm(KeyedForm):
    """`version` is that of the order which the person saw; `line` (offer:count, many) is read by the view."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    pays = forms.ChoiceField(label=_("How do you pay?"), choices=Order.Pays.choices)

    def __init__(self, *args: Any, allow_cash: bool, notes: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["pays"]
        if allow_cash:
            field.widget = BigChoice(notes=notes)
            field.widget.choices = [
                (Order.Pays.PREPAID, _("From the account")),
                (Order.Pays.CASH, _("In cash when collecting")),
            ]
        else:
            field.widget = forms.HiddenInput()
