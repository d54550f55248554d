"""Who agrees to payments out: the page on which a steward chooses it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page
from cosmolocal.kernel.access import open_to
from cosmolocal.money import forms, operations, queries


@open_to("steward")
def deciders(request: HttpRequest) -> HttpResponse:
    """Another treasurer, or several people of a circle."""
    currency = queries.default_currency()
    start = {"circle": currency.agreed_by_id, "needed": currency.agreed_needed}
    return form_page(
        request,
        forms.DecidersForm(request.POST or None, initial=start),
        lambda data: operations.choose_deciders(by=actor(request), currency=currency, **data),
        said=_("It holds for payment lists from now on."),
        title=_("Who agrees to payments?"),
        lead=_(
            "Whoever draws a list up never agrees to it, nor does anybody who gets the money, nor who lives with them. "
            "People of one household count as one."
        ),
        submit=_("So it shall be"),
        back=(reverse("money:payouts"), _("Payments out")),
    )
