"""The front of the web server: takes a request in whole, and only then gives it one of the few threads that run pages.

A body that comes slowly waits here at the price of some memory, not of a thread. Answers leave the thread whole too, so
that whoever reads slowly holds none either. `/healthz` is answered here: it says that this process lives.
"""

import asyncio
import io
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from cosmolocal.kernel import outside, senders
from cosmolocal.website.bodies import PROBLEM

MEGABYTE = 1024 * 1024
ALIVE = "/healthz"
_PIECE = 64 * 1024  # bytes of an answer sent at once
_BUSY = "Too much at once. Please try again in some seconds.\n"

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Limits:
    """What one request, one sender, and all of them together may take."""

    quiet_seconds: float = 15  # without a byte of a body coming, or a piece of an answer being read
    patient_seconds: float = 30  # for a body; then as long as it keeps up `slowest`
    slowest: int = 1024  # bytes a second, on average
    body: int = 32 * MEGABYTE
    large_body: int = 20 * 1024 * MEGABYTE  # a backup that is brought back
    drained: int = 96 * MEGABYTE  # read and dropped from whoever sends too much, so that she sees the answer
    in_memory: int = 256 * 1024  # of one body or answer; the rest is on disk
    kept: int = 512 * MEGABYTE  # of all bodies, those of backups aside
    bodies: int = 256  # still coming
    bodies_of_one: int = 24
    requests: int = 512
    requests_of_one: int = 64


class NotTakenError(Exception):
    """A body that is not taken. The word says why: too_large, too_slow, no_room, too_many, gone."""


