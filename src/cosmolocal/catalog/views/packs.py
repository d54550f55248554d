"""Packs of goods and their prices: added, changed, repriced after a look at the answers, taken off."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.pages import Check, actor, form_page, post
from cosmolocal.catalog import forms, operations, queries
from cosmolocal.catalog.intake.cells import amount_text
from cosmolocal.catalog.models import Item
from cosmolocal.catalog.views.pages import page_of
from cosmolocal.kernel.access import open_to
from cosmolocal.look.numbers import format_money


@open_to("steward")
def add_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One more pack, with its price."""
    product = get_object_or_404(queries.visible_products(agents_queries.reader(request)), pk=pk)
    form = forms.NewItemForm(request.POST or None, product=product)

    def act(data: dict[str, Any]) -> None:
        draft = form.draft(prices=[form.price.draft()])
        operations.add_item(by=actor(request), product=product, draft=draft, key=data["key"])

    return form_page(
        request,
        form,
        act,
        said=_("The pack is there. Add another one, or go back to the goods."),
        template="catalog/add_item.html",
        title=_("A pack of %(name)s") % {"name": product.name},
        back=page_of(product),
    )


@open_to("steward")
def edit_item(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pack holds and how it is counted; its price has its own page."""
    item = _get_item_or_404(pk)
    form = forms.ItemForm(request.POST or None, product=item.product, item=item, initial=forms.ItemForm.values_of(item))

    def act(data: dict[str, Any]) -> None:
        draft = form.draft(is_active=item.is_active)
        operations.change_item(by=actor(request), item=item, draft=draft, key=data["key"])

    return form_page(
        request,
        form,
        act,
        said=_("Kept. What is ordered already keeps the contents it was ordered with."),
        title=_("%(pack)s of %(name)s") % {"pack": queries.pack_text(item), "name": item.product.name},
        back=page_of(item.product),
    )


@open_to("steward")
def set_price(request: HttpRequest, pk: int) -> HttpResponse:
    """A new price, after a look at it: orders already placed keep the price they were made under."""
    item = _get_item_or_404(pk)
    unit, initial = item.product.specification.unit.code, _standing(item, request.GET.get("group", ""))
    form = forms.PriceForm(request.POST or None, unit=unit, initial=initial)
    title = _("Price of %(name)s, %(pack)s") % {"name": item.product.name, "pack": queries.pack_text(item)}
    names = ("price", "purchase", "tax_code", "per_quantity", "group", "key")
    return form_page(
        request,
        form,
        lambda data: operations.set_price(by=actor(request), item=item, **{name: data[name] for name in names}),
        check=lambda form: _check(item, form.cleaned_data, title),
        said=_("The new price holds from now on."),
        title=title,
        submit=_("Set this price"),
        back=page_of(item.product),
    )


@open_to("steward")
@require_POST
def rest_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A pack that is not offered any more."""
    item = _get_item_or_404(pk)
    return post(
        request,
        lambda key: operations.retire_item(by=actor(request), item=item, key=key),
        to=reverse("catalog:product", args=[item.product_id]),
        said=_("This pack is no longer on offer."),
    )


@open_to("steward")
@require_POST
def return_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A pack that is on offer again."""
    item = _get_item_or_404(pk)
    return post(
        request,
        lambda key: operations.return_item(by=actor(request), item=item, key=key),
        to=reverse("catalog:product", args=[item.product_id]),
        said=_("On offer again."),
    )


def _get_item_or_404(pk: int) -> Item:
    items = queries.items_with_units().select_related("product__producer", "product__category")
    return get_object_or_404(items, pk=pk)


def _standing(item: Item, group: str) -> dict[str, Any]:
    """The price in force, as the form shows it."""
    price = queries.current_prices([item.pk], group).get(item.pk)
    if price is None:
        return {"group": group}
    unit = item.product.specification.unit.code
    return {
        "price": price.price,
        "purchase": price.purchase,
        "price_for": amount_text(price.per_quantity, unit) if price.per_quantity else "",
        "tax_code": price.tax_code,
        "group": group,
    }


def _check(item: Item, data: dict[str, Any], title: str) -> Check:
    """The answers once more, beside the price in force."""
    code, decimals = queries.currency()
    before = queries.current_prices([item.pk], data["group"]).get(item.pk)
    per = amount_text(data["per_quantity"], item.product.specification.unit.code) if data["per_quantity"] else ""
    rows = [
        {"label": _("Until now"), "value": queries.price_text(before, item) if before else _("no price")},
        {"label": _("From now on"), "value": f"{format_money(data['price'], code, decimals)} / {per or _('one pack')}"},
        {"label": _("The producer gets"), "value": format_money(data["purchase"], code, decimals)},
        {"label": _("Tax"), "value": data["tax_code"].name},
        {"label": _("For whom"), "value": data["group"] or _("everybody")},
    ]
    return Check(
        rows, title, _("Orders already placed keep the old price. Whoever orders from now on pays the new one.")
    )
