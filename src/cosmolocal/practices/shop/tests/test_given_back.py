"""The treasurer's list of money given back."""

import csv
import html
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.agents import operations as agents
from cosmolocal.handovers import operations as handovers
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.models import LineCredit
from cosmolocal.practices.shop.tests.test_cases import line_of, settle
from cosmolocal.practices.shop.tests.village import THURSDAY, client_of

KEEPER = "Keeper Lu"


@pytest.fixture
def round(village):
    """Amina's loaf (borne by us, then not packed after all), Jo's eggs (borne by the farm), settled on Thursday."""
    made = village.round()
    amina, jo = village.order(made, "Amina", {"Bread": 1}), village.order(made, "Jo", {"Eggs": 2})
    village.close(made)
    village.receive(made)
    packer, keeper = village.people["Tan Mei"], village.people[KEEPER]
    handovers.pack_all(by=packer, handover=made.handover)
    bread, eggs = line_of(amina, "Bread"), line_of(jo, "Eggs")
    operations.credit_line(by=keeper, line=bread, quantity=1, reason="refused", borne_by="local")
    operations.credit_line(by=keeper, line=eggs, quantity=10, reason="broken", borne_by="producer")
    crate = village.crate(made, "Amina")
    handovers.pack_line(by=packer, crate=crate, commitment_id=bread.commitment_id, quantity=0, reason="short")
    handovers.hand_over_all(by=keeper, handover=made.handover)
    with village.at(THURSDAY):
        settle(village, made)
        yield made


def words(village, who, address):
    answer = client_of(village.people[who]).get(address)
    assert answer.status_code == 200, address
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split()).replace("\xa0", " ")


def test_the_list_says_who_got_what_and_who_bears_it(village, round):
    for address in (f"/shop/desk/{round.pk}/given-back/", "/shop/desk/given-back/?since=2026-11-23&until=2026-11-26"):
        told = words(village, "Wei Guo", address)
        assert re.search(r"Amina's household Bread .{1,40} ¥ 15.00 Goodwill not taken", told), told[-900:]
        assert "¥ 18.00 Sanjiang farm broken Keeper Lu" in told
        assert "taken back on settling: not packed in the end Li Na" in told
        assert "Borne by us (Goodwill) ¥ 0.00 Borne by farms ¥ 18.00 Taken back on settling, of all ¥ 15.00" in told
    assert "Nothing was given back" in words(
        village, "Wei Guo", "/shop/desk/given-back/?since=2026-11-24&until=2026-11-25"
    )


def test_it_is_a_table_to_take_along(village, round):
    treasurer = client_of(village.people["Wei Guo"])
    answer = treasurer.get(f"/shop/desk/{round.pk}/given-back/", {"as": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == ["15.00", "18.00", "-15.00", "18.00"]
    assert [row[5] for row in rows[1:4]] == ["Goodwill", "Sanjiang farm", "Goodwill"]
    assert treasurer.get(f"/shop/desk/{round.pk}/given-back/", {"as": "exe"}).status_code == 404
    assert treasurer.get("/shop/desk/given-back/?since=2026-12-01&until=2026-11-01").status_code == 422


def test_its_rows_add_up_with_deposits_too(village):
    made = village.round()
    jo = village.order(made, "Jo", {"Eggs": 2})
    village.close(made)
    village.receive(made)
    handovers.pack_all(by=village.people["Tan Mei"], handover=made.handover)
    operations.credit_line(by=village.people[KEEPER], line=line_of(jo, "Eggs"), quantity=10, reason="refused")
    answer = client_of(village.people["Wei Guo"]).get(f"/shop/desk/{made.pk}/given-back/", {"as": "csv"})
    *rows, together = [row[4] for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:]
    assert rows == ["18.00", "0.50"]
    assert together == "18.50"


def test_the_desks_lead_there_and_members_read_nothing(village, round):
    books = client_of(village.people["Wei Guo"]).get("/money/").content.decode()
    assert 'href="/shop/desk/given-back/"' in books
    assert (
        f'href="/shop/desk/{round.pk}/given-back/"'
        in client_of(village.people["Li Na"]).get(f"/shop/desk/{round.pk}/").content.decode()
    )
    agents.give_role(by=village.home, agent=village.people["Chen"], role="auditor")
    assert "Sanjiang farm" in words(village, "Chen", f"/shop/desk/{round.pk}/given-back/")
    for address in (f"/shop/desk/{round.pk}/given-back/", "/shop/desk/given-back/"):
        assert client_of(village.people["Amina"]).get(address).status_code in (403, 404)
        assert client_of(village.people[KEEPER]).get(address).status_code in (403, 404)


def test_who_had_the_crate_stands_there_after_a_swap(village, round):
    amina, jo = (round.orders.get(household=village.households[name]) for name in ("Amina", "Jo"))
    operations.swap_settled(by=village.people[KEEPER], order=amina, other=jo, reason="taken")
    assert "Amina's household Eggs" in words(village, "Wei Guo", f"/shop/desk/{round.pk}/given-back/")


def test_the_list_asks_the_same_for_3_and_for_30_rows(village, round):
    treasurer, first = client_of(village.people["Wei Guo"]), LineCredit.objects.order_by("pk")[0]
    counts = []
    for more in (0, 27):
        LineCredit.objects.bulk_create(
            LineCredit(
                line=first.line, quantity=0, amount=1, borne_by="local", reason="broken", by=first.by, at=first.at
            )
            for _row in range(more)
        )
        with CaptureQueriesContext(connection) as asked:
            treasurer.get(f"/shop/desk/{round.pk}/given-back/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
