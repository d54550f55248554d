"""A local is begun in the browser: one question a page, at both widths, and it stands."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits


def _go_on(page: Page, axe: Callable[[Page], None]) -> None:
    """Looks at a step as it stands, at both widths, and goes to the next."""
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        axe(page)
    before = page.url
    page.locator("form .deeds button").click()
    page.wait_for_url(lambda url: url != before)


def test_a_local_is_set_up(visit_empty: Visits, axe: Callable[[Page], None]) -> None:
    page = visit_empty()
    page.goto("/people/", wait_until="load")
    expect(page.get_by_role("heading", level=1)).to_have_text("This local is just being set up")
    axe(page)
    link = re.search(r"/setup/[^/\s]+/", visit_empty.node.log())
    assert link
    page.goto(link[0])
    page.get_by_label("Bring back a local").check()
    _go_on(page, axe)
    expect(page.get_by_label("The backup")).to_be_visible()
    page.get_by_role("link", name="One step back").click()
    page.get_by_label("Begin a new local").check()
    _go_on(page, axe)
    page.get_by_label("What is your local called?").fill("Little Donkey Farm 小毛驴")
    _go_on(page, axe)
    page.get_by_label("Town or village").fill("Beijing 北京")
    page.get_by_label("Time zone").select_option("Asia/Shanghai")
    _go_on(page, axe)
    page.get_by_label("Which money do you use?").select_option("CNY")
    _go_on(page, axe)
    page.get_by_role("checkbox", name="Shop").check()
    page.get_by_label("Add a few sample farms").check()
    _go_on(page, axe)
    page.get_by_label("Share of sales that is to reach farmers").fill("80")
    _go_on(page, axe)
    page.get_by_label("Your name").fill("Shi Yan")
    _go_on(page, axe)
    expect(page.get_by_role("heading", level=1)).to_have_text("Little Donkey Farm 小毛驴 is ready")
    axe(page)
    page.goto(link[0])
    expect(page).to_have_url(re.compile(r"/$"))
    for path in ("/", "/home/", "/steward/", "/shop/", "/catalog/", "/people/", "/money/"):
        page.goto(path)
        axe(page)
