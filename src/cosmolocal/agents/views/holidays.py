"""Holidays: what a calendar said, and the file it comes from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents import calendars, limits, operations, queries
from cosmolocal.agents.forms import CalendarForm
from cosmolocal.agents.models import Holiday
from cosmolocal.agents.views.answers import actor
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused, status_of


@open_to("steward")
def holidays(request: HttpRequest) -> HttpResponse:
    """The days to come, and a form for one more calendar."""
    form = CalendarForm(request.POST, request.FILES) if request.method == "POST" else CalendarForm()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            limits.require("calendar", limits.who(request), times=30, seconds=3600)
            days = calendars.read(data["file"].read(calendars.LARGEST_BYTES + 1), clock.today())
            count = operations.import_holidays(by=actor(request), days=sorted(days.items()), key=data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            said = ngettext("%(count)s day was taken over.", "%(count)s days were taken over.", count)
            messages.success(request, said % {"count": count})
            return redirect("agents:holidays")
    context = {"form": form, "holidays": queries.holidays_to_come(), "back": reverse("steward")}
    return render(request, "agents/holidays.html", context, status=status_of(form))


@open_to("steward")
@require_POST
def remove_holiday(request: HttpRequest, pk: int) -> HttpResponse:
    """Not one of ours."""
    operations.remove_holiday(
        by=actor(request), holiday=get_object_or_404(Holiday, pk=pk), key=request.POST.get("key", "")
    )
    messages.success(request, _("Taken out."))
    return redirect("agents:holidays")
