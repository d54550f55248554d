"""The lists of the shop: searched, sorted, taken along, and read by nobody who may not open their pages."""

import csv
import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents.errands import _may_read
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.tests.village import MONDAY, client_of


def names(answer):
    """What stands in the first column of a page."""
    found = re.findall(r'class="lead-cell">\s*(?:<a[^>]*>)?([^<]+)<', answer.content.decode())
    return [html.unescape(one).strip() for one in found]


def table(answer):
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def round(village):
    """Amina and Jo have ordered, Jo for more."""
    made = village.round()
    village.order(made, "Amina", {"Pak choi": 1})
    village.order(made, "Jo", {"Pak choi": 2, "Bread": 1}, pays="cash")
    return made


def test_who_ordered_is_searched_sorted_and_taken_along(village, steward, round):
    address = reverse("shop:round_orders", args=[round.pk]) + "?of=households"
    assert names(steward.get(address)) == ["Amina's household", "Jo's household"]
    assert names(steward.get(f"{address}&sort=-comes_to")) == ["Jo's household", "Amina's household"]
    assert names(steward.get(f"{address}&q=jo")) == ["Jo's household"]
    head, *rows, together = table(steward.get(f"{address}&as=csv"))
    assert head[:4] == ["Household", "Ordered by", "Things", "Pays"]
    assert [row[2:4] for row in rows] == [["1", "from the account"], ["2", "in cash on collecting"]]
    assert Decimal(together[-1]) == sum(Decimal(row[-1]) for row in rows) > 0


def test_what_is_ordered_stands_in_packs_on_the_page_and_as_a_number_in_the_file(village, steward, round):
    address = reverse("shop:round_orders", args=[round.pk])
    assert names(steward.get(address)) == ["Bread", "Pak choi"]
    assert names(steward.get(f"{address}?sort=-households")) == ["Pak choi", "Bread"]
    assert names(steward.get(f"{address}?q=huang")) == ["Pak choi"]
    page = steward.get(address).content.decode()
    assert reverse("shop:shortage", args=[round.pk, village.offer(round, "Bread").intent_id]) in page
    head, bread, choi = table(steward.get(f"{address}?as=csv"))
    assert head[:4] == ["Goods", "Farm", "Households", "Ordered"]
    assert (bread[0], bread[2], float(bread[3])) == ("Bread", "1", 1)
    assert (choi[0], choi[2]) == ("Pak choi", "2")
    operations.cancel_round(by=village.people["Li Na"], round=round, reason="Rain")
    assert "Not enough?" not in steward.get(address).content.decode()


def test_farms_of_a_round_are_cards_on_the_page_and_rows_in_the_file(village, steward, round):
    village.close(round)
    address = reverse("shop:round_farms", args=[round.pk])
    page = steward.get(f"{address}?sort=-comes_to").content.decode()
    cards = re.findall(r'<h2 class="card-title">([^<]+)</h2>', page)
    assert set(cards) == {"Baker Lan", "Huang Dacheng"}
    assert re.findall(r'<h2 class="card-title">([^<]+)</h2>', steward.get(f"{address}?q=baker").content.decode()) == [
        "Baker Lan"
    ]
    head, *rows, together = table(steward.get(f"{address}?sort=-comes_to&as=csv"))
    assert [row[0] for row in rows] == cards
    assert head[2:4] == ["Kinds of goods", "Does it know?"]
    assert [row[3] for row in rows] == ["to call", "to call"]
    assert Decimal(together[-1]) == sum(Decimal(row[-1]) for row in rows) > 0
    assert steward.get(reverse("shop:call_list", args=[round.pk]))["Content-Type"] == "application/pdf"


def test_own_orders_are_hers_alone_also_as_a_file(village, round):
    amina, jo = client_of(village.people["Amina"]), client_of(village.people["Jo"])
    address = reverse("shop:orders")
    later = village.next_round()
    with village.at(MONDAY + timedelta(days=1, hours=1)):
        village.order(later, "Amina", {"Bread": 3})
    assert [row[3] for row in table(amina.get(f"{address}?as=csv"))[1:]] == [later.name, round.name]
    assert names(amina.get(f"{address}?sort=comes_to"))[0] == names(amina.get(address))[1]
    assert len(names(amina.get(f"{address}?q=second"))) == 1
    assert len(names(jo.get(address))) == 1
    hers = village.households["Amina"].pk
    may = {name: _may_read(village.people[name].pk, "shop.own_orders", "csv", "", hers) for name in ("Amina", "Jo")}
    assert may == {"Amina": True, "Jo": False}


@pytest.mark.parametrize("name", ["shop.orders", "shop.sold", "shop.asked"])
def test_files_of_a_round_are_for_who_reads_its_pages(village, round, name):
    readers = {
        who: _may_read(village.people[who].pk, name, "csv", "", round.pk) for who in ("Amina", "Li Na", "Wei Guo")
    }
    assert readers == {"Amina": False, "Li Na": True, "Wei Guo": True}


@pytest.mark.parametrize("query", ["", "?of=households", "?as=csv", "?of=households&as=csv"])
def test_lists_of_a_round_ask_the_same_for_three_and_for_thirty_orders(village, steward, round, query):
    def count():
        with CaptureQueriesContext(connection) as asked:
            assert steward.get(reverse("shop:round_orders", args=[round.pk]) + query).status_code == 200
        return len(asked)

    few = (count(), count())[1]
    for number in range(27):
        village.newcomer(f"N{number}")
        village.order(round, f"N{number}", {"Eggs": 1, "Bread": 1})
    assert count() == few
