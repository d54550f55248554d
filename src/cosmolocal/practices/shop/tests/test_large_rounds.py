"""A round so large that a page cannot wait: the worker settles, packs and prints it, and pages hold what one reads."""

import html
import re
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents import choosing, pages
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.queries import arrivals, measured, rows, sheets
from cosmolocal.handovers.queries import lots as lot_queries
from cosmolocal.handovers.views import door, lists, lots, packing, receiving
from cosmolocal.kernel import jobs
from cosmolocal.kernel.models import Errand
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop.farms import queries as farms
from cosmolocal.practices.shop.farms.views import asked as asked_farms
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.pages import BUYING_FOR
from cosmolocal.practices.shop.rounds.queries import desk
from cosmolocal.practices.shop.tests.village import THURSDAY, client_of


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    for name in ("practices.shop.rounds.queries.rounds", "handovers.queries.crates"):
        monkeypatch.setattr(import_module(f"cosmolocal.{name}"), "MANY", 1)
    monkeypatch.setattr(pages, "AT_ONCE", dict.fromkeys(pages.AT_ONCE, 1))


def work() -> Errand:
    found = Errand.objects.get(ended_at=None)
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(found.pk)], f"job:{found.pk}"))
    found.refresh_from_db()
    return found


def ordered(village) -> OrderRound:
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.order(round, "Jo", {"Pak choi": 4, "Bread": 2})
    return village.close(round)


def test_a_large_round_is_settled_by_the_worker_while_she_does_something_else(village, steward):
    round = ordered(village)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    address = reverse("shop:settle", args=[round.pk])
    with village.at(THURSDAY):
        steward.post(address, {"key": "r", "seen": "what stood there before"})
        assert work().state == "refused"
        answer = steward.post(address, {"key": "s"})
        again = steward.post(address, {"key": "other"})  # pressed in a second tab
    assert answer["Location"] == again["Location"] == f"/errands/{Errand.objects.get(ended_at=None).pk}/"
    assert steward.get(address)["Location"] == answer["Location"]  # who left finds it under way
    done = work()
    assert (done.state, done.url) == ("done", reverse("shop:round_desk", args=[round.pk]))
    round.refresh_from_db()
    assert round.state == OrderRound.State.SETTLED
    assert money_queries.balance(round.account).balance == 0


def test_what_stands_in_the_way_is_said_on_its_page(village, steward):
    round = ordered(village)
    errand = steward.post(reverse("shop:settle", args=[round.pk]), {"key": "s"})["Location"]
    assert work().state == "refused"
    assert "2 crates are not packed yet" in steward.get(errand).content.decode()
    round.refresh_from_db()
    assert round.state == OrderRound.State.ORDERED


def test_farms_of_a_large_round_are_asked_by_the_worker(village, steward):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    village.order(round, "Jo", {"Bread": 1})
    for name in ("close", "send"):
        steward.post(reverse("shop:deed", args=[round.pk, name]), {"key": name})
    assert work().sentence == "The farms are being told what to bring."
    assert round.producer_orders.count() == 2


def test_lists_and_labels_of_many_crates_are_made_by_the_worker(village):
    round, packer = ordered(village), client_of(village.people["Tan Mei"])
    lists = reverse("handovers:lists", args=[round.handover_id])
    labels = reverse("handovers:labels", args=[round.handover_id])
    for address in (f"{lists}?by=household&as=pdf", f"{lists}?by=door&as=csv", labels):
        errand = packer.get(address)["Location"]
        assert "You may leave this page" in packer.get(errand).content.decode()
        assert work().state == "done"
        assert "It is ready" in packer.get(errand).content.decode()
        assert len(b"".join(packer.get(f"{errand}file/").streaming_content)) > 100
    assert packer.get(f"{lists}?by=household&as=exe").status_code == 404


def test_everything_is_packed_by_the_worker(village):
    round, packer = ordered(village), client_of(village.people["Tan Mei"])
    village.receive(round)
    packer.post(reverse("handovers:pack_all", args=[round.handover_id]), {"key": "p"})
    assert work().state == "done"
    assert not Crate.objects.filter(state=Crate.State.TO_PACK).exists()


def test_packing_handing_over_and_settling_ask_as_much_for_many_crates_as_for_few(village):
    counts = []
    for round in village.closed_rounds(3, 12):
        village.receive(round)
        with CaptureQueriesContext(connection) as asked:
            handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
            handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def goods_on(page: str) -> list[str]:
    return re.findall(r'class="lead-cell">\s*([^<]+?)\s*<', page)


