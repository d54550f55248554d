"""Who agrees to payments out: the page on which a steward chooses it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.kernel.access import open_to
from cosmolocal.money import forms, operations, queries
from cosmolocal.money.views.answers import actor, one_form


@open_to("steward")
def deciders(request: HttpRequest) -> HttpResponse:
    """Another treasurer, or several people of a circle."""
    currency = queries.default_currency()

    def act(data: dict[str, Any]) -> str:
        operations.choose_deciders(by=actor(request), currency=currency, **data)
        messages.success(request, _("It holds for payment lists from now on."))
        return reverse("money:payouts")

    start = {"circle": currency.agreed_by_id, "needed": currency.agreed_needed}
    form = forms.DecidersForm(request.POST or None, initial=start)
    lead = _("Whoever draws a list up never agrees to it, nor does anybody who gets the money.")
    back = {"back": reverse("money:payouts"), "back_label": _("Payments out")}
    return one_form(
        request, form, act, title=_("Who agrees to payments?"), lead=lead, submit=_("So it shall be"), **back
    )
