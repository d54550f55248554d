"""A list is declared once: its page is searched, ordered and paged by the address, and its files hold the same rows."""

import csv
import io
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from cosmolocal.agents import listing, pages
from cosmolocal.agents import operations as agents
from cosmolocal.agents.listing import Column, Listing
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Errand, JobTrouble

FARMS = "/people/organisations/"


@pytest.fixture
def steward(people, signed_in):
    return signed_in(people["steward"])


@pytest.fixture
def farms(local):
    """Three farms beside the one of the local; two of them have a place."""
    for name, place in (("Bread mill", "Daxin"), ("Apple hill", "Liucheng"), ("Cheese yard", "")):
        where = agents.NewPlace(place, None, None) if place else None
        agents.add_producer(by=local, name=name, place=where)


def names(page) -> list[str]:
    return [str(cells[0][1].text) for _muted, cells in page.context["table"].lines()]


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_database_orders_by_a_column_up_and_down_and_empty_ones_come_last(steward, farms) -> None:
    assert names(steward.get(FARMS)) == ["Apple hill", "Bread mill", "Cheese yard", "Huang Dacheng's farm"]
    up = steward.get(f"{FARMS}?sort=place.name")
    assert names(up)[:2] == ["Bread mill", "Apple hill"]
    assert 'aria-sort="ascending"' in up.content.decode()
    assert "?sort=-place.name" in up.content.decode()
    assert names(steward.get(f"{FARMS}?sort=-place.name"))[:2] == ["Apple hill", "Bread mill"]
    assert names(steward.get(f"{FARMS}?sort=-name"))[0] == "Huang Dacheng's farm"


@pytest.mark.parametrize("sort", ["contact.phone", "place__name", "-", "nothing", "?", "user__password"])
def test_an_order_that_no_column_offers_is_the_usual_one(steward, farms, sort) -> None:
    assert names(steward.get(FARMS, {"sort": sort})) == names(steward.get(FARMS))


def test_each_word_is_looked_for_in_every_column_that_is_searched(steward, farms) -> None:
    assert names(steward.get(f"{FARMS}?q=hill")) == ["Apple hill"]
    assert names(steward.get(f"{FARMS}?q=bread+DAXIN")) == ["Bread mill"]
    nothing = steward.get(f"{FARMS}?q=bread+liucheng")
    assert "Nothing found" in nothing.content.decode()


def test_what_is_asked_for_stays_from_page_to_page(steward, local, monkeypatch) -> None:
    monkeypatch.setattr(pages, "A_PAGE", 2)
    for number in range(5):
        agents.add_producer(by=local, name=f"Mill {number}")
    page = steward.get(f"{FARMS}?q=mill&sort=-name&page=2")
    assert names(page) == ["Mill 2", "Mill 1"]
    shown = page.content.decode()
    assert "?q=mill&amp;sort=-name&amp;page=3" in shown
    assert "?q=mill&amp;sort=-name&amp;as=csv" in shown
    assert '<input type="hidden" name="sort" value="-name">' in shown
    assert names(steward.get(f"{FARMS}?q=mill&sort=name&page=99")) == ["Mill 4"]


def test_files_hold_all_rows_that_were_asked_for_in_that_order(steward, farms, monkeypatch) -> None:
    monkeypatch.setattr(pages, "A_PAGE", 1)
    asked = f"{FARMS}?q=l&sort=-name"
    sheet = rows_of(steward.get(f"{asked}&as=csv"))
    assert sheet[0] == ["Name", "Place", "Phone", "What it does"]
    assert [row[0] for row in sheet[1:]] == ["Bread mill", "Apple hill"]
    book = load_workbook(io.BytesIO(steward.get(f"{asked}&as=xlsx").content))
    assert [row[0].value for row in book.active.rows] == ["Name", "Bread mill", "Apple hill"]
    [paper] = PdfReader(io.BytesIO(steward.get(f"{asked}&as=pdf").content)).pages
    text = paper.extract_text()
    assert text.index("Bread mill") < text.index("Apple hill")
    assert "Search: l" in text
    assert steward.get(f"{FARMS}?as=exe").status_code == 404


def test_a_large_file_is_left_to_the_worker_and_one_that_is_too_large_is_refused(steward, farms, monkeypatch) -> None:
    monkeypatch.setitem(pages.AT_ONCE, "csv", 2)
    answer = steward.get(f"{FARMS}?as=csv")
    made = Errand.objects.get()
    assert answer.url == f"/errands/{made.pk}/"
    assert made.args == ["agents.organisations", "csv", ""]
    monkeypatch.setitem(pages.MOST_ROWS, "csv", 3)
    refused = steward.get(f"{FARMS}?as=csv")
    assert refused.status_code == 422
    assert "These are 4 rows, and such a file holds at most 3." in refused.content.decode()


@pytest.mark.parametrize("address", [FARMS, "/people/", f"{FARMS}?as=csv", "/people/?as=csv"])
def test_three_rows_take_as_many_statements_as_thirty(steward, local, address) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert steward.get(address).status_code == 200
        return len(seen)

    for number in range(3):
        agents.add_producer(by=local, name=f"Mill {number}")
    few = (count(), count())[1]
    for number in range(27):
        agents.add_producer(by=local, name=f"Farm {number}")
        agents.add_member(by=local, name=f"Person {number}", household_name=f"House {number}")
    assert count() == few


