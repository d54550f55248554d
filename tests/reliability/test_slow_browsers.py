"""Browsers that send or read slowly, by chance or on purpose, stop nobody else: on a real node, over real sockets."""

import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cosmolocal.config.asgi import THREADS
from cosmolocal.config.gate import Places
from tests import homes
from tests.browser.node import Node

PATIENCE_S = 60
pytestmark = [pytest.mark.once, pytest.mark.processes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    homes.tables(home := tmp_path_factory.mktemp("slow") / "home")
    node = Node(home)
    node.start()
    yield node
    node.stop()


@contextlib.contextmanager
def lines(node: Node, count: int, words: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have sent `words` and stay open."""
    with contextlib.ExitStack() as stack:
        made = []
        for _number in range(count):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE_S))
            with contextlib.suppress(ConnectionError):  # it may be refused already
                line.sendall(words)
            made.append(line)
        yield made


def head(method: str, path: str, *more: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


def answers(node: Node, address: str = "127.0.0.1") -> list[int]:
    """What the node says to somebody else: is it alive, is it ready, a page, a form."""
    way = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=f"http://127.0.0.1:{node.port}", timeout=PATIENCE_S, transport=way) as other:
        found = [other.get("/healthz").status_code, other.get("/readyz").status_code]
        found.append(other.get("/about/").status_code)
        found.append(other.post("/language/", data={"language": "en"}).status_code)
    return found


ALL_WELL = [200, 200, 503, 403]  # not set up yet: every page says so, and a form without a token is refused


def test_bodies_that_never_end_stop_nobody(served: Node) -> None:
    half = head("POST", "/language/", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000")
    with lines(served, 4 * THREADS, half + b"language="):
        assert answers(served) == ALL_WELL
    chunked = head("POST", "/language/", "Content-Type: text/plain", "Transfer-Encoding: chunked")
    with lines(served, 4 * THREADS, chunked + b"4\r\nlang\r\n"):
        assert answers(served) == ALL_WELL


def test_heads_that_never_end_stop_nobody(served: Node) -> None:
    with lines(served, 10 * THREADS, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "):
        assert answers(served) == ALL_WELL


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
def test_hundreds_of_silent_connections_of_one_address_stop_nobody(served: Node, said: bytes) -> None:
    with lines(served, 300, said) as silent:
        assert answers(served, "127.0.0.2") == ALL_WELL
        assert sum(is_open(line) for line in silent) <= Places.of_one


def is_open(line: socket.socket) -> bool:
    """Whether the node has neither said anything nor closed it."""
    line.setblocking(False)
    try:
        line.recv(1)
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def test_whoever_does_not_read_stops_nobody(served: Node) -> None:
    css = next(Path(served.home / "static").rglob("*.css")).relative_to(served.home)
    with contextlib.ExitStack() as stack:
        for _number in range(4 * THREADS):
            line = stack.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            line.connect(("127.0.0.1", served.port))
            line.sendall(head("GET", f"/{css}") * 40)
        assert answers(served) == ALL_WELL


def test_a_slow_body_is_taken_when_it_has_come_and_others_are_served_meanwhile(served: Node) -> None:
    with httpx.Client(base_url=served.url, timeout=PATIENCE_S) as client:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/about/").text)
        assert token
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    photo = b"x" * 300_000
    before = f'--cut\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token.group(1)}\r\n'
    before += '--cut\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\r\n'
    before += '--cut\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = before.encode() + photo + b"\r\n--cut--\r\n"
    start = head(
        "POST",
        "/language/",
        f"Cookie: {cookies}",
        f"Content-Length: {len(body)}",
        "Content-Type: multipart/form-data; boundary=cut",
    )
    with lines(served, 2 * THREADS, start + body[:100_000]) as phones:
        assert answers(served) == ALL_WELL
        for phone in phones:
            phone.sendall(body[100_000:])
            assert phone.recv(4096).startswith(b"HTTP/1.1 302 ")