def test_orders_of_a_round_are_read_page_by_page_and_found_by_a_word(village, steward, monkeypatch):
    monkeypatch.setattr(pages, "A_PAGE", 2)
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1, "Cabbage": 1})
    village.order(round, "Jo", {"Pak choi": 4, "Bread": 2, "Cabbage": 2})
    village.order(round, "Chen", {"Bread": 1})
    cabbage = village.offer(round, "Cabbage").intent_id
    steward.post(reverse("shop:shortage", args=[round.pk, cabbage]), {"available": "1", "key": "s"})
    address = reverse("shop:round_orders", args=[round.pk])
    first = steward.get(address).content.decode()
    assert goods_on(first) == ["Cabbage", "Bread"]  # short ones first, then by farm
    assert goods_on(steward.get(f"{address}?page=2").content.decode()) == ["Pak choi", "Eggs"]
    assert goods_on(steward.get(f"{address}?q=egg").content.decode()) == ["Eggs"]
    assert goods_on(steward.get(f"{address}?q=huang").content.decode()) == ["Cabbage", "Pak choi"]
    who = steward.get(f"{address}?of=households").content.decode()
    assert "Amina" in who
    assert "Chen" in who
    assert "Jo&#x27;s" not in who
    assert re.search(r'data-label="Things"[^>]*>\s*3\s*<', who)
    assert "Jo&#x27;s household" in steward.get(f"{address}?of=households&page=2").content.decode()
    found = steward.get(f"{address}?of=households&q=jo").content.decode()
    assert "Jo&#x27;s household" in found
    assert "Amina" not in found


