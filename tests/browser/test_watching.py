"""The checks of the browser tests themselves: each notices what it is there for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visits
from tests.browser.node import Node

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
