"""The checks of the browser tests themselves: each notices what it is there for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visits
from tests.browser.node import Node
from tests.browser.parts import Parts, is_first

PAGE = '<html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


@pytest.fixture
def visits(browser: Browser, tmp_path: Path) -> Visits:
    """Pages without any node behind them."""
    return Visits(browser, Node(tmp_path))


def test_axe_notices_what_people_cannot_use(visits: Visits, axe: Callable[[Page], None]) -> None:
    page = visits()
    page.set_content(PAGE.format("<p>Apples</p>"))
    axe(page)
    page.set_content(PAGE.format("<input>"))
    with pytest.raises(AssertionError, match="label"):
        axe(page)
    visits.close()


def test_a_page_wider_than_the_screen_is_noticed(visits: Visits, axe: Callable[[Page], None]) -> None:
    page = visits(width=360)
    page.set_content(PAGE.format("<p>" + "wide" * 200 + "</p>"))
    with pytest.raises(AssertionError, match="wider than the screen"):
        axe(page)
    visits.close()


def test_another_host_is_noticed(visits: Visits) -> None:
    visits().set_content(PAGE.format('<img alt="" src="http://127.0.0.1:9/tracker.png">'))
    with pytest.raises(AssertionError, match="another host"):
        visits.close()


def test_what_the_content_policy_refuses_is_noticed(visits: Visits) -> None:
    page = visits()
    policy = "<meta http-equiv='Content-Security-Policy' content=\"style-src 'self'\">"
    page.set_content(policy + PAGE.format('<p style="color: red">Apples</p>'))
    with pytest.raises(AssertionError, match="complained"):
        visits.close()


def test_a_page_made_of_other_parts_is_another_page(tmp_path: Path) -> None:
    def page(inside: str) -> Parts:
        return Parts("http://localhost/", PAGE.format(inside))

    row = '<li class="row"><label>Weight <input type="text" name="weight_1"></label></li>'
    name = str(tmp_path)
    assert is_first(name, page(f"<ul>{row}</ul>"))
    assert not is_first(name, page(f"<ul>{row}{row.replace('1', '2')}</ul>"))
    assert not is_first(name, page(f"<ul>{row.replace('Weight', 'Gewicht')}</ul>"))
    for other in (
        "<ul></ul>",
        f"<ul>{row}</ul><p>More",
        f"<ol>{row}</ol>",
        f"<ul>{row.replace('row', 'narrow')}</ul>",
        f"<ul>{row.replace('Weight', '')}</ul>",
        f"<ul>{row.replace('text', 'date')}</ul>",
        f"<ul>{row.replace('name', 'aria-label=x name')}</ul>",
        f"<ul>{row.replace('label', 'span')}</ul>",
    ):
        assert is_first(name, page(other)), other
    assert is_first(f"{name} of another address", page(f"<ul>{row}</ul>"))


def test_links_of_a_page_are_found_as_a_browser_finds_them() -> None:
    links = '<a href="/b/?c=1#d">x</a><a href="e">x</a><a href="http://elsewhere/f">x</a><a name="g">x</a>'
    assert Parts("http://localhost/a/", PAGE.format(links)).links == ["/b/", "/a/e"]
