"""What arrived of money that somebody carried: written down by who keeps the box where it lies now."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page
from cosmolocal.agents.queries import reader as reader_of
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_day
from cosmolocal.money import forms, operations, policy, queries
from cosmolocal.money.models import Carriage
from cosmolocal.money.views.pages import dated, written


@open_to("signed_in")
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """How much arrived, and where it lies now. Who keeps that box; for anybody else there is no such page."""
    reader = reader_of(request)
    wanted = Carriage.objects.select_related("source__currency", "target", "carrier", "left")
    found = get_object_or_404(wanted, pk=pk)
    if not queries.may_receive(reader, found):
        raise Http404
    back = (
        (reverse("money:desk"), _("Money"))
        if policy.may_read_books(reader)
        else (reverse("money:coins"), _("Cash box"))
    )
    amount = queries.format(found.amount, found.source.currency)
    form = forms.ArrivedForm(request.POST or None, carriage=found, boxes=_boxes(reader, found))

    def act(data: dict[str, Any]) -> None:
        made = operations.receive_money(by=actor(request), carriage=found, **dated(data))
        if made.arrived == made.amount:
            messages.success(request, _("Written down: all of it arrived."))
        else:
            messages.warning(
                request,
                _("Written down. %(amount)s had left, so the difference stands under “A second pair of eyes”.")
                % {"amount": amount},
            )

    return form_page(
        request,
        form,
        act,
        check=written,
        title=_("What has arrived?"),
        lead=_("%(name)s took %(amount)s out of “%(source)s” on %(day)s. Count first, then write what you found.")
        % {
            "name": found.carrier.name,
            "amount": amount,
            "source": found.source,
            "day": format_day(found.left.value_on or found.left.at.date()),
        },
        submit=_("Yes, that arrived"),
        back=back,
    )


def _boxes(reader: Any, found: Carriage) -> list[int]:
    """Where it may lie now: where it was to go, else another box that she keeps."""
    return [box.pk for box in queries.boxes(found.source.currency) if queries.may_keep_box(reader, box)]
