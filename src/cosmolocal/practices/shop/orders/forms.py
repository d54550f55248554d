"""The page that is read once more before an order is binding, how it is paid; and who wrote an order on paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.choosing import AgentField
from cosmolocal.agents.models import Agent
from cosmolocal.look.forms import BigChoice, KeyedForm
from cosmolocal.practices.shop.models import Order
from cosmolocal.practices.shop.orders.pages import buyers


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


class WriterForm(KeyedForm):
    """Who wrote an order on paper, by a name or number; `back`: the page to go to."""

    called = AgentField(Agent.objects.none(), label=_("Who wrote it"))
    back = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["called"].choose_from(buyers.everybody(), always_typed=True)  # type: ignore[attr-defined]