class Front:
    """An ASGI application around a WSGI one, which it runs in `threads` threads.

    A sender is an address as limits count it (`senders.home_of`). `may_be_large` says of a path, in one of the
    threads, whether a backup may be sent there just now.
    """

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        trusted: tuple[senders.Network, ...] = (),
        may_be_large: Callable[[str], bool] = lambda _path: False,
        limits: Limits | None = None,
    ) -> None:
        self.application, self.trusted, self.may_be_large = application, trusted, may_be_large
        self.limits = limits or Limits()
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.asking: Counter[str] = Counter()  # sender -> requests
        self.sending: Counter[str] = Counter()  # sender -> bodies still coming
        self.kept = 0  # bytes of bodies

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request, from its head to the last byte of the answer."""
        if scope["path"] == ALIVE:
            await _say(send, 200, "ok\n")
            return
        head = head_of(scope)
        senders.settle(head, self.trusted)
        sender = senders.home_of(head["REMOTE_ADDR"])
        if self.asking[sender] >= self.limits.requests_of_one or self.asking.total() >= self.limits.requests:
            await _say(send, 503, _BUSY)
            return
        with _counted(self.asking, sender):
            await self._answer(head, sender, receive, send)

    async def _answer(self, head: dict[str, Any], sender: str, receive: Receive, send: Send) -> None:
        body = _Body(self.limits.in_memory)
        head["wsgi.input"] = body.file
        try:
            if head.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in head:
                await self._read(body, head, sender, receive)
        except NotTakenError as problem:
            self._drop(body)
            if str(problem) == "too_many":
                await _say(send, 503, _BUSY)
            if str(problem) in ("too_many", "gone"):
                return
            head |= {PROBLEM: str(problem), "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
        try:
            loop = asyncio.get_running_loop()
            status, headers, answer = await loop.run_in_executor(self.threads, self._run, head)
        finally:
            self._drop(body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if isinstance(answer, bytes):
            await send({"type": "http.response.body", "body": answer})
            return
        with answer:
            await self._send(answer, send)

    async def _read(self, body: "_Body", head: dict[str, Any], sender: str, receive: Receive) -> None:
        """Takes the body in, whole. Raises NotTakenError."""
        if self.sending[sender] >= self.limits.bodies_of_one or self.sending.total() >= self.limits.bodies:
            raise NotTakenError("too_many")
        with _counted(self.sending, sender):
            told = head.get("CONTENT_LENGTH", "")
            length = outside.whole(told) or 0
            most = self.limits.body
            if length == 0 or length > most:
                most = await self._most(head["PATH_INFO"])
            enough = max(most, self.limits.drained)
            if length > enough:
                raise NotTakenError("too_large")
            size = 0
            async for chunk in self._chunks(receive):
                size += len(chunk)
                if size > enough:
                    break
                if size <= most:
                    self._keep(body, chunk, counts=most == self.limits.body)
            if size > most:
                raise NotTakenError("too_large")
            head["CONTENT_LENGTH"] = str(size)
            body.file.seek(0)

    async def _most(self, path: str) -> int:
        loop = asyncio.get_running_loop()
        is_large = await loop.run_in_executor(self.threads, self.may_be_large, path)
        return self.limits.large_body if is_large else self.limits.body

    async def _chunks(self, receive: Receive) -> AsyncIterator[bytes]:
        """The body as it comes. Raises NotTakenError when it stands still or crawls, and when the sender is gone."""
        begun, size = time.monotonic(), 0
        while True:
            try:
                async with asyncio.timeout(self.limits.quiet_seconds):
                    message = await receive()
            except TimeoutError:
                raise NotTakenError("too_slow") from None
            if message["type"] != "http.request":
                raise NotTakenError("gone")
            chunk = message.get("body", b"")
            size += len(chunk)
            if time.monotonic() - begun > self.limits.patient_seconds + size / self.limits.slowest:
                raise NotTakenError("too_slow")
            yield chunk
            if not message.get("more_body"):
                return

    def _keep(self, body: "_Body", chunk: bytes, *, counts: bool) -> None:
        if counts:
            body.counted += len(chunk)
            self.kept += len(chunk)
            if self.kept > self.limits.kept:
                raise NotTakenError("too_many")
        try:
            body.file.write(chunk)
        except OSError as error:
            raise NotTakenError("no_room") from error

    def _drop(self, body: "_Body") -> None:
        """The room of a body is free again; nothing the second time."""
        self.kept -= body.counted
        body.counted = 0
        body.file.close()

    def _run(self, head: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes | IO[bytes]]:
        """In a thread: the page, whole. Large ones are on disk."""
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            told[:] = [int(status[:3]), headers]

        pieces = self.application(head, start)
        try:
            answer, size = _whole(pieces, self.limits.in_memory)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        status, named = told
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]
        has_body = status not in (204, 304) and head["REQUEST_METHOD"] != "HEAD"
        if has_body and not any(name == b"content-length" for name, _value in headers):
            headers.append((b"content-length", str(size).encode()))
        return status, headers, answer

    async def _send(self, answer: IO[bytes], send: Send) -> None:
        """A large answer in pieces, as fast as it is read."""
        while piece := answer.read(_PIECE):
            try:
                async with asyncio.timeout(self.limits.quiet_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except TimeoutError:
                return
        await send({"type": "http.response.body", "body": b""})


class _Body:
    """A body that comes in; `counted`: its bytes among those that all bodies may take."""

    def __init__(self, in_memory: int) -> None:
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(in_memory)  # noqa: SIM115 - Front drops it
        self.counted = 0


def head_of(scope: dict[str, Any]) -> dict[str, Any]:
    """The head of a request as WSGI writes it (PEP 3333), without names with an underscore: they pose as others."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    head: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key, words = name.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if key in head:
            words = f"{head[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{words}"
        head[key] = words
    return head


def _whole(pieces: Iterable[bytes], in_memory: int) -> tuple[bytes | IO[bytes], int]:
    """All pieces: as bytes, or from the beginning of a file where they are many."""
    found: list[bytes] = []
    size, file = 0, None
    for piece in pieces:
        size += len(piece)
        found.append(piece)
        if size > in_memory:
            file = file or tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is sent
            file.write(b"".join(found))
            found.clear()
    if file is None:
        return b"".join(found), size
    file.seek(0)
    return file, size


@contextmanager
def _counted(counter: Counter[str], sender: str) -> Iterator[None]:
    counter[sender] += 1
    try:
        yield
    finally:
        counter[sender] -= 1
        if not counter[sender]:
            del counter[sender]


async def _say(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    headers.append((b"content-length", str(len(words)).encode()))
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})
