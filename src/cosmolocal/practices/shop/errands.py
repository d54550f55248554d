"""What takes the worker longer than a page may wait: settling and ordering for a large round, its papers."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import jobs
from cosmolocal.kernel.errands import Outcome, errand
from cosmolocal.paper import downloads, pdf
from cosmolocal.paper.pdf import Sheet
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.farms import papers as farm_papers
from cosmolocal.practices.shop.models import Draw, Order, OrderRound, ProducerOrder
from cosmolocal.practices.shop.orders import documents
from cosmolocal.practices.shop.orders.pages import orders as pages
from cosmolocal.practices.shop.rounds import drawn, order_form


def _keeps_round(by_id: int, round_id: int, _seen: str = "") -> bool:
    return any(
        agents_policy.may_enter(reader, "steward") and queries.visible_to(reader).filter(pk=round_id).exists()
        for reader in agents_queries.readers(by_id)
    )


@errand("shop.settle_round", may_read=_keeps_round)
def settle_round(by_id: int, round_id: int, seen: str = "") -> Outcome:
    """A large round is settled by the worker, in the name of the steward who pressed the button."""
    round, by = OrderRound.objects.get(pk=round_id), Agent.objects.get(pk=by_id)
    operations.settle_round(by=by, round=round, seen=seen, key=jobs.key())
    return Outcome(
        _("The round is settled. Its account is exactly 0."), url=reverse("shop:round_desk", args=[round_id])
    )


@errand("shop.send_producer_orders", may_read=_keeps_round)
def send_producer_orders(by_id: int, round_id: int) -> Outcome:
    """What a large round asks of its farms is put together by the worker."""
    round, by = OrderRound.objects.get(pk=round_id), Agent.objects.get(pk=by_id)
    operations.send_producer_orders(by=by, round=round, key=jobs.key())
    return Outcome(_("The farms are being told what to bring."), url=reverse("shop:round_desk", args=[round_id]))


def _prints_form(by_id: int, round_id: int) -> bool:
    may_be_ordered = OrderRound.objects.filter(pk=round_id, state__in=order_form.STATES).exists()
    return may_be_ordered and _keeps_round(by_id, round_id)


def _sees_round(by_id: int, round_id: int, _kind: str = "") -> bool:
    round = OrderRound.objects.filter(pk=round_id).first()
    if round is None or not drawn.may_show(round):
        return False
    return any(queries.visible_to(reader).filter(pk=round_id).exists() for reader in agents_queries.readers(by_id))


@errand("shop.draw", may_read=_sees_round)
def draw(by_id: int, round_id: int, kind: str) -> Outcome:
    """What was drawn in a round, with all that it takes to draw it again."""
    found = Draw.objects.select_related("round").get(round=round_id)
    title = _("Draw, %(round)s") % {"round": found.round.name}
    name, data = f"{title}.{kind}", downloads.table_bytes([drawn.table(found)], title, kind)
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


@errand("shop.order_form", may_read=_prints_form)
def paper_form(by_id: int, round_id: int) -> Outcome:
    """The order form on paper, as long as orders can still be written on it."""
    round = OrderRound.objects.select_related("handover__place", "account__currency").get(pk=round_id)
    return _pdf(order_form.order_form(round), _("Order form, %(round)s") % {"round": round.name})


def _calls_farms(by_id: int, round_id: int) -> bool:
    return any(
        agents_policy.may_enter(reader, "auditor_reads") and queries.visible_to(reader).filter(pk=round_id).exists()
        for reader in agents_queries.readers(by_id)
    )


@errand("shop.call_list", may_read=_calls_farms)
def call_list(by_id: int, round_id: int) -> Outcome:
    """Whom to call and what to say."""
    round = OrderRound.objects.get(pk=round_id)
    listed = queries.farms.asked(queries.farms.on_call_list(round))
    return _pdf(farm_papers.call_list(round, listed), _("Call list, %(round)s") % {"round": round.name})


def _reads_farm_order(by_id: int, order_id: int, _kind: str) -> bool:
    return any(
        agents_policy.may_enter(reader, "producer") and queries.farms.visible_to(reader).filter(pk=order_id).exists()
        for reader in agents_queries.readers(by_id)
    )


@errand("shop.order_file", may_read=_reads_farm_order)
def order_file(by_id: int, order_id: int, kind: str) -> Outcome:
    """What one farm is asked for: pdf, csv or xlsx."""
    orders = ProducerOrder.objects.select_related("producer__contact", "round__handover__place")
    [asked] = queries.farms.asked([orders.get(pk=order_id)])
    title = farm_papers.order_title(asked.order)
    if kind == "pdf":
        return _pdf(farm_papers.order_document(asked), title)
    data, name = downloads.table_bytes([farm_papers.order_table(asked)], title, kind), f"{title}.{kind}"
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


def _reads_order(by_id: int, order_id: int) -> bool:
    return any(
        queries.orders.visible_to(reader).filter(pk=order_id).exists() for reader in agents_queries.readers(by_id)
    )


@errand("shop.receipt", may_read=_reads_order)
def receipt(by_id: int, order_id: int) -> Outcome:
    """The receipt of one order."""
    orders = Order.objects.select_related("round__handover__place", "round__account__currency", "household", "payment")
    view = pages.order_view(orders.get(pk=order_id))
    return _pdf(documents.receipt(view, pages.taxes(view)), documents.receipt_name(view.order))


def _pdf(sheet: Sheet, title: str) -> Outcome:
    name = f"{title}.pdf"
    return Outcome(name, data=pdf.render(sheet), name=name, content_type=downloads.TYPES["pdf"])
