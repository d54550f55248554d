"""Connections over real sockets: who says nothing, too much or something odd is told so and closed, alone."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cosmolocal.config import lines
from cosmolocal.config.front import Front
from cosmolocal.config.gate import Places

PATIENCE_S = 60
OTHER = "127.0.0.2"
LARGE = b"line\n" * 2_000_000
pytestmark = pytest.mark.once


def page(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Says what came; at /large a lot, at /wait only after a while."""
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return [LARGE]
    names = sorted(name for name in environ if name.startswith("HTTP_"))
    return [f"[{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)} {','.join(names)}]".encode()]


class Served:
    """A web server in a thread of this process."""

    def __init__(self, places: Places) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.server = lines.server(Front(page, threads=2), places)
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()

    def line(self, said: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S, source_address=(address, 0))
        made.sendall(said)
        return made

    def ask(self, said: bytes, address: str = "127.0.0.1") -> bytes:
        """All that is answered until the server closes."""
        with self.line(said, address) as made:
            return everything(made)


def everything(line: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := line.recv(65536):
            found += piece
    return found


def patiently(holds: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


def statuses(answer: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]


def get(path: str = "/", *more: str, ends: bool = True) -> bytes:
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", "Host: localhost", *(["Connection: close"] if ends else []), *more, "", ""]
    ).encode()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    made = Served(Places())
    yield made
    made.stop()


@contextlib.contextmanager
def hurried(**places: Any) -> Iterator[Served]:
    made = Served(Places(**places))
    yield made
    made.stop()


def test_the_sixty_fifth_connection_of_an_address_is_refused_in_words_and_another_address_is_served() -> None:
    with hurried(silent_seconds=600, head_seconds=2) as served, contextlib.ExitStack() as stack:
        silent = [stack.enter_context(served.line()) for _number in range(64)]
        refused = served.ask(get())
        assert statuses(refused) in ([], [503])
        assert statuses(served.ask(get("/healthz"), OTHER)) == [200]
        assert statuses(served.ask(get(), OTHER)) == [200]
        # Each is closed after its time, which frees the places.
        assert [everything(line) for line in silent] == [b""] * 64
        assert statuses(served.ask(get())) == [200]


def test_a_head_that_drips_is_closed_in_its_time_and_so_is_the_next_one_of_a_connection() -> None:
    with hurried(head_seconds=1) as served:
        half = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "
        for begin in (half, get("/healthz", ends=False) + half):
            with served.line(begin) as line, contextlib.suppress(ConnectionError):
                patiently(lambda: line.sendall(b"a"))


def test_an_idle_connection_makes_room_for_a_newcomer() -> None:
    with hurried(of_one=2, silent_seconds=600) as served, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(served.line(get(ends=False))) for _number in range(2)]
        for line in idle:
            patiently(lambda: line.recv(65536).endswith(b"]"))  # noqa: B023 - called here
        assert statuses(served.ask(get())) == [200]
        assert everything(idle[0]) == b""


def test_whoever_does_not_read_is_cut_off() -> None:
    with hurried(unread_seconds=1) as served:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", served.port))
            line.sendall(get("/large", ends=False) * 3)
            patiently(lambda: served.server.gate.unread)
            patiently(lambda: not served.server.server_state.connections)
        assert statuses(served.ask(get())) == [200]


def test_a_large_answer_comes_whole(served: Served) -> None:
    assert served.ask(get("/large")).endswith(b"\r\n\r\n" + LARGE)


