"""What one person booked alone: somebody else reads the list, says that it is right, or asks."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents.pages import actor, form_page, key_of, numbers
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.money import forms, operations, policy, queries
from cosmolocal.money.models import SecondLook
from cosmolocal.money.views.pages import books

A_PAGE = 50


@open_to("auditor_reads")
def looks(request: HttpRequest) -> HttpResponse:
    """What waits for somebody else, the oldest first; or what was decided."""
    is_open, who = request.GET.get("show") != "done", reader(request)
    page = Paginator(queries.second_looks(is_open=is_open), A_PAGE).get_page(request.GET.get("page"))
    found = queries.as_looks(list(page), who)
    address, counts = reverse("money:looks"), queries.count_looks(who)
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
    wanted = numbers(request.POST, "one" if "one" in request.POST else "look")
    found = list(SecondLook.objects.filter(pk__in=wanted))
    if not found:
        messages.warning(request, _("Tick at least one entry first."))
        return redirect("money:looks")
    operations.agree_entries(by=actor(request), looks=found, key=key_of(request))
    said = ngettext("You have looked at %(n)d entry.", "You have looked at %(n)d entries.", len(found))
    messages.success(request, said % {"n": len(found)})
    return redirect("money:looks")


@open_to("auditor_reads")
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks about an entry; it stays on the list."""
    found = get_object_or_404(SecondLook.objects.select_related("deed__by", "holder"), pk=pk)
    if request.method != "POST" and not policy.may_look(actor(request), found):
        return redirect("money:looks")
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda data: operations.question_entry(by=actor(request), look=found, **data),
        said=_("Your question stands on the list. Talk to %(name)s.") % {"name": found.deed.by},
        title=_("Ask %(name)s about this entry") % {"name": found.deed.by},
        lead=_("The entry stays as it is, and on the list, until somebody agrees or takes it back."),
        submit=_("Ask"),
        back=(reverse("money:looks"), _("A second pair of eyes")),
    )
