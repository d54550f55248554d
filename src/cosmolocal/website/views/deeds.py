"""Who did what: the list that an auditor reads, and one deed with what it wrote in the books."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import AT_ONCE, file
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.kernel.operation import in_words
from cosmolocal.website import deeds as done
from cosmolocal.website.forms import DeedsForm

SHOWN = 50
ENTRIES = 200


@open_to("auditor_reads")
def deeds(request: HttpRequest) -> HttpResponse:
    """Everything that was done, newest first; as a page, CSV or xlsx."""
    form = DeedsForm(request.GET)
    if "as" in request.GET:
        return _file(request, form.search(), request.GET["as"])
    page = done.newest(form.search(), SHOWN + 1)
    asked = request.GET.copy()
    if len(page) > SHOWN:
        asked["before"] = str(page[SHOWN - 1].pk)
    filters = request.GET.copy()
    filters.pop("before", None)
    context = {
        "form": form,
        "rows": [(deed, in_words(deed.code), done.reason(deed)) for deed in page[:SHOWN]],
        "older": asked.urlencode() if len(page) > SHOWN else "",
        "filters": filters.urlencode(),
        "is_later_page": bool(form.is_valid() and form.cleaned_data["before"]),
    }
    return render(request, "website/deeds.html", context)


def _file(request: HttpRequest, search: done.Search, kind: str) -> HttpResponse:
    few = done.found(search).order_by()[: max(AT_ONCE.values()) + 1]  # nobody waits for a count of everything
    asked = request.GET.copy()
    asked.pop("as")
    back = f"{request.path}?{asked.urlencode()}"
    wanted = ErrandDraft("website.deeds_file", [asked.urlencode(), kind], _("Who did what"), back)
    return file(request, wanted, kind=kind, rows=few.count())


@open_to("auditor_reads")
def deed(request: HttpRequest, pk: int) -> HttpResponse:
    """One deed: who, when, for whom, why, and each line that it wrote in the books."""
    found = get_object_or_404(done.found(done.Search(by_itself=True)), pk=pk)
    page = Paginator(flows_queries.events_in(found.pk), ENTRIES).get_page(request.GET.get("page"))
    context = {
        "deed": found,
        "words": in_words(found.code),
        "reason": done.reason(found),
        "page": page,
        "entries": list(done.entries(list(page.object_list))),
    }
    return render(request, "website/deed.html", context)
