"""Kinds of goods, taxes, and the terms of each producer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.pages import actor, form_page
from cosmolocal.catalog import forms, operations, queries
from cosmolocal.catalog.models import Category
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to

LISTS = "catalog:lists"


@open_to("auditor_reads")
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """What goods are sorted, measured and taxed by."""
    context = {
        "categories": queries.counted_categories(),
        "taxes": queries.dated_taxes(clock.today()),
        "measures": queries.measures(),
        "may_manage": agents_queries.reader(request).has("steward"),
    }
    return render(request, "catalog/lists.html", context)


@open_to("steward")
def category(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A kind of goods: new, or another drawing and place in the order."""
    found = get_object_or_404(Category, pk=pk) if pk else None
    initial = {"name": found.name, "drawing": found.drawing, "weight": found.weight} if found else None
    form = forms.CategoryForm(request.POST or None, initial=initial)
    if found:
        form.fields["name"].disabled = True
    return form_page(
        request,
        form,
        lambda data: operations.define_category(by=actor(request), **data),
        said=_("Kept."),
        title=found.name if found else _("A kind of goods"),
        back=(reverse(LISTS), _("Kinds and taxes")),
    )


@open_to("steward")
def tax(request: HttpRequest) -> HttpResponse:
    """A tax, or a new rate from a day on; rates that were in force stay as they were."""
    form = forms.TaxForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})

    def act(data: dict[str, Any]) -> None:
        rates = [(data["since"] or clock.today(), data["rate"])] if data["rate"] is not None else []
        what = {name: data[name] for name in ("code", "name", "kind", "sentence", "key")}
        operations.define_tax_code(by=actor(request), rates=rates, **what)

    said = _("Kept. Orders already placed keep the rate they were made under.")
    back = (reverse(LISTS), _("Kinds and taxes"))
    return form_page(request, form, act, said=said, title=_("A tax"), back=back)


@open_to("auditor_reads")
@require_safe
def all_terms(request: HttpRequest) -> HttpResponse:
    """How we work with each producer, on one page."""
    found = list(agents_queries.producers())
    terms = queries.terms_of([producer.pk for producer in found])
    counts = queries.products_by_producer()
    rows = [(producer, terms[producer.pk], counts.get(producer.pk, 0)) for producer in found]
    return render(request, "catalog/terms.html", {"rows": rows})


@open_to("steward")
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """The terms of one producer."""
    producer = get_object_or_404(agents_queries.producers(), pk=pk)
    standing = queries.terms_of([producer.pk])[producer.pk]
    names = ("seller", "list_is_gross", "loss_after_packing", "order_by", "share_is_public")
    form = forms.TermsForm(request.POST or None, initial={name: getattr(standing, name) for name in names})
    return form_page(
        request,
        form,
        lambda data: operations.set_terms(by=actor(request), producer=producer, **data),
        said=_("Kept. Orders already placed keep the terms they were made under."),
        title=_("How we work with %(name)s") % {"name": producer.name},
        back=(reverse("catalog:terms"), _("Terms")),
    )