def test_the_door_shows_a_page_finds_everybody_and_answers_with_one_row(village, monkeypatch):
    monkeypatch.setattr(door, "PER_PAGE", 2)
    round = village.round()
    for name in ("Amina", "Jo", "Chen", "Wei"):
        village.order(round, name, {"Bread": 1}, pays="cash" if name == "Jo" else "prepaid")
    village.close(round)
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    keeper, address = client_of(village.people["Keeper Lu"]), reverse("handovers:door", args=[round.handover_id])

    def names(query: str = "") -> list[str]:
        page = keeper.get(f"{address}{query}").content.decode()
        return [name for name in ("Amina", "Chen", "Jo", "Wei") if f"{name}&#x27;s household" in page]

    assert names() == ["Amina", "Chen"]
    assert names("?page=2") == ["Jo", "Wei"]
    assert names("?q=jo") == ["Jo"]
    assert names(f"?q={village.crate(round, 'Wei').number}") == ["Wei"]
    jo = village.crate(round, "Jo")
    over = reverse("handovers:hand_over", args=[jo.pk])
    answer = keeper.post(over, {"key": "h"}, headers={"HX-Request": "true"}).content.decode()
    assert answer.count("<li") == 1
    assert f'id="crate-{jo.pk}"' in answer
    assert "15.00 in cash" in answer
    assert 'id="door-count" hx-swap-oob="true"' in answer
    assert "1 / 4" in answer
    assert "Jo&#x27;s household" in keeper.get(address).content.decode()  # who still owes cash stays in sight
    back = keeper.post(reverse("handovers:take_back", args=[jo.pk]), {"key": "b"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in back.content.decode()
    assert "0 / 4" in back.content.decode()


def test_a_screen_that_watches_packing_is_drawn_anew_only_after_a_change(village, monkeypatch):
    round, packer = ordered(village), client_of(village.people["Tan Mei"])
    village.receive(round)
    monkeypatch.setattr(packing, "PER_PAGE", 1)
    address = reverse("handovers:packing", args=[round.handover_id])
    page = packer.get(address).content.decode()
    assert "Amina&#x27;s household" in page
    assert "Jo&#x27;s household" not in page
    assert "Jo&#x27;s household" in packer.get(f"{address}?q=jo").content.decode()
    again = html.unescape(re.search(r'hx-get="([^"]+)" hx-trigger="every', page)[1])
    assert packer.get(f"{address}{again}").status_code == 204
    amina = village.crate(round, "Amina")
    with CaptureQueriesContext(connection) as asked:
        packer.get(f"{address}{again}")
    assert len(asked) < 12
    with village.at(THURSDAY):
        handovers.claim_crate(by=village.people["Tan Mei"], crate=amina)
        part = packer.get(f"{address}{again}")
    assert part.status_code == 200
    assert "Tan Mei is packing" in part.content.decode()
    assert packer.get(f"{address}?state=packed").content.decode().count('class="crate ') == 0
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    assert packer.get(f"{address}?state=packed").content.decode().count('class="crate ') == 1


def test_long_lists_are_read_page_by_page(village, monkeypatch):
    round, packer = ordered(village), client_of(village.people["Tan Mei"])
    monkeypatch.setattr(lists, "SHEETS", 1)
    monkeypatch.setattr(lists, "ROWS", 1)
    address = reverse("handovers:lists", args=[round.handover_id])
    for by, first, second in (
        ("household", "Amina&#x27;s household", "Jo&#x27;s household"),
        ("product", "Bread", "Pak choi"),
        ("door", "Amina&#x27;s household", "Jo&#x27;s household"),
    ):
        one = packer.get(f"{address}?by={by}").content.decode()
        two = packer.get(f"{address}?by={by}&page=2").content.decode()
        assert [first in one, first in two, second in one, second in two] == [True, False, False, True], by
    pages = [packer.get(f"{address}?by=place&page={number}").content.decode() for number in (1, 2, 3)]
    assert [page.count("check-name") for page in pages] == [1, 1, 1]
    places = "".join(pages)
    assert "6\N{NO-BREAK SPACE}jin" in places
    assert "2 crates" in places


def test_of_many_farms_one_stands_open_and_the_next_follows(village, monkeypatch):
    round, packer = ordered(village), client_of(village.people["Tan Mei"])
    monkeypatch.setattr(receiving, "FEW_FARMS", 1)
    address = reverse("handovers:receiving", args=[round.handover_id])

    def open_farms(query: str = "") -> list[str]:
        return re.findall(r'<h2 class="card-title">([^<]+)</h2>', packer.get(f"{address}{query}").content.decode())

    baker, huang = village.producers["Baker Lan"], village.producers["Huang Dacheng"]
    assert open_farms() == ["Baker Lan"]
    assert open_farms(f"?farm={huang.pk}") == ["Huang Dacheng"]
    assert open_farms("?farm=²") == open_farms("?farm=999999") == ["Baker Lan"]
    page = packer.get(address).content.decode()
    assert "3 farms are still to come" in page
    assert page.count("0 of 1 written down") == 3
    [field] = re.findall(r'name="(came_[0-9]+)"', page)
    wrong = packer.post(reverse("handovers:receive", args=[round.handover_id, baker.pk]), {field: "x", "key": "w"})
    assert wrong.status_code == 422
    assert re.findall(r'<h2 class="card-title">([^<]+)</h2>', wrong.content.decode()) == ["Baker Lan"]
    packer.post(reverse("handovers:receive", args=[round.handover_id, baker.pk]), {field: "2", "key": "r"})
    assert open_farms() == ["Huang Dacheng"]
    assert "2 farms are still to come" in packer.get(address).content.decode()


def test_of_many_farms_with_many_goods_one_stands_open(village, steward, monkeypatch):
    monkeypatch.setattr(asked_farms, "FEW_LINES", 1)
    round = ordered(village)
    with village.at(THURSDAY):
        address = reverse("shop:round_farms", args=[round.pk])
        first, *others = farms.orders_of(round)
        assert others
        shown = {order.pk: steward.get(address, {"farm": order.pk}).context["asked"] for order in (first, others[-1])}
        for chosen, asked in shown.items():
            assert [one.order.pk for one in asked if one.is_open] == [chosen]
            assert all(one.is_open == bool(one.lines) for one in asked)
            assert {one.order.pk: one.total for one in asked} == {
                one.order.pk: sum(line.purchase for line in one.lines) for one in farms.producer_orders(round)
            }
        assert "1 kind of goods" in steward.get(address).content.decode()
        monkeypatch.setattr(pages, "A_PAGE", 1)
        assert len(steward.get(address, {"page": 2}).context["asked"]) == 1


def test_of_many_households_the_one_that_wrote_is_typed(village, steward, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_LISTED", 2)
    round = village.round()
    desk = steward.get(reverse("shop:round_desk", args=[round.pk])).content.decode()
    assert 'name="called"' in desk
    assert "Zhou</option>" not in desk
    shop = reverse("shop:shop", args=[round.pk])
    unknown = steward.post(reverse("shop:buy_for"), {"called": "Nobody at all", "back": shop})
    assert unknown.status_code == 422
    assert "Nobody here is called" in unknown.content.decode()
    assert 'value="Nobody at all"' in unknown.content.decode()
    jo = village.households["Jo"]
    answer = steward.post(reverse("shop:buy_for"), {"called": choosing.written(jo), "back": shop})
    assert (answer.status_code, answer["Location"]) == (302, shop)
    assert steward.session[BUYING_FOR] == jo.pk


def test_what_goes_to_a_place_is_read_page_by_page(village, steward, monkeypatch):
    round = ordered(village)
    [whole] = sheets.place_sheets(round.handover)
    assert len(whole.lines) == 3
    monkeypatch.setattr(lists, "ROWS", 2)
    address = reverse("handovers:lists", args=[round.handover_id])
    pages = [steward.get(address, {"by": "place", "page": page}).context for page in (1, 2)]
    shown = [line for page in pages for place in page["places"] for line in place.lines]
    assert shown == whole.lines
    assert [len(page["places"][0].lines) for page in pages] == [2, 1]


def test_pages_of_one_round_read_nothing_of_the_years_before(village):
    """Every other page asks by place and moment, or by hand-over and goods: what a year more does not make longer."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by what it has counted, and these tables are small")
    round = ordered(village)
    crates = list(round.handover.crates.all())
    reads = {
        "commitment_due_for": [
            lambda: sheets.crate_sheets(round.handover),
            lambda: sheets.place_sums(round.handover),
            lambda: rows.rows_of(round.handover, crates),
        ],
        "receipt_of_goods": [lambda: list(desk.sold(round))],
    }
    for index, deeds in reads.items():
        table = "flows_commitment" if index == "commitment_due_for" else "handovers_receipt"
        for deed in deeds:
            with CaptureQueriesContext(connection) as asked:
                deed()
            plans = [plan for one in asked.captured_queries for plan in planned(one["sql"]) if table in one["sql"]]
            assert any(index in plan for plan in plans), (index, plans)
            assert not [plan for plan in plans if "provider_id=?" in plan]


def test_a_page_of_lots_puts_into_words_what_it_shows(village, steward, monkeypatch):
    round = ordered(village)
    village.receive(round)
    here = lot_queries.lots_here(round.handover)
    assert len(here) > 1
    asked = []
    monkeypatch.setattr(lot_queries, "measured", lambda kinds: asked.append(set(kinds)) or measured(kinds))
    monkeypatch.setattr(lots, "A_PAGE", 1)
    shown = []
    for number in range(1, len(here) + 1):
        page = steward.get(reverse("handovers:lots", args=[round.handover_id]), {"page": number}).context["lots"]
        shown += [one.lot.pk for one in page]
    assert shown == [one.lot.pk for one in here]
    assert all(len(kinds) == 1 for kinds in asked)
    last = here[-1]
    words = f"{last.goods.producer} {last.lot.lot}".upper()
    assert list(lot_queries.lots_found(round.handover, words)) == [last.lot]
    assert not lot_queries.lots_found(round.handover, "nothing of that name")


# Rows with the same values in these columns, of 1,343,160 promises that a year of a region leaves.
ALIKE = {
    ("place_id",): 671_580,
    ("place_id", "due"): 25_343,
    ("place_id", "due", "receiver_id"): 6,
    ("receiver_id",): 394,
    ("receiver_id", "due"): 6,
    ("agreement_id",): 8,
    ("resource_id",): 13,
    ("resource_id", "ends"): 1,
    ("resource_id", "ends", "begins"): 1,
}


@pytest.fixture
def a_year_of_promises():
    """The database plans as it does after a year, when it has counted its rows."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts how often each value stands there, and knows that the local promises everything")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE flows_commitment")
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'flows_commitment'")
        for name in [row[0] for row in cursor.fetchall()]:
            cursor.execute(f"PRAGMA index_info({name})")
            columns = tuple(row[2] for row in cursor.fetchall())
            told = " ".join(map(str, [1_343_160, *(ALIKE[columns[: place + 1]] for place in range(len(columns)))]))
            cursor.execute("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", ["flows_commitment", name, told])
        cursor.execute("ANALYZE sqlite_schema")
        yield
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")


def test_after_a_year_a_page_of_a_hand_over_reads_the_promises_of_this_one(village, a_year_of_promises):
    """By who promises it would read all years of a house that promises everything, and by who gets it likewise."""
    round = ordered(village)
    crates = list(round.handover.crates.all())
    for deed in (
        lambda: arrivals.coming(round.handover),
        lambda: arrivals.receiving_list(round.handover),
        lambda: rows.rows_of(round.handover, crates),
        lambda: sheets.crate_sheets(round.handover),
        lambda: sheets.place_sums(round.handover),
        lambda: list(sheets.kinds_due(round.handover)),
    ):
        with CaptureQueriesContext(connection) as asked:
            deed()
        sought = [one["sql"] for one in asked.captured_queries if '."due" = ' in one["sql"]]
        plans = [plan for sql in sought for plan in planned(sql) if re.search("INDEX (flows_)?commitment_", plan)]
        assert plans
        assert all("commitment_due_for (place_id=? AND due=?" in plan for plan in plans), plans


def planned(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]
