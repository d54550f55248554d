"""The front of the web server: bodies are whole before a page runs, and what takes too much is not taken."""

import asyncio
import fcntl
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cosmolocal.config.asgi import THREADS
from cosmolocal.config.front import Front, Limits
from cosmolocal.kernel import senders
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import apart
from cosmolocal.website.bodies import PROBLEM

pytestmark = pytest.mark.once
SMALL = Limits(
    quiet_seconds=0.05, body=1000, large_body=50_000, drained=4000, in_memory=100, kept=3000, bodies_of_one=3
)


def page(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Says what came: how much, from whom, and what was wrong with it."""
    start("200 OK", [("Content-Type", "text/plain")])
    size = len(environ["wsgi.input"].read()) if PROBLEM not in environ else environ[PROBLEM]
    return [f"{environ['REQUEST_METHOD']} {size} {environ.get('CONTENT_LENGTH')} {environ['REMOTE_ADDR']}".encode()]


class Browser:
    """One request as an ASGI server brings it: `pieces` of a body, of which None means that no more comes for now."""

    def __init__(self, *pieces: bytes | None, ends: bool = True, client: str = "192.0.2.7", **headers: str) -> None:
        self.pieces, self.ends, self.client = list(pieces), ends, client
        self.headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.said: list[dict[str, Any]] = []

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])

    @property
    def words(self) -> bytes:
        return b"".join(message["body"] for message in self.said[1:])

    async def receive(self) -> dict[str, Any]:
        if not self.pieces:
            return {"type": "http.disconnect"}
        piece = self.pieces.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.ends}

    async def send(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    async def ask(self, front: Front, path: str = "/page/") -> "Browser":
        scope = {
            "type": "http",
            "method": "POST" if self.pieces else "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "client": (self.client, 1),
            "server": ("localhost", 8000),
            "headers": self.headers,
        }
        await front(scope, self.receive, self.send)
        return self


def front(application: Any = page, limits: Limits = SMALL, **more: Any) -> Front:
    return Front(application, threads=2, limits=limits, **more)


def ask(browser: Browser, at: Front | None = None, path: str = "/page/") -> Browser:
    return asyncio.run(browser.ask(at or front(), path))


def test_a_body_arrives_whole_and_with_its_length() -> None:
    assert ask(Browser(b"a" * 60, b"b" * 70, content_length="130")).words == b"POST 130 130 192.0.2.7"
    assert ask(Browser(b"a" * 600, b"", transfer_encoding="chunked")).words == b"POST 600 600 192.0.2.7"


@pytest.mark.parametrize(
    ("browser", "why"),
    [
        (Browser(b"a" * 1001, content_length="1001"), b"too_large"),
        (Browser(b"a" * 900, b"a" * 900, transfer_encoding="chunked"), b"too_large"),
        (Browser(*[b"a" * 900] * 9, transfer_encoding="chunked"), b"too_large"),
        (Browser(content_length="5000"), b"too_large"),
        (Browser(b"half", None, content_length="8"), b"too_slow"),
    ],
)
def test_what_is_not_taken_is_said_on_a_page_and_takes_no_room(browser: Browser, why: bytes) -> None:
    at = front()
    if not browser.pieces:
        browser.pieces = [b""]
    assert ask(browser, at).words == b"POST " + why + b" 0 192.0.2.7"
    assert (at.kept, at.sending.total(), at.asking.total()) == (0, 0, 0)


def test_a_body_that_crawls_is_not_taken() -> None:
    slow = Limits(quiet_seconds=60, patient_seconds=-1, slowest=1000)
    assert b"too_slow" in ask(Browser(b"a", b"b" * 9999, content_length="10000"), front(limits=slow)).words
    assert ask(Browser(b"a" * 9999, b"b", content_length="10000"), front(limits=slow)).words.startswith(b"POST 10000")


def test_half_a_body_of_somebody_who_is_gone_runs_no_page() -> None:
    for lost in (Browser(b"half", ends=False, content_length="8"), Browser(b"4", ends=False, transfer_encoding="x")):
        at = front()
        assert ask(lost, at).said == []
        assert at.kept == 0


def test_a_backup_may_be_large_only_where_one_is_expected() -> None:
    at = front(may_be_large=lambda path: path == "/setup/x/bring-back/")
    assert ask(Browser(b"a" * 9000, content_length="9000"), at, "/setup/x/bring-back/").words.startswith(b"POST 9000")
    assert b"too_large" in ask(Browser(b"a" * 9000, content_length="9000"), at).words


def test_one_sender_has_so_many_bodies_on_the_way_and_others_still_come_in() -> None:
    async def crowd() -> list[int]:
        at = front(limits=Limits(quiet_seconds=2, bodies_of_one=3))
        waiting = [asyncio.create_task(Browser(b"a", None, content_length="2").ask(at)) for _ in range(3)]
        await asyncio.sleep(0)
        more = [Browser(b"aa", content_length="2"), Browser(b"aa", content_length="2", client="192.0.2.8"), Browser()]
        found = [(await browser.ask(at)).status for browser in more]
        for task in waiting:
            task.cancel()
        return found

    assert asyncio.run(crowd()) == [503, 200, 200]


def test_health_is_answered_while_every_thread_is_busy_and_the_queue_is_full() -> None:
    go_on = threading.Event()

    def stuck(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        go_on.wait()
        start("200 OK", [])
        return [b"done"]

    async def crowd() -> tuple[list[int], list[int]]:
        at = front(stuck, Limits(requests=6, requests_of_one=4))
        running = [asyncio.create_task(Browser(client=f"192.0.2.{n % 2}").ask(at)) for n in range(8)]
        while at.asking.total() < 6:
            await asyncio.sleep(0)
        alive = [(await Browser().ask(at, "/healthz")).status, (await Browser(client="192.0.2.9").ask(at)).status]
        go_on.set()
        return alive, sorted(browser.status for browser in await asyncio.gather(*running))

    assert asyncio.run(crowd()) == ([200, 503], [200] * 6 + [503] * 2)


def test_a_large_answer_leaves_its_thread_at_once_and_comes_whole() -> None:
    closed = set()

    class Pieces(io.BytesIO):
        def close(self) -> None:
            closed.add("by the front")

    def large(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        start("200 OK", [("X-Name", "ü")])
        return Pieces(b"line\n" * 50_000)

    found = ask(Browser(), front(large))
    assert (len(found.words), closed, found.said[-1].get("more_body")) == (250_000, {"by the front"}, None)
    assert (b"content-length", b"250000") in found.said[0]["headers"]


def test_names_with_an_underscore_and_what_strangers_claim_are_left_out() -> None:
    seen: dict[str, Any] = {}

    def look(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return []

    claims = Browser(x_forwarded_for="203.0.113.5", x_forwarded_proto="https", cookie="a=1")
    claims.headers += [(b"x_forwarded_for", b"203.0.113.6"), (b"cookie", b"b=2")]
    ask(claims, front(look))
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("192.0.2.7", "http")
    assert not any("FORWARDED" in name for name in seen)
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    ask(claims, front(look, trusted=senders.networks("192.0.2.0/24")))
    assert (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) == ("203.0.113.5", "https")


@pytest.fixture
def somebody_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """This process answers pages, and another one (the worker) reads a file until the answer is called."""
    monkeypatch.setattr(apart, "_pages", None)
    monkeypatch.setattr(apart, "PAGE_SECONDS", 300)  # whatever is told within the test is told at once
    apart.hurry()
    with (Path(settings.HOME) / "decoding.turn").open("wb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield lambda: fcntl.flock(turn, fcntl.LOCK_UN)


def test_however_many_files_are_sent_half_of_the_threads_stay_free(somebody_reads: Callable[[], None]) -> None:
    def read(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        try:
            if environ["PATH_INFO"] == "/photo/":
                wish = b'{"sides": [9], "kinds": []}\n'
                apart.run("cosmolocal.paper.shrink", wish, seconds=3, megabytes=700, alone=True)
        except Refusal as refusal:
            start("503 Busy", [])
            return [refusal.code.encode()]
        start("200 OK", [])
        return []

    async def crowd() -> tuple[list[int], list[int], list[int]]:
        at = Front(read, threads=THREADS, limits=Limits())
        photos = [asyncio.create_task(Browser(b"x", content_length="1").ask(at, "/photo/")) for _ in range(5)]
        told, waiting = [], set(photos)
        while len(waiting) > apart.PAGES:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            told += [task.result().status for task in done]
        pages = [(await Browser().ask(at, "/")).status for _number in range(9)]
        still = [task.done() for task in waiting]
        somebody_reads()
        return told, pages, [*still, *[(await task).status for task in waiting]]

    assert apart.PAGES <= THREADS // 2
    assert asyncio.run(crowd()) == ([503] * 3, [200] * 9, [False, False, 200, 200])