def test_a_list_and_its_files_are_open_to_whom_its_page_is(people, signed_in) -> None:
    for role in ("member", "packer", "treasurer"):
        for address in (FARMS, f"{FARMS}?as=csv", "/people/?as=csv"):
            assert signed_in(people[role]).get(address).status_code == 403, (role, address)


def test_each_list_is_shown_by_a_view_that_states_the_same(people, signed_in) -> None:
    """A file is fetched by what the list states, its page by what the view states."""
    listing.jobs.load()
    assert {"agents.people", "money.looks", "website.troubles"} <= set(listing.declared)
    every = signed_in(people["steward"])
    wrong = Listing("test.wrong", "Wrong", lambda _reader: Agent.objects.none(), "anyone", ())
    request = every.get(FARMS).wsgi_request
    request.resolver_match = SimpleNamespace(func=SimpleNamespace(open_to="steward"))
    with pytest.raises(TypeError, match="states"):
        pages.listing_page(request, wrong)


def test_units_that_differ_stand_in_a_column_of_their_own_and_one_that_is_the_same_in_the_head() -> None:
    columns = (
        Column("name", "What"),
        Column("much", "How much", kind="quantity", unit=lambda row: row.unit),
        Column("price", "Price", kind="money", unit=lambda _row: "CNY", total="price"),
    )
    found = Listing("test.units", "Units", lambda _reader: Agent.objects.none(), "steward", columns)
    kilo = SimpleNamespace(symbol="kg", decimals=3)
    rows = [SimpleNamespace(name="Tea", much=1500, unit=kilo, price=1250)]
    same = listing.on_paper(found, rows, {"price": 1250}, "Units")
    assert [column.title for column in same.columns] == ["What", "How much (kg)", "Price (CNY)"]
    assert [str(cell) for cell in same.rows[0]] == ["Tea", "1.500", "12.50"]
    assert [str(cell) for cell in same.total or ()] == ["Together", "None", "12.50"]
    rows.append(SimpleNamespace(name="Bread", much=3, unit=None, price=None))
    mixed = listing.on_paper(found, rows, {}, "Units")
    assert [column.title for column in mixed.columns] == ["What", "How much", "Unit", "Price (CNY)"]
    assert [str(cell) for cell in mixed.rows[1]] == ["Bread", "3", "piece", "None"]
    assert mixed.total is None


def test_a_phone_has_the_ways_to_sort_beside_the_list(steward, farms) -> None:
    page = steward.get(FARMS).content.decode()
    assert "Sort the list" in page
    assert page.count('href="?sort=name"') == 2  # in the head of the table, and in the list beside it


def test_what_stands_under_a_column_on_the_page_is_a_column_of_the_file() -> None:
    columns = (
        Column("name", "What"),
        Column("by", "Written by", under="name", words="written by {}"),
        Column("late", "Late", under="name", tone=lambda _row: "late", only="page"),
        Column("price", "Price", kind="money", unit=lambda _row: "CNY"),
    )
    found = Listing("test.under", "Under", lambda _reader: Agent.objects.none(), "steward", columns)
    rows = [SimpleNamespace(name="Tea", by="<b>Jo</b>", late="3 days", price=1250)]
    rows.append(SimpleNamespace(name="Bread", by="", late="", price=None))
    seen = listing.on_screen(found, rows, {}, caption="Under", address=lambda _column: "", now="")
    [[name, price], [_bread, none]] = [[cell for _head, cell in cells] for _muted, cells in seen.lines()]
    assert [(note.text, note.tone) for note in name.notes] == [
        ("written by &lt;b&gt;Jo&lt;/b&gt;", ""),
        ("3 days", "late"),
    ]
    assert not price.is_empty
    assert none.is_empty
    assert [column.title for column in listing.on_paper(found, rows, {}, "Under").columns] == [
        "What",
        "Written by",
        "Price (CNY)",
    ]


def test_a_row_has_its_buttons_and_its_box_and_a_file_has_neither(steward) -> None:
    trouble = JobTrouble.objects.create(name="shop.mail", key="k", code="shop.x", sentence="No way.", at=clock.now())
    page = steward.get("/steward/stuck/").content.decode()
    assert f'action="/steward/stuck/{trouble.pk}/again/"' in page
    assert "csrfmiddlewaretoken" in page.split("No way.")[1]
    head, row = rows_of(steward.get("/steward/stuck/?as=csv"))
    assert (head[:3], row[:3]) == (["What", "Why", "Code"], ["shop.mail", "No way.", "shop.x"])
    assert "No way." not in steward.get("/steward/stuck/?q=other").content.decode()


def test_who_is_who_is_read_and_not_carried_away(people, signed_in) -> None:
    member = signed_in(people["member"])
    page = member.get("/people/members/")
    assert "as=csv" not in page.content.decode()
    assert member.get("/people/members/?as=csv").status_code == 404
    assert people["steward"].name in member.get("/people/members/", {"q": people["steward"].name}).content.decode()
