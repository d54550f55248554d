"""Goods: the steward's list, the page of one product that anybody may read, and what a steward changes about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.pages import actor, file, form_page, kept_photo, number, post
from cosmolocal.catalog import exports, forms, operations, policy, queries
from cosmolocal.catalog.models import Category, Product
from cosmolocal.catalog.views import pages
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.look.questions import Question

PER_PAGE = 50


@open_to("auditor_reads")
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """Every product of the local, searched and filtered; `?as=csv` and `xlsx` give the same as our own list."""
    found = exports.chosen(agents_queries.reader(request), request.GET)
    if request.GET.get("as"):
        return _file(request, found, request.GET["as"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "goods": queries.goods(list(page.object_list)),
        "producers": agents_queries.producers(),
        "categories": Category.objects.order_by("weight", "name"),
        "chosen": {name: request.GET.get(name, "") for name in ("q", "producer", "category", "state")},
        "may_manage": policy.may_manage(agents_queries.reader(request)),
        "as_file": request.GET.urlencode(),
    }
    return render(request, "catalog/products.html", context)


def _file(request: HttpRequest, found: QuerySet[Product], kind: str) -> HttpResponse:
    asked = request.GET.copy()
    asked.pop("as")
    query = asked.urlencode()
    draft = ErrandDraft("catalog.products_file", [query, kind], _("Goods"), f"{request.path}?{query}")
    return file(request, draft, kind=kind, rows=exports.count_rows(found))


@open_to("anyone")
@require_safe
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is, whose hands made it, where from, what it costs, who sells; strangers read it too."""
    reader = agents_queries.reader(request)
    found = get_object_or_404(queries.visible_products(reader), pk=pk)
    return render(request, "catalog/product.html", pages.product_context(reader, found))


@open_to("steward")
def add_product(request: HttpRequest) -> HttpResponse:
    """New goods; packs and prices come next. Before there is a farm, its form comes first."""
    if not agents_queries.producers().exists():
        messages.info(request, _("First the farm: goods are always somebody's."))
        return redirect("agents:add_organisation")

    def act(data: dict[str, Any]) -> str:
        made = operations.add_product(
            by=actor(request),
            producer=data["producer"],
            name=data["name"],
            category=data["category"].name,
            unit=data["unit"],
            facts=form.facts(),
            key=data["key"],
        )
        return reverse("catalog:add_item", args=[made.pk])

    form = forms.NewProductForm(request.POST or None, initial={"producer": number(request.GET, "producer")})
    return form_page(
        request,
        form,
        act,
        title=_("New goods"),
        lead=_("First what it is. Then come the packs and their prices."),
        submit=_("Go on to the packs"),
        back=(reverse("catalog:products"), _("All goods")),
    )


@open_to("producer")
def edit_product(request: HttpRequest, pk: int) -> HttpResponse:
    """A steward changes everything about goods; a producer tells about her own."""
    found = _get_product_or_404(request, pk)
    manages = policy.may_manage(agents_queries.reader(request))
    names = ("name", "category", "description", "origin", "certificate")
    initial = {name: getattr(found, name) for name in names}
    whole = forms.ProductForm(request.POST or None, initial=initial) if manages else None
    words = forms.DescribeForm(request.POST or None, initial=initial, product=found)

    def act(data: dict[str, Any]) -> None:
        operations.change_product(
            by=actor(request),
            product=found,
            name=data["name"] if whole else None,
            category=data["category"] if whole else None,
            facts=(whole or words).facts(),
            key=data["key"],
        )

    return form_page(request, whole or words, act, said=_("Kept."), title=found.name, back=pages.page_of(found))


@open_to("producer")
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A photo for goods: re-encoded before it is kept."""
    found = _get_product_or_404(request, pk)
    form = forms.PhotoForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> None:
        operations.show_picture(
            by=actor(request), product=found, files=kept_photo(request, data["photo"]), key=data["key"]
        )

    return form_page(
        request,
        form,
        act,
        said=_("The photo is shown now."),
        title=_("Photo of %(name)s") % {"name": found.name},
        submit=_("Show it"),
        back=pages.page_of(found),
    )


@open_to("producer")
@require_POST
def remove_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The drawing of its kind again."""
    found = _get_product_or_404(request, pk)
    return post(
        request,
        lambda key: operations.show_picture(by=actor(request), product=found, files=None, key=key),
        to=reverse("catalog:product", args=[pk]),
        said=_("The photo is gone."),
    )


@open_to("steward")
@require_POST
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """Goods that are not offered any more, or are again."""
    found = get_object_or_404(queries.visible_products(agents_queries.reader(request)), pk=pk)
    change = operations.retire_product if found.is_active else operations.return_product
    said = _("No longer on offer.") if found.is_active else _("On offer again.")
    return post(
        request,
        lambda key: change(by=actor(request), product=found, key=key),
        to=reverse("catalog:product", args=[pk]),
        said=said,
    )


@open_to("producer")
@require_safe
def farm(request: HttpRequest) -> HttpResponse:
    """A producer's own goods: what can she give in the next round?"""
    return _farm(request)


@open_to("producer")
@require_POST
def announce_stock(request: HttpRequest) -> HttpResponse:
    """What a producer can give, for all goods of the page at once; an empty field: as much as is wished."""
    stocks, troubles = pages.read_stocks(request.POST)
    if troubles:
        return _farm(request, troubles)
    return post(
        request,
        lambda key: operations.announce_stock(by=actor(request), stocks=stocks, key=key),
        to=f"{reverse('catalog:farm')}?page={number(request.POST, 'page') or 1}",
        said=_("Your stewards see it now."),
    )


def _farm(request: HttpRequest, troubles: Mapping[int, Question | None] = MappingProxyType({})) -> HttpResponse:
    """The page, with what was typed where it could not be read or is asked about."""
    mine = agents_queries.producers_of(actor(request))
    found = Product.objects.filter(producer__in=mine, is_active=True).order_by("name", "id")
    wanted = request.POST.get("page") or request.GET.get("page")
    page = Paginator(found.select_related("producer", "category", "specification__unit"), PER_PAGE).get_page(wanted)
    goods = queries.goods(list(page.object_list))
    context = {
        "page": page,
        "farms": mine,
        "rows": [(one, [pages.stock_field(request.POST, pack, troubles) for pack in one.packs]) for one in goods],
        "unclear": None in troubles.values(),
        "asked": any(troubles.values()),
    }
    return render(request, "catalog/farm.html", context, status=422 if troubles else 200)


def _get_product_or_404(request: HttpRequest, pk: int) -> Product:
    """Goods that this person may tell about; others are not there."""
    found = get_object_or_404(queries.visible_products(agents_queries.reader(request)), pk=pk)
    return found if policy.may_describe(actor(request), found.producer) else get_object_or_404(Product.objects.none())