BODY = "POST / HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        BODY + f"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked\r\nContent-Length: {len(SMUGGLED) + 5}\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Content-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}",
        BODY + f"Content-Length: 0, {len(SMUGGLED)}\r\n\r\n{SMUGGLED}",
        BODY + f"Content-Length: +0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: identity\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: xchunked\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY.replace("1.1", "1.0") + f"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n{SMUGGLED}",
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "GET / HTTP/1.1\r\nHost: localhost\rX-A: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.org\r\n\r\n",
        "GET http://example.org/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        BODY + f"Content-Length: 5 5\r\n\r\nhello{SMUGGLED}",
        BODY + f"Content-Length : 5\r\n\r\nhello{SMUGGLED}",
        BODY + f"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n{SMUGGLED}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT localhost:25 HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        "HELO localhost\r\n",
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(served: Served, said: str) -> None:
    answer = served.ask(said.encode("latin-1"))
    assert statuses(answer) == [400]
    assert b"can be understood" in answer
    assert b"smuggled" not in answer


def test_a_head_has_its_limits(served: Served) -> None:
    assert statuses(served.ask(get("/", "X-A: " + "b" * 30_000))) == [200]
    assert statuses(served.ask(get("/", "X-A: " + "b" * 40_000))) == [431]
    assert statuses(served.ask(get("/" + "b" * 40_000))) == [431]
    assert statuses(served.ask(get("/", *["X-A: b"] * 90))) == [200]
    assert statuses(served.ask(get("/", *["X-A: b"] * 101))) == [431]
    # Without an end: neither a line, nor empty lines before the first.
    assert statuses(served.ask(b"GET / HTTP/1.1\r\nX-A: " + b"b" * 100_000)) == [431]
    assert statuses(served.ask(b"\r\n" * 100_000)) == [431]


def test_what_stands_around_a_body_has_its_limits_and_what_follows_it_is_no_head(served: Served) -> None:
    begin = (BODY + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    assert b" 40000 " in served.ask(begin + b"1\r\nx\r\n" * 40_000 + b"0\r\n\r\n")
    assert statuses(served.ask(begin + b"1;" + b"a" * 100_000)) == [431]
    assert statuses(served.ask(begin + b"0\r\nX-A: " + b"b" * 100_000)) == [431]
    told = served.ask(begin + b"1\r\nx\r\n0\r\nX-Late: 1\r\n\r\n")
    assert b"[POST / 1 HTTP_CONNECTION,HTTP_HOST,HTTP_TRANSFER_ENCODING]" in told


def test_requests_in_a_row_are_answered_in_their_order_and_not_without_end(served: Served) -> None:
    row = b"".join(get(f"/{number}", ends=False) for number in range(5))
    assert re.findall(rb"GET /(\w+)", served.ask(row + get("/last"))) == [b"0", b"1", b"2", b"3", b"4", b"last"]
    answers = statuses(served.ask(get(ends=False) * 5000))
    assert set(answers) == {200}
    assert 0 < len(answers) <= lines.AHEAD + 1


def test_nonsense_after_a_request_leaves_its_answer_whole(served: Served) -> None:
    answer = served.ask(get("/first", ends=False) + b"nonsense\r\n\r\n" + get("/smuggled"))
    assert statuses(answer) == [200]
    assert b"GET /first" in answer
    assert b"smuggled" not in answer


def test_another_protocol_is_answered_in_this_one_and_ends_the_connection(served: Served) -> None:
    wish = get("/", "Connection: Upgrade", "Upgrade: websocket", ends=False)
    answer = served.ask(wish + get("/smuggled"))
    assert statuses(answer) == [200]
    assert b"smuggled" not in answer


def test_a_body_that_is_announced_is_asked_for(served: Served) -> None:
    with served.line(
        (BODY + "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n").encode()
    ) as line:
        assert line.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"abc")
        assert b"[POST / 3 " in everything(line)


def test_a_stopped_server_finishes_its_answers() -> None:
    served = Served(Places())
    with served.line((BODY + "Content-Length: 3\r\n\r\n").encode()) as line, served.line() as silent:
        patiently(lambda: served.server.server_state.tasks)
        served.server.should_exit = True
        assert everything(silent) == b""
        line.sendall(b"abc")
        answer = everything(line)
    served.stop()
    assert b"[POST / 3 " in answer
    assert b"connection: close" in answer
