"""What an order is to become: its lines priced, goods and money promised in one deed, and why that may not be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations as catalog
from cosmolocal.catalog import queries as catalog_queries
from cosmolocal.catalog.models import PackVersion, PriceVersion, SupplierTerms
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.handovers.models import Packed
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.prepared import Prepared, Slot, slots
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound
from cosmolocal.practices.shop.orders.operations import lacking, own_prices
from cosmolocal.practices.shop.rounds.operations.sales import Sale

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cosmolocal.money.models import Account


class PriceFacts(NamedTuple):
    """What ordering needs to know of a price version."""

    id: int
    price: int
    purchase: int
    per_quantity: int
    tax_code_id: int
    valid_from: datetime


@dataclass
class OrderDraft:
    """An order on its way: its round, the lines it has, the ones it wants, and what that changes.

    `named`: offers of which somebody says how many there are to be, so that what a shortage took is given again.
    """

    by: Agent
    round: OrderRound
    household: Agent
    order: Order | None
    lines: dict[int, OrderLine] = field(default_factory=dict)
    wanted: dict[int, int] = field(default_factory=dict)
    offers: dict[int, Sale] = field(default_factory=dict)
    named: Collection[int] = ()
    recent: set[int] = field(default_factory=set)  # price versions it uses that came while the round took orders

    @property
    def changed(self) -> list[int]:
        """Offers whose count is new, or is said again after a shortage."""
        return [offer for offer, count in self.wanted.items() if self._is_changed(offer, count)]

    def _is_changed(self, offer: int, count: int) -> bool:
        line = self.lines.get(offer)
        return line is None or line.count != count or (offer in self.named and line.granted < line.wished)

    @property
    def lowered(self) -> list[int]:
        """Offers of which it wants at most what is promised, after a shortage too: nothing can stop that."""
        return [offer for offer in self.changed if offer in self.lines and self._is_promised(self.lines[offer])]

    def _is_promised(self, line: OrderLine) -> bool:
        return line.wished * self.wanted[line.offer_id] <= line.granted * line.count

    @property
    def raised(self) -> list[int]:
        """Offers that are promised anew: more of what it has, or of what it has not."""
        lowered = self.lowered
        return [offer for offer in self.changed if offer not in lowered]

    @property
    def dropped(self) -> list[int]:
        return [offer for offer in self.lines if offer not in self.wanted]


_LOWERED = ["count", "wished", "granted", "cap", "estimate", "upper", "deposit", *OrderLine.SPLIT]


def check_on_sale(draft: OrderDraft) -> None:
    """What was taken off sale may stay in an order, or become less. Refuses shop.not_offered, by name."""
    off = [offer for offer in draft.raised if draft.offers[offer].is_off]
    if off:
        names = ", ".join(draft.offers[offer].name for offer in off)
        raise Refusal(
            "shop.not_offered",
            _("No longer on sale: %(names)s. Take it out of your basket, then order the rest.") % {"names": names},
            offers=off,
        )


def check_not_packed(draft: OrderDraft, offer_ids: Sequence[int]) -> None:
    """What somebody packed, or took, is in the order and is charged. Refuses shop.packed_already (fact: `offers`)."""
    had = {draft.lines[offer].commitment_id: offer for offer in offer_ids if offer in draft.lines}
    packed = Packed.objects.filter(commitment__in=had).order_by("commitment")
    if had and (offers := [had[pk] for pk in packed.values_list("commitment_id", flat=True)]):
        raise Refusal(
            "shop.packed_already",
            _("Packed already: %(names)s. It stays in the order. What lies in the crate is put right on its page.")
            % {"names": ", ".join(draft.offers[offer].name for offer in offers)},
            offers=offers,
        )


def write(draft: OrderDraft, pays: str, *, late: bool = False) -> None:
    """Writes what a draft changes: promises of goods and of money in one deed, the order and its lines.

    `late`: after closing nothing is on offer any more. In the grace it still counts towards what the farm has said
    there is; once farms were told no intent is asked, since the scale will tell.
    """
    order = draft.order
    lowered, raised = draft.lowered, draft.raised
    forget(draft, [*draft.dropped, *(offer for offer in raised if offer in draft.lines)])
    if order is None:
        agreement = flows.agree(by=draft.by, name=draft.round.name)
        order = Order(round=draft.round, household=draft.household, agreement_id=agreement.pk, version=0)
        draft.order = order
    fresh, smaller = _lines(draft, raised), _lines(draft, lowered)
    kept = [line for offer, line in draft.lines.items() if offer in draft.wanted and offer not in draft.changed]
    every = [*kept, *fresh, *smaller]
    if order.state == Order.State.CANCELLED:
        order.state = Order.State.OPEN
    order.placed_by, order.changed_at = draft.by, running().at
    order.version += 1
    order.estimate = rules.upper_total((line.estimate, line.deposit) for line in every)
    upper = rules.upper_total((line.upper, line.deposit) for line in every)
    _lower(draft, smaller)
    _promise(draft, order, fresh, _payment(draft, order, pays, upper), late=late)
    order.save()
    for line in fresh:
        line.order = order
    OrderLine.objects.bulk_create(fresh)
    if recent := [line for line in fresh if line.price_id in draft.recent]:
        own_prices.look_at(draft.by, draft.household, recent)


def forget(draft: OrderDraft, offer_ids: Sequence[int]) -> None:
    """Takes lines out of the order and frees what was promised for them."""
    lines = [draft.lines[offer] for offer in offer_ids]
    if lines:
        flows.release(by=draft.by, commitments=[line.commitment_id for line in lines])
        OrderLine.objects.filter(pk__in=[line.pk for line in lines]).delete()


def _lower(draft: OrderDraft, lines: Sequence[OrderLine]) -> None:
    """Rows that hold less than before take the place of those that stand; the rest of their promise is free again."""
    if not lines:
        return
    for line in lines:
        before = draft.lines[line.offer_id]
        line.pk, line.order_id, line.commitment_id = before.pk, before.order_id, before.commitment_id
    flows.release(
        by=draft.by,
        commitments=[line.commitment_id for line in lines],
        keep={line.commitment_id: line.wished for line in lines},
    )
    OrderLine.objects.bulk_update(lines, _LOWERED, batch_size=200)


def _lines(draft: OrderDraft, offer_ids: Sequence[int]) -> list[OrderLine]:
    """New rows for these offers; what was in the order before keeps the pack, the price and the terms it had."""
    prices, packs = _prices(draft, offer_ids), _packs(draft, offer_ids)
    draft.recent.update(price.id for price in prices.values() if price.valid_from > draft.round.opens_at)
    codes = {prices[offer].tax_code_id for offer in offer_ids if offer not in draft.lines}
    rates = catalog_queries.tax_rates(clock.today(), codes) if codes else {}
    made = []
    for offer_id in offer_ids:
        before, version, sale = draft.lines.get(offer_id), prices[offer_id], draft.offers[offer_id]
        pack = packs[offer_id]
        seller = before.seller if before else sale.seller
        is_gross = before.list_is_gross if before else sale.list_is_gross
        tax_bp = before.tax_bp if before else rates.get(version.tax_code_id, 0)
        count = draft.wanted[offer_id]
        priced = rules.price_line(
            count,
            version.price,
            version.per_quantity,
            pack=pack.quantity,
            tolerance_bp=pack.tolerance_bp,
            deposit=pack.deposit,
        )
        listed = rules.FarmPrice(
            version.purchase,
            version.per_quantity,
            pack.quantity,
            tax_bp,
            list_is_gross=is_gross,
            local_owes_tax=seller == SupplierTerms.Seller.LOCAL,
        )
        made.append(
            OrderLine(
                offer_id=offer_id,
                price_id=version.id,
                pack=pack,
                count=count,
                wished=priced.wished,
                granted=priced.wished,
                cap=priced.cap,
                seller=seller,
                list_is_gross=is_gross,
                tax_bp=tax_bp,
                estimate=priced.estimate,
                upper=priced.upper,
                deposit=priced.deposit,
            )
        )
        made[-1].split = rules.split(priced.estimate, listed.paid(priced.wished), tax_bp, draft.round.transport_bp)
    return made


def _packs(draft: OrderDraft, offer_ids: Sequence[int]) -> dict[int, PackVersion]:
    """Offer id -> pack: the one that the line was ordered in, else as it is sold now."""
    new = [offer for offer in offer_ids if offer not in draft.lines]
    kept = catalog.keep_packs([draft.offers[offer].facts for offer in new])
    had = {offer: draft.lines[offer].pack for offer in offer_ids if offer in draft.lines}
    return had | dict(zip(new, kept, strict=True))


def _prices(draft: OrderDraft, offer_ids: Sequence[int]) -> dict[int, PriceFacts]:
    """Offer id -> price version: the one the line has already, else the one in force now for this customer."""
    kept = [draft.lines[offer].price_id for offer in offer_ids if offer in draft.lines]
    had = {row[0]: PriceFacts(*row) for row in _price_rows(pk__in=kept)} if kept else {}
    new = [draft.offers[offer].item_id for offer in offer_ids if offer not in draft.lines]
    current = _in_force(new, draft.household.group) if new else {}
    found: dict[int, PriceFacts] = {}
    for offer in offer_ids:
        line = draft.lines.get(offer)
        version = had[line.price_id] if line else current.get(draft.offers[offer].item_id)
        if version is None:
            raise Refusal(
                "shop.not_offered",
                _("%(name)s has no price yet. Take it out, and tell a steward.") % {"name": draft.offers[offer].name},
                offers=[offer],
            )
        found[offer] = version
    return found


def _in_force(item_ids: Sequence[int], group: str) -> dict[int, PriceFacts]:
    """`catalog.current_prices` without a window over the whole history: for the few things of one basket."""
    rows = _OF_ITEMS.all(items=item_ids, group=group)
    return {row[-1]: PriceFacts(*row[:-1]) for row in rows}


def _price_rows(*more: str, **wanted: object) -> "QuerySet[PriceVersion, tuple[Any, ...]]":
    return PriceVersion.objects.filter(**wanted).values_list(
        "pk", "price", "purchase", "per_quantity", "tax_code_id", "valid_from", *more
    )


_OF_ITEMS = Prepared(
    lambda: _price_rows(
        "item_id",
        item_id__in=slots("items"),
        group__in=["", Slot("group", models.CharField())],
    ).order_by("group", "pk")
)


def _promise(
    draft: OrderDraft, order: Order, lines: Sequence[OrderLine], payment: CommitmentDraft | None, *, late: bool
) -> None:
    """Goods to the household (from what is on offer, from the lot of an extra, or late from what will come), and the
    money for them.
    """
    handover, is_told = draft.round.handover, draft.round.state == OrderRound.State.ORDERED
    drafts = []
    for line in lines:
        sale = draft.offers[line.offer_id]
        drafts.append(
            CommitmentDraft(
                action="transfer",
                provider=draft.round.account.holder_id,  # the local, which also holds the round's account
                receiver=draft.household,
                specification=sale.specification_id,
                quantity=line.wished,
                agreement=order.agreement_id,
                resource=sale.lot_id,
                satisfies=None if is_told or sale.lot_id else sale.intent_id,
                place=handover.place_id,
                due=handover.begins,
                guard=not late or is_told or sale.lot_id is not None,  # an intent that is closed refuses all
            )
        )
    if not drafts and payment is None:
        return
    try:
        promised = flows.commit(by=draft.by, drafts=[*drafts, payment] if payment else drafts)
        if late and not is_told:
            lacking.check_left(draft, drafts)
    except Refusal as refusal:
        raise lacking.not_enough(draft, refusal, payment) from refusal
    for line, commitment in zip(lines, promised, strict=False):
        line.commitment_id = commitment.pk
    catalog.promise_packs([(line.commitment_id, line.pack_id, line.wished) for line in lines])
    if payment:
        order.payment_id = promised[-1].pk


def _payment(draft: OrderDraft, order: Order, pays: str, upper: int) -> CommitmentDraft | None:
    """What is to be set aside anew: the upper sum, unless as much stands already; paying in cash sets nothing aside.

    What is too much is given back, and the rest stays: an order may become smaller whatever the account holds.
    """
    wanted = upper if pays == Order.Pays.PREPAID else 0
    standing = order.upper if order.payment_id else 0
    order.pays, order.upper = pays, upper
    if wanted == standing and (order.payment_id or not wanted):
        return None
    if order.payment_id and 0 < wanted < standing:
        flows.release(by=draft.by, commitments=[order.payment_id], keep={order.payment_id: wanted})
        return None
    if order.payment_id:
        flows.release(by=draft.by, commitments=[order.payment_id])
        order.payment_id = None
    return payment_draft(draft, order) if wanted else None


def payment_draft(draft: OrderDraft, order: Order, *, guard: bool = True) -> CommitmentDraft:
    """The upper sum of an order, promised from the household's account to the round's. Refuses shop.no_account."""
    account, target = account_of(draft), draft.round.account
    return CommitmentDraft(
        action="transfer",
        provider=account.holder_id,
        receiver=target.holder_id,
        specification=target.currency.specification_id,
        quantity=order.upper,
        agreement=order.agreement_id,
        is_reciprocal=True,
        resource=account.resource_id,
        to_resource=target.resource_id,
        guard=guard,
    )


def account_of(draft: OrderDraft) -> "Account":
    """The household's account, with its currency. Refuses shop.no_account."""
    currency = draft.round.account.currency
    account = money_queries.account_for(draft.household, currency=currency)
    if account is None:
        raise no_account()
    account.currency, account.holder = currency, draft.household
    return account


def no_account() -> Refusal:
    """Nothing can be charged to who has never had an account."""
    return Refusal("shop.no_account", _("This household has no account yet. Ask the treasurer to open one."))
