"""What a basket holds: things of its round, not too many of them, and nothing new once the round is over."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.practices.shop.models import Basket
from cosmolocal.practices.shop.orders.operations.orders import MOST_LINES
from cosmolocal.practices.shop.tests.test_shopping import order
from cosmolocal.practices.shop.tests.village import MONDAY, client_of


@pytest.fixture
def amina(village):
    return client_of(village.people["Amina"])


def test_a_basket_holds_only_what_its_round_offers(village, amina):
    round, other = village.round(), village.round()
    bread, elsewhere = village.offer(round, "Bread").pk, village.offer(other, "Bread").pk
    address = reverse("shop:fill", args=[round.pk])
    unknown = [f"{10**9 + number}:1" for number in range(1500)]
    for _again in range(3):
        assert amina.post(address, {"line": [f"{bread}:2", f"{elsewhere}:1", *unknown]}).status_code == 302
    assert Basket.objects.get().counts == {str(bread): 2}
    answer = amina.post(address, {"line": [f"{number}:1" for number in range(MOST_LINES + 1)]})
    assert (answer.status_code, "shop.too_many_lines" in str(answer.context["code"])) == (422, True)
    for _again in range(60):
        last = amina.post(address, {"line": [f"{bread}:2"]})
    assert last.status_code == 503
    assert "wait some minutes" in last.content.decode()


def test_what_came_too_late_is_only_taken_out_of_a_basket(village, amina):
    round = village.round()
    bread, milk = village.offer(round, "Bread").pk, village.offer(round, "Pak choi").pk
    address = reverse("shop:fill", args=[round.pk])
    amina.post(address, {"line": [f"{bread}:2"]})
    order(amina, round)
    amina.post(address, {"line": [f"{bread}:1", f"{milk}:1"]})
    with village.at(MONDAY + timedelta(days=4)):
        assert amina.post(address, {"line": [f"{milk}:2"]}).status_code == 422
        assert amina.post(address, {"line": [f"{bread}:3"]}).status_code == 422
        assert Basket.objects.get().counts == {str(bread): 1, str(milk): 1}
        assert amina.post(reverse("shop:as_ordered", args=[round.pk])).status_code == 302
        assert Basket.objects.get().counts == {str(bread): 2}
