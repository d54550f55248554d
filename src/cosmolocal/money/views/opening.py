"""Opening books in four steps: the file, what its columns mean, the dry run, taking it over."""

from collections.abc import Callable
from datetime import date
from itertools import zip_longest
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page
from cosmolocal.kernel import errands
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.kernel.models import Progress
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import forms, imports, operations, queries
from cosmolocal.money.opening.judging import none_read
from cosmolocal.money.operations.opening import check_balances
from cosmolocal.money.operations.uploads import KIND, check_take_over
from cosmolocal.money.rules import Sums
from cosmolocal.money.views.pages import books
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import glance

SAMPLE_ROWS = 3
MOST_SHOWN = 300
STEPS = ("opening", "opening_map", "opening_check", "opening_done")


def _steps(now: int) -> list[dict[str, str]]:
    labels = (_("Send the file"), _("What the columns mean"), _("Look at it"), _("Take it over"))
    states = ["done" if number < now else "now" if number == now else "next" for number in range(4)]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]


@open_to("auditor_reads")
def upload(request: HttpRequest) -> HttpResponse:
    """The file, and the day on which these books begin."""

    def act(data: dict[str, Any]) -> str:
        content, name = form.content()
        seen = glance(content, 1 + SAMPLE_ROWS)
        head = operations.Head(seen.header, [row.cells for row in seen.rows], seen.count)
        kept = operations.keep_file(
            by=actor(request), name=name, data=content, on=data["on"], head=head, key=data["key"]
        )
        return reverse("money:opening_map", args=[kept.pk])

    form = forms.UploadForm(request.POST or None, request.FILES or None)
    earlier = Upload.objects.filter(kind=KIND).defer("data", "verdicts").order_by("-id")[:5]
    stop = _refusal_of(lambda: check_balances(actor(request), queries.default_currency()))
    context = books(request) | {"steps": _steps(0), "earlier": earlier, "stop": stop}
    return form_page(request, form, act, template="money/opening.html", **context)


@open_to("auditor_reads")
def map_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column means what."""
    kept = _get_upload_or_404(pk, Upload.State.READ, Upload.State.MAPPED, Upload.State.CHECKED)
    head = kept.mapping["head"]

    def act(data: dict[str, Any]) -> str:
        by, mapping = actor(request), form.mapping()
        imports.require_name(mapping)
        if imports.is_large(kept):
            draft = ErrandDraft("money.judge_file", [pk, sorted(mapping.items())], kept.name, request.path)
            return reverse("errand", args=[errands.ask(draft, by_id=by.pk, key=data["key"]).pk])
        imports.judge_file(by, kept, mapping, key=data["key"])
        return reverse("money:opening_check", args=[pk])

    form = forms.MapForm(request.POST or None, header=head["header"], guessed=kept.mapping["columns"])
    context = books(request) | {
        "steps": _steps(1),
        "upload": kept,
        "header": head["header"],
        "sample": [list(zip_longest(head["header"], cells, fillvalue="")) for cells in head["rows"]],
        "count": head["count"],
    }
    return form_page(request, form, act, template="money/opening_map.html", **context)


@open_to("auditor_reads")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would happen, row by row, and whether the sums agree; then yes."""
    kept = _get_upload_or_404(pk, Upload.State.CHECKED)

    def act(data: dict[str, Any]) -> str:
        operations.take_file_over(by=actor(request), upload=kept, accept_difference=data["accept"], key=data["key"])
        return reverse("money:opening_done", args=[pk])

    sums = Sums(boxes=kept.counts["boxes"], accounts=kept.counts["accounts"])
    show = request.GET.get("show", "refused" if kept.counts["refused"] else "new")
    address = reverse("money:opening_check", args=[pk])
    words = {"refused": _("Left out"), "changed": _("Changed"), "new": _("New"), "same": _("The same")}
    tabs = [
        {"url": f"{address}?show={verdict}", "label": label, "count": kept.counts[verdict], "current": show == verdict}
        for verdict, label in words.items()
    ]
    rows = [row for row in kept.verdicts if row[1] == show]
    odd = kept.counts.get("odd", [])
    form = forms.ConfirmForm(request.POST or None, is_odd=bool(odd))
    if not sums.difference:
        form.fields["accept"].widget = form.fields["accept"].hidden_widget()
    context = books(request) | {
        "steps": _steps(2),
        "none_read": none_read(kept.verdicts),
        "upload": kept,
        "sums": sums,
        "agreement": imports.agreement(sums),
        "odd": odd[:MOST_SHOWN],
        "tabs": tabs,
        "rows": rows[:MOST_SHOWN],
        "stop": _refusal_of(lambda: check_take_over(actor(request), kept)),
        "more": max(len(rows) - MOST_SHOWN, 0),
        "on": date.fromisoformat(kept.mapping["on"]),
    }
    return form_page(request, form, act, template="money/opening_check.html", **context)


@open_to("auditor_reads")
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the page may be left and comes back."""
    kept = _get_upload_or_404(pk, Upload.State.IMPORTING, Upload.State.DONE, Upload.State.REFUSED)
    progress = Progress.objects.filter(kind=KIND, subject_id=pk).first()
    left_out = [row for row in kept.verdicts if row[1] == "refused"]
    context = books(request) | {
        "steps": _steps(3),
        "upload": kept,
        "progress": progress,
        "taken": len(kept.verdicts) - len(left_out),
        "left_out": left_out[:MOST_SHOWN],
    }
    template = "money/opening_progress.html" if getattr(request, "htmx", False) else "money/opening_done.html"
    return render(request, template, context)


def _refusal_of(asks: Callable[[], None]) -> str:
    """What would stop the reader, in a sentence; nothing where nothing does."""
    try:
        asks()
    except Refusal as refusal:
        return str(refusal)
    return ""


def _get_upload_or_404(pk: int, *states: str) -> Upload:
    return get_object_or_404(Upload.objects.defer("data"), pk=pk, kind=KIND, state__in=states)
