"""What one person booked alone: somebody else reads the list, says that it is right, or asks."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.kernel import ids, outside
from cosmolocal.kernel.access import open_to
from cosmolocal.money import forms, operations, policy, queries
from cosmolocal.money.models import SecondLook
from cosmolocal.money.views.answers import actor, books, one_form, reader_of

A_PAGE = 50


@open_to("auditor_reads")
def looks(request: HttpRequest) -> HttpResponse:
    """What waits for somebody else, the oldest first; or what was decided."""
    is_open, reader = request.GET.get("show") != "done", reader_of(request)
    page = Paginator(queries.second_looks(is_open=is_open), A_PAGE).get_page(request.GET.get("page"))
    found = queries.as_looks(list(page), reader)
    address, counts = reverse("money:looks"), queries.count_looks(reader)
    tabs = [
        {"url": address, "label": _("To be looked at"), "current": is_open, "count": counts.all},
        {"url": f"{address}?show=done", "label": _("Looked at"), "current": not is_open},
    ]
    context = books(request) | {
        "page": page,
        "looks": found,
        "tabs": tabs,
        "is_open": is_open,
        "has_mine": any(look.is_mine for look in found),
    }
    return render(request, "money/looks.html", context)


@open_to("auditor_reads")
@require_POST
def agree_looks(request: HttpRequest) -> HttpResponse:
    """One entry, or all that are ticked, have been looked at and are right."""
    chosen = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("look")
    wanted = [pk for text in chosen if (pk := outside.whole(text)) is not None]
    found = list(SecondLook.objects.filter(pk__in=wanted))
    if not found:
        messages.warning(request, _("Tick at least one entry first."))
        return redirect("money:looks")
    operations.agree_entries(by=actor(request), looks=found, key=request.POST.get("key") or ids.fresh_key())
    said = ngettext("You have looked at %(n)d entry.", "You have looked at %(n)d entries.", len(found))
    messages.success(request, said % {"n": len(found)})
    return redirect("money:looks")


@open_to("auditor_reads")
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks about an entry; it stays on the list."""
    found = get_object_or_404(SecondLook.objects.select_related("deed__by", "holder"), pk=pk)
    if request.method == "POST" or policy.may_look(actor(request), found):

        def act(data: dict[str, Any]) -> str:
            operations.question_entry(by=actor(request), look=found, reason=data["reason"], key=data["key"])
            messages.success(request, _("Your question stands on the list. Talk to %(name)s.") % {"name": asked})
            return reverse("money:looks")

        asked = found.deed.by
        form = forms.ReasonForm(request.POST or None)
        lead = _("The entry stays as it is, and on the list, until somebody agrees or takes it back.")
        back = {"back": reverse("money:looks"), "back_label": _("A second pair of eyes")}
        title = _("Ask %(name)s about this entry") % {"name": asked}
        return one_form(request, form, act, title=title, lead=lead, submit=_("Ask"), **back)
    return redirect("money:looks")
