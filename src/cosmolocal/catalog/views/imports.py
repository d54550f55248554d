"""Lists of goods by browser: choose a file, say what its names mean, look at each row, let them be taken over."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents.pages import actor, form_page, key_of, post
from cosmolocal.catalog import forms, imports, operations, queries
from cosmolocal.catalog.intake.rows import VERDICTS
from cosmolocal.catalog.operations.uploads import AT_ONCE_BYTES
from cosmolocal.catalog.views import pages
from cosmolocal.kernel.access import open_to
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import LARGEST_BYTES

PER_PAGE = 50
State = Upload.State


@open_to("steward")
def uploads(request: HttpRequest) -> HttpResponse:
    """A file to take over, and those of before."""

    def act(data: dict[str, Any]) -> str:
        upload = operations.receive_upload(
            by=actor(request), name=data["file"].name, data=data["file"].read(LARGEST_BYTES + 1), key=data["key"]
        )
        return reverse("catalog:upload", args=[_checked(request, upload).pk])

    form = forms.ImportForm(request.POST or None, request.FILES or None)
    return form_page(
        request,
        form,
        act,
        template="catalog/uploads.html",
        title=_("Take over a list of goods"),
        lead=_("Nothing changes before you have looked at every row."),
        submit=_("Look at the rows"),
        back=(reverse("catalog:products"), _("All goods")),
        earlier=queries.uploads()[:20],
    )


@open_to("steward")
@require_safe
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a file is: being read, waiting for a word, being taken over, done."""
    found = get_object_or_404(queries.uploads(), pk=pk)
    shown = request.GET.get("verdict", "")
    verdicts = [row for row in found.verdicts if row[1] == shown] if shown in VERDICTS else found.verdicts
    page = Paginator(verdicts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "upload": found,
        "page": page,
        "rows": pages.verdict_cells(list(page.object_list)),
        "tabs": _tabs(found, shown),
        "wanted": sum(found.counts.get(verdict, 0) for verdict in ("new", "changed")),
        "taken": sum(count for verdict, count in found.counts.items() if verdict != "refused"),
        "progress": queries.upload_progress(found.pk),
        "waits": found.state in (State.READ, State.IMPORTING),
        "asks": found.state == State.MAPPED,
        "may_start": found.state in (State.MAPPED, State.CHECKED),
        "share_bp": found.mapping.get("producer_share_bp", 0),
    }
    return render(request, "catalog/upload.html", context)


@open_to("steward")
def names(request: HttpRequest, pk: int) -> HttpResponse:
    """What the names of the file mean that nobody here knows."""
    found = get_object_or_404(queries.uploads(), pk=pk)
    form = forms.NamesForm(request.POST or None, mapping=found.mapping)

    def act(data: dict[str, Any]) -> str:
        chosen = operations.choose_names(by=actor(request), upload=found, names=form.decided(), key=data["key"])
        return reverse("catalog:upload", args=[_checked(request, chosen).pk])

    return form_page(
        request,
        form,
        act,
        title=_("What do these names mean?"),
        lead=_("The file uses names that are not known here. Choose ours, or let them be made."),
        submit=_("Look at the rows"),
        back=(reverse("catalog:upload", args=[pk]), found.name),
    )


@open_to("steward")
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows are taken over from now on."""
    found = get_object_or_404(queries.uploads(), pk=pk)
    return post(
        request,
        lambda key: operations.start_import(by=actor(request), upload=found, key=key),
        to=reverse("catalog:upload", args=[pk]),
        said=_("The rows are being taken over. You may leave this page."),
    )


@open_to("steward")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing of this file is wanted."""
    found = queries.uploads().filter(pk=pk).first()
    if found is not None:
        operations.drop_upload(by=actor(request), upload=found, key=key_of(request))
        messages.success(request, _("The file is gone; nothing was changed."))
    return redirect("catalog:uploads")


def _checked(request: HttpRequest, upload: Upload) -> Upload:
    """A small file is read at once; a large one by the job that is on its way."""
    if len(upload.data) <= AT_ONCE_BYTES and upload.state == State.READ:
        return imports.check(actor(request), upload)
    return upload


def _tabs(upload: Upload, shown: str) -> list[dict[str, Any]]:
    address = reverse("catalog:upload", args=[upload.pk])
    names_of = pages.verdict_names()
    found = [{"url": address, "label": _("all rows"), "current": not shown, "count": len(upload.verdicts)}]
    for verdict in VERDICTS:
        if upload.counts.get(verdict):
            found.append(
                {
                    "url": f"{address}?verdict={verdict}",
                    "label": names_of[verdict],
                    "current": shown == verdict,
                    "count": upload.counts[verdict],
                }
            )
    return found
