"""What an order cannot have: how much is left of which goods, in the words of their pack; how much money is missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.flows import queries as flows_queries
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import queries

if TYPE_CHECKING:
    from cosmolocal.practices.shop.orders.operations.drafts import OrderDraft


def check_left(order: "OrderDraft", drafts: Sequence[CommitmentDraft]) -> None:
    """Refuses flows.not_enough where, after these were promised, more is promised than the farm has."""
    new: dict[int, int] = {}
    for draft in drafts:
        if isinstance(draft.satisfies, int):
            new[draft.satisfies] = new.get(draft.satisfies, 0) + draft.quantity
    over = {intent: available for intent, available in queries.shortages(order.round).items() if intent in new}
    if over:
        promised = {intent.pk: intent.promised_quantity for intent in flows_queries.intents(over).values()}
        left = {intent: available - promised[intent] + new[intent] for intent, available in over.items()}
        raise Refusal("flows.not_enough", "", intents=left, resources={})


def not_enough(order: "OrderDraft", refusal: Refusal, payment: CommitmentDraft | None) -> Refusal:
    """Says which product has how much left, in the words of its pack; or how much money is missing."""
    if refusal.code not in ("flows.not_enough", "flows.offer_closed"):
        return refusal
    if payment is not None and payment.resource in refusal.facts.get("resources", {}) and not refusal.facts["intents"]:
        return _too_little_money(order, payment, int(refusal.facts["resources"][payment.resource] or 0))
    intents: dict[int | None, int] = dict.fromkeys(refusal.facts["intents"], 0)
    if refusal.code == "flows.not_enough":
        intents.update({id: left or 0 for id, left in refusal.facts["intents"].items()})
    lots: dict[int | None, int] = {id: left or 0 for id, left in refusal.facts.get("resources", {}).items()}
    short = {}
    for offer_id in order.changed:
        offer = order.offers[offer_id]
        if offer.intent_id in intents or offer.lot_id in lots:
            short[offer_id] = max(intents.get(offer.intent_id, 0), lots.get(offer.lot_id, 0), 0)
    items = catalog_queries.items_with_units().in_bulk([order.offers[offer].item_id for offer in short])
    packs = {
        offer: order.lines[offer].pack.quantity if offer in order.lines else order.offers[offer].pack for offer in short
    }
    sentences = []
    for offer_id, left in short.items():
        item = items[order.offers[offer_id].item_id]
        if left < packs[offer_id]:
            sentences.append(_("%(name)s: nothing left.") % {"name": item.product.name})
        else:
            most = left // packs[offer_id]
            sentences.append(
                _("%(name)s: %(left)s left, at most %(packs)s in your order.")
                % {"name": item.product.name, "left": catalog_queries.quantity_text(item, left), "packs": most}
            )
    return Refusal(
        "shop.not_enough_left",
        _("%(what)s Take fewer or something else; your basket is kept.") % {"what": " ".join(sentences)},
        offers={offer: left // packs[offer] for offer, left in short.items()},
    )


def _too_little_money(order: "OrderDraft", payment: CommitmentDraft, spendable: int) -> Refusal:
    missing, currency = payment.quantity - max(spendable, 0), order.round.account.currency
    words = _(
        "Your order comes to at most %(upper)s; %(missing)s is missing on your account. Put money on it or take "
        "something out. Your basket is kept."
    )
    if order.round.allow_cash:
        words = _(
            "Your order comes to at most %(upper)s; %(missing)s is missing on your account. Put money on it, take "
            "something out, or pay in cash when you collect. Your basket is kept."
        )
    facts = {
        "upper": money_queries.format(payment.quantity, currency),
        "missing": money_queries.format(missing, currency),
    }
    return Refusal("shop.not_enough_money", words % facts, missing=missing)
