"""Prices are never changed: a later price is a later row, and each order keeps the row it was made under."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import queries, rules
from cosmolocal.catalog.drafts import ItemPriceDraft
from cosmolocal.catalog.models import Item, PriceVersion, TaxCode
from cosmolocal.catalog.operations import own_farm
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@operation("catalog.set_price", said=gettext_lazy("set a price"))
def set_price(
    *,
    by: Agent,
    item: Item,
    price: int,
    purchase: int,
    tax_code: TaxCode,
    per_quantity: int = 0,
    group: str = "",
    key: str = "",
) -> PriceVersion:
    """From now on `item` costs `price` (minor units, tax included) per `per_quantity` base units; 0: a pack.

    `purchase`: what the producer gets, same basis. `group`: a customer group; "": everybody. The same price again
    makes no new row. Refuses as `set_prices`.
    """
    draft = ItemPriceDraft(item.pk, price, purchase, tax_code.pk, per_quantity, group)
    [version_id] = set_prices(by=by, drafts=[draft])
    return PriceVersion.objects.get(pk=version_id)


@operation("catalog.set_prices", said=gettext_lazy("set prices"))
def set_prices(*, by: Agent, drafts: Sequence[ItemPriceDraft], key: str = "") -> list[int]:
    """Many prices at once; returns the price version of each draft, in order. One insert for all.

    Where the farm that they pay, or a buyer at them, is her own, somebody else looks at them afterwards.
    Refuses with agents.not_allowed, catalog.price_out_of_range, catalog.purchase_above_price.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    for draft in drafts:
        check_price(draft.price, draft.purchase, draft.per_quantity)
    groups = {draft.group for draft in drafts}
    standing = {
        (price.item_id, price.group): price for price in queries.standing_prices([w.item_id for w in drafts], groups)
    }
    known = {place: _values(price) for place, price in standing.items()}
    at, operation_id = running().at, running().id
    fresh = {
        (draft.item_id, draft.group): PriceVersion(
            item_id=draft.item_id,
            group=draft.group,
            price=draft.price,
            purchase=draft.purchase,
            per_quantity=draft.per_quantity,
            tax_code_id=draft.tax_code_id,
            valid_from=at,
            operation_id=operation_id,
        )
        for draft in drafts
        if known.get((draft.item_id, draft.group)) != _values(draft)
    }
    PriceVersion.objects.bulk_create(fresh.values())
    own_farm.prices_set(by, fresh, standing)
    return [{**standing, **fresh}[draft.item_id, draft.group].pk for draft in drafts]


def check_price(price: int, purchase: int, per_quantity: int) -> None:
    """Refuses what can only be a slip of the hand: catalog.price_out_of_range, catalog.purchase_above_price."""
    if not (0 <= price < rules.LARGEST and 0 <= purchase < rules.LARGEST and 0 <= per_quantity < rules.LARGEST):
        raise Refusal(
            "catalog.price_out_of_range", _("A price is 0 or more. Look at it again; perhaps a digit slipped."), "price"
        )
    if purchase > price:
        raise Refusal(
            "catalog.purchase_above_price",
            _("The producer would get more than the price. Look at both again."),
            "purchase",
        )


def _values(price: PriceVersion | ItemPriceDraft) -> tuple[int, int, int, int]:
    return price.price, price.purchase, price.tax_code_id, price.per_quantity
