"""Ordering with a nervous finger, two windows, a connection that drops, and without JavaScript: one order each time."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visits

ORDERS = """
from cosmolocal.practices.shop.models import Order
found = Order.objects.filter(household__name=%r, round__state="open").exclude(state="cancelled")
answer = [[order.version, sorted(order.lines.values_list("count", flat=True))] for order in found]
"""
VERSION = """
from cosmolocal.practices.shop.models import Order
answer = Order.objects.filter(household__name=%r, round__state="open").values_list("version", flat=True).first() or 0
"""


@dataclass
class Household:
    """Whose orders are looked at, and how often they had been written before the test."""

    visits: Visits
    name: str
    written: int

    def orders(self) -> list[tuple[int, list[int]]]:
        """How often the order that stands was written, and its counts."""
        found = self.visits.node.ask(ORDERS % self.name)
        return [(version - self.written, counts) for version, counts in found]


def _begin(visits: Visits, page: Page) -> Household:
    """Nothing is ordered in the open round; the page stands in the shop."""
    page.goto("/shop/orders/")
    name = page.locator(".lead").inner_text()
    page.locator("main a[href^='/shop/orders/']:not([href*='?'])").first.click()
    page.wait_for_url("**/shop/orders/*/")
    cancel = page.get_by_role("link", name="Cancel the order")
    if cancel.count():
        cancel.click()
        page.get_by_role("button", name="Yes, cancel it").click()
        expect(page.locator(".messages")).to_contain_text("Your order is cancelled.")
    page.goto("/shop/")
    return Household(visits, name, visits.node.ask(VERSION % name))


def _line(page: Page, turn: int) -> Locator:
    return page.locator("#shelf li[id^=line-]").nth(turn)


def _add(page: Page, turn: int) -> None:
    _line(page, turn).get_by_role("button", name="Add").click()
    expect(_line(page, turn).get_by_role("textbox")).to_have_value("1")


def _go_to_check(page: Page) -> None:
    page.goto("/shop/")
    page.locator("#basket").get_by_role("link", name="Check and").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is everything right?")


def test_a_basket_grows_while_one_looks(visit_fresh: Visits, axe: Callable[[Page], None]) -> None:
    page = visit_fresh("member")
    _begin(visit_fresh, page)
    _add(page, 0)
    _add(page, 3)
    more = _line(page, 0).get_by_role("button", name="More of")
    more.click()
    more.click()
    # Two presses within a moment are sent as one; the button keeps the focus, the sum is spoken.
    expect(page.locator("#basket dl").first).to_contain_text("3 jin")
    expect(more).to_be_focused()
    expect(page.locator("#live")).to_contain_text("Together about")
    _line(page, 0).get_by_role("textbox").fill("0")
    _line(page, 0).get_by_role("textbox").press("Enter")
    expect(_line(page, 0).get_by_role("button", name="Add")).to_be_focused()
    # Another device of the household sees the same basket, in the bar above the thumb.
    phone = visit_fresh("member", width=360, dark=True)
    phone.goto("/shop/")
    expect(phone.locator("#basket-bar")).to_contain_text("1 thing")
    expect(phone.locator("#basket-bar")).to_be_in_viewport()
    axe(phone)
    phone.get_by_role("searchbox").press_sequentially("lotus")
    expect(phone.locator("#shelf .good-title").first).to_contain_text("Lotus")
    expect(phone.get_by_role("searchbox")).to_be_focused()


def test_a_nervous_finger_orders_once(visit_fresh: Visits, axe: Callable[[Page], None]) -> None:
    page = visit_fresh("member")
    household = _begin(visit_fresh, page)
    _add(page, 0)
    _add(page, 1)
    _go_to_check(page)
    axe(page)
    button = page.get_by_role("button", name="Order, binding")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    expect(page.locator(".messages")).to_contain_text("You have ordered.")
    assert household.orders() == [(1, [1, 1])]
    # Back to the page that was sent, and pressed once more: it says how things stand.
    page.go_back()
    page.wait_for_load_state()
    again = page.get_by_role("button", name="Order, binding")
    if again.count():
        again.click()
        page.wait_for_load_state()
    assert household.orders() == [(1, [1, 1])]


def test_two_windows_never_overwrite_each_other(visit_fresh: Visits) -> None:
    first = visit_fresh("member")
    household = _begin(visit_fresh, first)
    _add(first, 0)
    second = first.context.new_page()
    _go_to_check(first)
    _go_to_check(second)
    second.get_by_role("button", name="Order, binding").click()
    expect(second.locator(".messages")).to_contain_text("You have ordered.")
    first.get_by_role("button", name="Order, binding").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Your order was changed elsewhere")
    expect(first.locator("main")).to_contain_text("Your order as it is now")
    first.get_by_role("button", name="Keep it like this").click()
    expect(first.get_by_role("link", name="Change it")).to_be_visible()
    assert household.orders() == [(1, [1])]


def test_a_lost_connection_loses_nothing_and_orders_once(visit_fresh: Visits) -> None:
    page = visit_fresh("member")
    household = _begin(visit_fresh, page)
    _add(page, 0)
    _go_to_check(page)
    button = page.get_by_role("button", name="Order, binding")
    page.context.set_offline(True)
    button.click()
    expect(page.locator("[data-offline-bar]")).to_be_visible()
    assert household.orders() == []
    page.context.set_offline(False)
    expect(page.locator("[data-offline-bar]")).to_be_hidden()
    # The order arrives, the answer does not: the page is sent again as it is.
    lost: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.fulfill(status=204)
        else:
            route.fallback()

    page.route("**/check/", lose_the_answer)
    button.click()
    page.wait_for_timeout(500)
    assert lost == [302]
    assert household.orders() == [(1, [1])]
    page.evaluate("document.getElementById('place').submit()")
    expect(page.get_by_role("link", name="Change it")).to_be_visible()
    assert household.orders() == [(1, [1])]


def test_everything_works_without_javascript(visit_fresh: Visits) -> None:
    page = visit_fresh("member", width=360, javascript=False)
    household = _begin(visit_fresh, page)
    _line(page, 2).get_by_role("button", name="Add").click()
    _line(page, 2).get_by_role("button", name="More of").click()
    expect(_line(page, 2).get_by_role("textbox")).to_have_value("2")
    _line(page, 2).get_by_role("textbox").fill("4")
    _line(page, 2).get_by_role("textbox").press("Enter")
    expect(_line(page, 2).get_by_role("textbox")).to_have_value("4")
    page.get_by_role("searchbox").fill("lotus root")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#shelf .good-title")).to_have_count(1)
    _line(page, 0).get_by_role("button", name="Add").click()
    expect(page.locator("#shelf .good-title")).to_have_count(1)
    page.locator("#basket-bar").get_by_role("link", name="Basket").click()
    page.get_by_role("button", name="Less of").first.click()
    page.get_by_role("link", name="Check and order").click()
    page.get_by_role("button", name="Order, binding").click()
    expect(page.locator(".messages")).to_contain_text("You have ordered.")
    assert household.orders() in ([(1, [1, 3])], [(1, [4])])
    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator(".messages")).to_contain_text("Your order is cancelled.")
    assert household.orders() == []


def test_the_pages_of_an_order_hold_from_right_to_left(visit_fresh: Visits, axe: Callable[[Page], None]) -> None:
    page = visit_fresh("member", width=360)
    _begin(visit_fresh, page)
    _add(page, 0)
    shop = page.locator("form.shop-search").get_attribute("action")
    for address in ("/shop/", f"{shop}basket/", f"{shop}check/", "/shop/orders/", "/shop/figures/"):
        page.goto(address)
        page.evaluate("document.documentElement.dir = 'rtl'")
        axe(page)
