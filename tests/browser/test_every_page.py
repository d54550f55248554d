"""Every page that a role can reach by following links: it answers, fits the screen, and axe finds nothing.

Each is looked at twice: 1280 px in light, 360 px in dark. One page stands for all of its address (one order for all),
and for the same address as others reach it, where it is made of the same parts.
"""

from collections import deque
from collections.abc import Callable

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page

from cosmolocal.kernel.practices import installed
from tests.browser.conftest import HEIGHTS, Visits
from tests.browser.parts import Parts, is_first

ROLES = [
    *("", "member", "steward", "treasurer", "auditor", "packer", "keeper"),
    *("producer", "cook", "helper"),
]
PAGES_AT_MOST = 150


class Walk:
    """Follows links breadth first, each address once."""

    def __init__(self, page: Page, entry: str) -> None:
        self.page = page
        self.waiting = deque([(entry, "")])
        self.seen: set[str] = set()
        self.problems: list[str] = []

    def names(self, axe: Callable[[Page], None]) -> set[str]:
        """Visit what can be reached; the names of the addresses that were seen."""
        while self.waiting and len(self.seen) < PAGES_AT_MOST:
            path, found_on = self.waiting.popleft()
            name = _name(path)
            if name and name not in self.seen:
                self.seen.add(name)
                self._look_at(path, found_on, axe)
        return self.seen

    def _look_at(self, path: str, found_on: str, axe: Callable[[Page], None]) -> None:
        answer = self.page.request.get(path, max_redirects=5)
        if answer.status >= 400:
            self.problems.append(f"{path}: a link on {found_on} leads to status {answer.status}")
            return
        if "text/html" not in answer.headers.get("content-type", "") or "attachment" in answer.headers.get(
            "content-disposition", ""
        ):
            return
        parts = Parts(answer.url, answer.text())
        self.waiting.extend((link, path) for link in parts.links)
        if not is_first(_name(path), parts):
            return
        self.page.goto(path)
        for width, scheme in ((1280, "light"), (360, "dark")):
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.emulate_media(color_scheme=scheme)
            # As tall as the page: a bar at the bottom covers only what can be scrolled free.
            tall = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size({"width": width, "height": max(HEIGHTS[width], min(tall, 12_000))})
            try:
                axe(self.page)
            except (AssertionError, BrowserError) as found:
                self.problems.append(f"{path} at {width} px, {scheme}:\n{found}")


def _name(path: str) -> str:
    """The name of the address: /rounds/1/ and /rounds/2/ are one page."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "stranger")
def test_every_page_can_be_used_by_everybody(role: str, visit: Visits, axe: Callable[[Page], None]) -> None:
    page = visit(role)
    walk = Walk(page, "/home/" if role else "/")
    seen = walk.names(axe)
    assert not walk.problems, f"{len(walk.problems)} problems on {len(seen)} pages\n" + "\n\n".join(walk.problems)
    if role == "member":
        doors = {practice.entry for practice in installed() if practice.entry}
        assert doors <= seen, "the demo leads to every practice, so that its pages are looked at"
    assert len(seen) > 3, f"hardly anything to see: {sorted(seen)}"
