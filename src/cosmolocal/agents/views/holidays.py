"""Holidays: what a calendar said, and the file it comes from."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents import calendars, limits, operations, queries
from cosmolocal.agents.forms import CalendarForm
from cosmolocal.agents.models import Holiday
from cosmolocal.agents.pages import actor, form_page, post
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to


@open_to("steward")
def holidays(request: HttpRequest) -> HttpResponse:
    """The days to come, and a form for one more calendar."""

    def act(data: dict[str, Any]) -> None:
        limits.require("calendar", limits.who(request), times=30, seconds=3600)
        days = calendars.read(data["file"].read(calendars.LARGEST_BYTES + 1), clock.today())
        count = operations.import_holidays(by=actor(request), days=sorted(days.items()), key=data["key"])
        said = ngettext("%(count)s day was taken over.", "%(count)s days were taken over.", count)
        messages.success(request, said % {"count": count})

    return form_page(
        request,
        CalendarForm(request.POST or None, request.FILES or None),
        act,
        to=request.path,
        template="agents/holidays.html",
        holidays=queries.holidays_to_come(),
        back=(reverse("steward"), ""),
    )


@open_to("steward")
@require_POST
def remove_holiday(request: HttpRequest, pk: int) -> HttpResponse:
    """Not one of ours."""
    found = get_object_or_404(Holiday, pk=pk)
    return post(
        request,
        lambda key: operations.remove_holiday(by=actor(request), holiday=found, key=key),
        to="agents:holidays",
        said=_("Taken out."),
    )
