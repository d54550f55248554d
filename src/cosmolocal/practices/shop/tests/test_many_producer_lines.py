"""A round may ask farms for more kinds of goods than a database takes conditions or parameters in one statement."""

import re

import pytest
from django.conf import settings

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.demo import large_catalog
from cosmolocal.catalog.models import Product
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.views.receiving import A_PAGE
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.models import ProducerOrder, ProducerOrderLine
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
        CommitmentDraft(
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
    promised = flows.commit(by=home, drafts=wishes)
    ProducerOrderLine.objects.bulk_create(
        ProducerOrderLine(order=order, commitment_id=one.pk, purchase=100, promised=one.quantity) for one in promised
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


def test_a_farm_with_thousands_of_kinds_is_received_page_by_page(village: Village, asked: ProducerOrder) -> None:
    packer, round, farm = client_of(village.people["Tan Mei"]), asked.round, asked.producer
    address = f"/handovers/{round.handover_id}/receive/"
    baker = village.producers["Baker Lan"]
    assert _fields(packer.get(f"{address}?farm={baker.pk}").content.decode()) == 1

    # Goods come in another order than the list: the last page is written down first.
    last = f"{address}?farm={farm.pk}&page={-(-LINES // A_PAGE)}"
    for page in [last, *[f"{address}?farm={farm.pk}"] * 5]:
        shown = packer.get(page).content.decode()
        assert _fields(shown) == A_PAGE
        values = dict(re.findall(r'name="((?:came|good)_\d+)" value="([^"]*)"', shown))
        assert len(values) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS / 10
        sent = packer.post(f"{address}{farm.pk}/", {**values, "key": page + str(Receipt.objects.count())})
        assert sent.status_code == 302, sent.content.decode()
    assert Receipt.objects.filter(producer=farm).count() == LINES
    assert sent["Location"] == address  # the next farm
    assert f'id="producer-{baker.pk}"' in packer.get(address).content.decode()
    written = packer.get(f"{address}?farm={farm.pk}&page=2").content.decode()
    assert (_fields(written), written.count("/correct/")) == (0, A_PAGE)


def _fields(page: str) -> int:
    return len(re.findall(r'name="came_\d+"', page))
