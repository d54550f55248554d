"""What browser tests stand on: a demo node that really runs, a real Chromium, visits that notice foreign hosts."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests import homes
from tests.browser.node import Node
from tests.harness import missing
from tools import chromium

PICTURES = Path(__file__).resolve().parent.parent.parent / "build" / "browser"
DEMO_FORM = "/demo/as/{role}/"
HEIGHTS = {360: 740, 1280: 900}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, so it runs once, on SQLite."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep pictures of all open pages of a test that failed, in build/browser."""
    report = yield
    if report.when == "call" and report.failed:
        for fixture in getattr(item, "funcargs", {}).values():
            if isinstance(fixture, Visits):
                fixture.keep_pictures(re.sub(r"\W+", "-", item.name))
    return report


@pytest.fixture(scope="session")
def live_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """The demo local, running, web and worker; shared by the tests of one worker, so they do not undo each other."""
    yield from _running(homes.demo(tmp_path_factory.mktemp("live") / "home"), "demo")


@pytest.fixture
def fresh_node(tmp_path: Path) -> Iterator[Node]:
    """The demo local as it was made, for one test alone."""
    yield from _running(homes.demo(tmp_path / "home"), "demo")


@pytest.fixture
def empty_node(tmp_path: Path) -> Iterator[Node]:
    """A node that nobody has set up yet."""
    homes.tables(tmp_path / "home")
    yield from _running(Node(tmp_path / "home"), "up")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, one for each worker."""
    path = chromium.find()
    if path is None:
        missing("Chromium is not installed: run tools/system.sh chromium")
    with chromium.started(path) as running:
        yield running


@dataclass
class Visits:
    """Opens pages as different people, each in a context of her own, and remembers what must not happen."""

    browser: Browser
    node: Node
    closing: ExitStack = field(default_factory=ExitStack)
    pages: list[Page] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __call__(
        self,
        role: str = "",
        *,
        width: int = 1280,
        dark: bool = False,
        locale: str = "en",
        javascript: bool = True,
        node: Node | None = None,
    ) -> Page:
        """A page at `width` CSS px, signed in as a role of the demo (nobody when absent)."""
        at = node or self.node
        context = self.browser.new_context(
            base_url=at.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme="dark" if dark else "light",
            locale=locale,
            java_script_enabled=javascript,
        )
        self.closing.callback(context.close)
        self._watch(context, at)
        page = context.new_page()
        page.set_default_timeout(15_000)
        self.pages.append(page)
        if role:
            sign_in(page, role)
        return page

    def _watch(self, context: BrowserContext, node: Node) -> None:
        own = urlsplit(node.url).netloc

        def asked(address: str) -> None:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != own:
                self.foreign.append(address)

        context.on("request", lambda request: asked(request.url))
        context.on("weberror", lambda problem: self.complaints.append(str(problem.error)))
        context.on(
            "console",
            lambda said: (
                self.complaints.append(said.text)
                if said.type == "error" and "Failed to load resource" not in said.text
                else None
            ),
        )

    def keep_pictures(self, name: str) -> None:
        """What a person saw when it went wrong."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self.pages):
            if not page.is_closed():
                page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)

    def close(self) -> None:
        """Close everything, then say what went to another host or broke the content policy."""
        self.closing.close()
        assert not self.foreign, f"asked another host: {self.foreign}"
        assert not self.complaints, f"the browser complained: {self.complaints}"


@pytest.fixture
def visit(browser: Browser, live_node: Node) -> Iterator[Visits]:
    """`page = visit("member", width=360, dark=True)` on the shared demo node."""
    visits = Visits(browser, live_node)
    yield visits
    visits.close()


@pytest.fixture
def visit_fresh(browser: Browser, fresh_node: Node) -> Iterator[Visits]:
    """As `visit`, on a node of its own."""
    visits = Visits(browser, fresh_node)
    yield visits
    visits.close()


@pytest.fixture
def visit_empty(browser: Browser, empty_node: Node) -> Iterator[Visits]:
    """As `visit`, on a node that nobody has set up."""
    visits = Visits(browser, empty_node)
    yield visits
    visits.close()


def sign_in(page: Page, role: str) -> None:
    """Press the one-click role on the demo's front page."""
    page.goto("/")
    page.locator(f'form[action$="{DEMO_FORM.format(role=role)}"] button').first.click()
    page.wait_for_load_state()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with every violation of WCAG 2.2 A and AA on the page as it stands."""
    checker = Axe()

    def check(page: Page) -> None:
        # Evaluated by the debugger, so the page's own strict policy stays as it is.
        result: Any = checker.run(page, options={**WCAG, "resultTypes": ["violations"]})
        assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px wider than the screen"

    return check


def _running(node: Node, command: str) -> Iterator[Node]:
    node.start(command)
    yield node
    node.stop()
