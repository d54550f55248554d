"""The shop keeps what every practice keeps."""

from datetime import timedelta

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.practices.shop.models import OrderLine, ProducerOrder
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY
from cosmolocal.website.tests.contract import Life, practice_contract

ROUND = "shop round_desk round_edit round_goods order_form round_orders round_farms round_cancel basket last_week fill"
ROUND += " as_ordered check reopen call_list"
THEN = "settle follow pay swapped round_given_back draw"
ORDER, LATER = "order cancel", "receipt cash cash_back swap"
OFFER, ASKED = "put stock", "told order_file"


@pytest.fixture
def life(village):
    """Three households ordered in each of two rounds: one has come and was handed over, the other is open."""
    first = village.round()
    for name in ("Amina", "Jo", "Chen"):
        village.order(first, name, {"Pak choi": 1, "Bread": 1}, pays="cash" if name == "Jo" else "prepaid")
    farmer = agents.add_member(by=village.home, name="Farmer", household_name="Farmer")
    agents.give_role(by=village.home, agent=farmer, role="producer", scope=village.producers["Huang Dacheng"])
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(first)
    with village.at(THURSDAY):
        village.receive(first)
        extra = [ReceiptLine(village.items["Cabbage"].product.specification_id, 9, 9, lot="A")]
        handovers.receive(
            by=village.people["Tan Mei"],
            handover=first.handover,
            producer=village.producers["Huang Dacheng"],
            lines=extra,
        )
        second = village.next_round()
        for name in ("Amina", "Jo", "Chen"):
            village.order(second, name, {"Pak choi": 1, "Bread": 1})

        def grow():
            for number in range(27):
                village.newcomer(f"N{number}")
                village.order(second, f"N{number}", {"Pak choi": 1, "Bread": 1})

        yield Life(
            people={role: village.people[name] for role, name in PEOPLE.items()} | {"producer": farmer},
            rows=rows(village, first, second),
            grow=grow,
            repeated={"shop:put": BASKET, "shop:last_week": BASKET},
        )


BASKET = "says what the basket holds, whatever it held before: a second press says it again"
PEOPLE = {"member": "Amina", "other": "Qin", "packer": "Tan Mei", "keeper": "Keeper Lu", "treasurer": "Wei Guo"}
PEOPLE |= {"steward": "Li Na"}


def rows(village, first, second):
    """A row for each address that takes one."""
    amina = village.households["Amina"]
    of_first, of_second = (round.orders.get(household=amina) for round in (first, second))
    asked = ProducerOrder.objects.filter(round=first, producer=village.producers["Huang Dacheng"]).get()
    receipt = Receipt.objects.get(handover=first.handover, commitment=None)
    offer = village.offer(second, "Pak choi")
    groups = ((ROUND, second), (THEN, first), (ORDER, of_second), (LATER, of_first), (OFFER, offer), (ASKED, asked))
    found = {name: {"pk": row.pk} for names, row in groups for name in names.split()}
    found |= {"line": {"pk": OrderLine.objects.filter(order=of_first)[0].pk}}
    found |= {"credit": found["line"], "deed": {"pk": second.pk, "name": "remind"}}
    found |= {name: {"pk": first.pk, "household": amina.pk} for name in ("at_the_door", "late")}
    found |= {"offer_extra": {"pk": first.pk, "receipt": receipt.pk}}
    found |= {"shortage": {"pk": second.pk, "intent": offer.intent_id}}
    return {f"shop:{name}": values for name, values in found.items()}


test_the_shop_keeps_what_every_practice_keeps = practice_contract("shop")
