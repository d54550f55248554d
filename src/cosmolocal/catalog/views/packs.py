"""Packs of goods and their prices: added, changed, repriced after a look at the answers, taken off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import queries as people
from cosmolocal.agents.views.answers import actor, deed, one_form
from cosmolocal.catalog import forms, operations, queries
from cosmolocal.catalog.intake.cells import amount_text
from cosmolocal.catalog.models import Item
from cosmolocal.catalog.views.pages import back_to
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused
from cosmolocal.look.forms import check_answers
from cosmolocal.look.numbers import format_money


@open_to("steward")
def add_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One more pack, with its price."""
    product = get_object_or_404(queries.visible_products(people.reader(request)), pk=pk)
    unit = product.specification.unit.code
    form = forms.ItemForm(request.POST or None, unit=unit)
    price = forms.PriceForm(request.POST or None, unit=unit)
    if request.method == "POST" and all([form.is_valid(), price.is_valid()]):
        try:
            operations.add_item(
                by=actor(request),
                product=product,
                draft=form.draft(prices=[price.draft()]),
                key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The pack is there. Add another one, or go back to the goods."))
            return redirect("catalog:product", product.pk)
    context = {
        "form": form,
        "price": price,
        "title": _("A pack of %(name)s") % {"name": product.name},
        **back_to(product),
    }
    return render(request, "catalog/add_item.html", context, status=422 if form.errors or price.errors else 200)


@open_to("steward")
def edit_item(request: HttpRequest, pk: int) -> HttpResponse:
    """What a pack holds and how it is counted; its price has its own page."""
    item = _item(pk)
    unit = item.product.specification.unit.code
    form = forms.ItemForm(request.POST or None, unit=unit, initial=forms.ItemForm.values_of(item))

    def act(data: dict[str, Any]) -> str:
        operations.change_item(
            by=actor(request), item=item, draft=form.draft(is_active=item.is_active), key=data["key"]
        )
        messages.success(request, _("Kept. What is ordered already keeps the contents it was ordered with."))
        return reverse("catalog:product", args=[item.product_id])

    title = _("%(pack)s of %(name)s") % {"pack": queries.pack_text(item), "name": item.product.name}
    return one_form(request, form, act, title=title, **back_to(item.product))


@open_to("steward")
def set_price(request: HttpRequest, pk: int) -> HttpResponse:
    """A new price, after a look at it: orders already placed keep the price they were made under."""
    item = _item(pk)
    group = request.GET.get("group", "")
    form = forms.PriceForm(
        request.POST or None, unit=item.product.specification.unit.code, initial=_standing(item, group)
    )
    title = _("Price of %(name)s, %(pack)s") % {"name": item.product.name, "pack": queries.pack_text(item)}
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        if "confirmed" not in request.POST:
            return _look_again(request, item, form, title)
        try:
            _write(request, item, form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The new price holds from now on."))
            return redirect("catalog:product", item.product_id)
    context = {"form": form, "title": title, "submit": _("Go on"), **back_to(item.product)}
    return render(request, "look/form.html", context, status=422 if form.errors else 200)


@open_to("steward")
@require_POST
def rest_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A pack that is not offered any more."""
    item = _item(pk)
    return deed(
        request,
        lambda key: operations.retire_item(by=actor(request), item=item, key=key),
        reverse("catalog:product", args=[item.product_id]),
        _("This pack is no longer on offer."),
    )


@open_to("steward")
@require_POST
def return_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A pack that is on offer again."""
    item = _item(pk)
    return deed(
        request,
        lambda key: operations.return_item(by=actor(request), item=item, key=key),
        reverse("catalog:product", args=[item.product_id]),
        _("On offer again."),
    )


def _item(pk: int) -> Item:
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


def _look_again(request: HttpRequest, item: Item, form: forms.PriceForm, title: str) -> HttpResponse:
    """The answers once more, beside the price in force."""
    code, decimals = queries.currency()
    data = form.cleaned_data
    before = queries.current_prices([item.pk], data["group"]).get(item.pk)
    per = amount_text(data["per_quantity"], item.product.specification.unit.code) if data["per_quantity"] else ""
    rows = [
        {"label": _("Until now"), "value": queries.price_text(before, item) if before else _("no price")},
        {"label": _("From now on"), "value": f"{format_money(data['price'], code, decimals)} / {per or _('one pack')}"},
        {"label": _("The producer gets"), "value": format_money(data["purchase"], code, decimals)},
        {"label": _("Tax"), "value": data["tax_code"].name},
        {"label": _("For whom"), "value": data["group"] or _("everybody")},
    ]
    warning = _("Orders already placed keep the old price. Whoever orders from now on pays the new one.")
    return check_answers(
        request, form, title=title, submit=_("Set this price"), rows=rows, warning=warning, **back_to(item.product)
    )


def _write(request: HttpRequest, item: Item, data: dict[str, Any]) -> None:
    operations.set_price(
        by=actor(request),
        item=item,
        price=data["price"],
        purchase=data["purchase"],
        tax_code=data["tax_code"],
        per_quantity=data["per_quantity"],
        group=data["group"],
        key=data["key"],
    )
