"""A round may ask farms for more kinds of goods than a database takes conditions or parameters in one statement."""

import pytest

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.demo import large_catalog
from cosmolocal.catalog.models import Product
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentWish
from cosmolocal.handovers import operations as handovers
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import ProducerOrder, ProducerOrderLine
from cosmolocal.practices.shop.queries import farms
from cosmolocal.practices.shop.tests.village import Village, client_of

LINES = 1_200


@pytest.fixture
def asked(village: Village) -> ProducerOrder:
    """A round in which one farm is asked for 1,200 kinds of goods, and another for bread."""
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Bread": 1})
    village.close(round)
    order = ProducerOrder.objects.get(round=round, producer=village.producers["Huang Dacheng"])
    _ask_for(village.home, order, LINES - order.lines.count())
    return order


def _ask_for(home: Agent, order: ProducerOrder, many: int) -> None:
    goods = large_catalog(home, [order.producer], many, [("Kind", "Sorte")])
    kinds = list(Product.objects.filter(pk__in=goods).values_list("specification_id", flat=True))
    wishes = [
        CommitmentWish(
            action="transfer",
            provider=order.producer_id,
            receiver=home,
            specification=kind,
            quantity=3,
            agreement=order.agreement_id,
            place=order.round.handover.place_id,
            due=order.round.handover.begins,
        )
        for kind in kinds
    ]
    promised = flows.commit(by=home, wishes=wishes)
    ProducerOrderLine.objects.bulk_create(
        ProducerOrderLine(order=order, commitment_id=one.pk, purchase=100) for one in promised
    )


def test_every_farm_gets_its_order_and_its_page(village: Village, asked: ProducerOrder) -> None:
    found = {one.order.pk: one for one in farms.producer_orders(asked.round)}
    assert len(found[asked.pk].lines) == LINES
    steward = client_of(village.people["Li Na"])
    assert steward.get(f"/shop/desk/{asked.round_id}/farms/").status_code == 200
    assert steward.get(f"/shop/farms/orders/{asked.pk}/file/?as=csv")["Location"].startswith("/errands/")


def test_goods_arrive_are_packed_and_settled(village: Village, asked: ProducerOrder) -> None:
    steward, round = village.people["Li Na"], asked.round
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    for address in ("", "farms/", "settle/", "goods/", "orders/"):
        assert client_of(steward).get(f"/shop/desk/{round.pk}/{address}").status_code == 200, address
    assert operations.settle_round(by=steward, round=round).state == "settled"
