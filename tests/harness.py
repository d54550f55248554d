"""What every test run stands on: a folder of its own, the database, how long the long tests are.

Loaded by `-p tests.harness`, before Django reads its settings: a conftest would come too late.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
import time_machine
import zeal
import zeal.patch
from django.http import HttpRequest, HttpResponse
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

ALL = os.environ.get("COSMOLOCAL_TEST_ALL") == "1"
# Where every test begins, an ISO moment with its offset; empty for the real time.
AT = os.environ.get("COSMOLOCAL_TEST_AT", "")
# Run what may depend on that time, and nothing else.
OTHER_TIME_ONLY = os.environ.get("COSMOLOCAL_TEST_OTHER_TIME_ONLY") == "1"


def seeds(landing: int, every: int) -> range:
    """The seeds of a long test: `landing` of them in `make test`, `every` one in `make test-all`."""
    return range(every if ALL else landing)


def missing(what: str) -> NoReturn:
    """Something this machine lacks: a skipped test for a person at a desk, a failure where a landing is decided."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


_FOLDER, _HELD = "cosmolocal-test-", "held"


def remove_left_folders(within: Path) -> None:
    """Remove the folders of runs that were killed before they could: a run holds a lock on its own as long as it lives.

    A folder without a lock is being made just now, or of another kind: it stays.
    """
    for held in within.glob(f"{_FOLDER}*/{_HELD}"):
        with suppress(OSError), held.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(held.parent, ignore_errors=True)


def _own_folder() -> Path:
    """Give this run a folder, shared with the parallel workers it starts, and remove it in the end."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        shared = Path(os.environ["COSMOLOCAL_HOME"]).parent
        if not (shared / worker).exists():  # it does in a run that a test has started
            return shared
    remove_left_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    held = os.open(folder / "held.new", os.O_RDWR | os.O_CREAT)  # closed when this process ends, however it does
    fcntl.flock(held, fcntl.LOCK_EX)
    (folder / "held.new").rename(folder / _HELD)
    return folder


# What the workers of this run share; the home of each lies in it, so that no test touches ./data.
RUN = _own_folder()
_home = RUN / os.environ.get("PYTEST_XDIST_WORKER", "alone")
_home.mkdir()
os.environ["COSMOLOCAL_HOME"] = str(_home)
os.environ["COSMOLOCAL_TEST"] = "1"
# A test database is thrown away: it need not survive a power cut.
os.environ["COSMOLOCAL_SQLITE_SYNCHRONOUS"] = "OFF"
# What a developer has set for a real node must not reach the tests.
for name in ("COSMOLOCAL_SMTP", "COSMOLOCAL_URL", "COSMOLOCAL_HOSTS", "COSMOLOCAL_TILES", "COSMOLOCAL_DEMO"):
    os.environ.pop(name, None)

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
# No deadline: a machine under load must not fail a test.
hypothesis_settings.register_profile("landing", deadline=None, max_examples=50, suppress_health_check=_QUIET)
hypothesis_settings.register_profile("all", deadline=None, max_examples=1000, suppress_health_check=_QUIET)
hypothesis_settings.load_profile("all" if ALL else "landing")


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Keep SQLite's test database in a file: writers then wait for each other as on a real node."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite"):
        database.setdefault("TEST", {})["NAME"] = str(Path(settings.HOME) / "test.sqlite3")
    zeal.patch.patch()
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.harness.reads_rows_together"]


def reads_rows_together(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware of the tests: a page that asks the database once for each of its rows fails."""

    def answer(request: HttpRequest) -> HttpResponse:
        with zeal.zeal_context() if request.method == "GET" else nullcontext():
            return get_response(request)

    return answer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs to `make test-all`, unless a test is asked for by name or mark; and to the part about another
    time what knows the time.
    """
    if OTHER_TIME_ONLY:
        _leave_out(config, items, [item for item in items if "timeless" in getattr(item, "fixturenames", ())])
    if ALL or "long" in (config.getoption("markexpr") or ""):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if len(long) < len(items):
        _leave_out(config, items, long)


def _leave_out(config: pytest.Config, items: list[pytest.Item], some: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=some)
    out = set(some)
    items[:] = [item for item in items if item not in out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let each test begin at `AT`, and its clock run on from there. Processes a test starts keep the real time."""
    if not AT or item.get_closest_marker("browser") or item.get_closest_marker("processes"):
        return (yield)
    with time_machine.travel(datetime.fromisoformat(AT)):
        return (yield)


@pytest.fixture
def timeless() -> None:
    """Asked for by tests, and fixtures, to which it is the same when they run: they stand at a time of their own
    (`clock.now()` is then that, in every part of a run), send nonsense, or do any deeds in any order. So they run once
    on each database.
    """


def pytest_report_header() -> str:
    """Which database this run is about, and which time."""
    where = os.environ.get("DATABASE_URL", "")
    moment = AT or "the real time"
    return f"database: {'PostgreSQL' if where else 'SQLite'}, at {moment}, home: {os.environ['COSMOLOCAL_HOME']}"


@pytest.fixture(autouse=True)
def _books_may_be_emptied(request: pytest.FixtureRequest, _django_db_marker: None) -> Iterator[None]:
    """Lift the append-only triggers before a test with real transactions empties the tables; flush restores them."""
    mark = request.node.get_closest_marker("django_db")
    by_name = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    transactional = by_name or bool(mark and mark.kwargs.get("transaction"))
    if transactional:
        # Asked for here, so that it ends after this fixture.
        request.getfixturevalue("transactional_db")
    yield
    if transactional:
        from cosmolocal.kernel import heads, triggers

        triggers.lift()
        heads.path().unlink(missing_ok=True)  # it names seals that go with the tables
