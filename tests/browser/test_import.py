"""A list of goods comes in by browser: looked at, names decided, taken over by the worker while the page is left."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits

OFN = Path(__file__).resolve().parents[3] / "shared" / "data" / "provision" / "ofn-120-products.csv"


@pytest.fixture
def list_of_goods() -> Path:
    if not OFN.exists():
        pytest.skip("the shared test data is not on this machine")
    return OFN


def send(page: Page, path: Path) -> None:
    page.goto("/catalog/import/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Look at the rows").click()
    page.get_by_role("link", name="Say what they mean").click()
    for choice in page.get_by_role("combobox").all():
        if choice.get_attribute("name") and "-" in str(choice.get_attribute("name")):
            choice.select_option("new")
    page.get_by_role("button", name="Look at the rows").click()


def test_a_list_of_open_food_network_comes_in(visit_fresh: Visits, list_of_goods: Path) -> None:
    page = visit_fresh("steward")
    send(page, list_of_goods)
    expect(page.get_by_role("link", name=re.compile("new"))).to_contain_text("120")
    page.get_by_role("button", name="Take over 120 rows").click()
    here = page.url
    page.goto("/home/")
    page.goto(here)
    expect(page.get_by_text("Every row has been dealt with")).to_be_visible(timeout=60_000)
    said = visit_fresh.node.run("import", "products", str(list_of_goods), "--dry-run")
    assert said.splitlines()[-1] == "0 new, 0 changed, 120 same, 0 refused"


def test_a_list_comes_in_without_javascript(visit_fresh: Visits, list_of_goods: Path) -> None:
    page = visit_fresh("steward", width=360, javascript=False)
    send(page, list_of_goods)
    page.get_by_role("button", name="Take over 120 rows").click()
    # Without scripts the page loads itself again until the work is done.
    expect(page.get_by_text("Every row has been dealt with")).to_be_visible(timeout=60_000)
