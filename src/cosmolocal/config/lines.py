"""Connections of browsers: uvicorn's, counted by the gate, and limited in what comes before and around a body.

HTTP is read as strictly as llhttp does, and what two readers could still understand differently is refused: a proxy
before the node decides by what it reads.
"""

import asyncio
from functools import partial
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cosmolocal.config.gate import Gate, Places
from cosmolocal.kernel import senders

BACKLOG = 2048
KEEP_SECONDS = 15  # a connection, after an answer
GRACE_SECONDS = 10  # for answers on the way, when told to stop
HEAD_BYTES = 32 * 1024
HEAD_FIELDS = 100
AHEAD = 8  # requests that a connection may send while its first is being answered
_AROUND = 8  # bytes that may stand around each byte of a body: chunks of one byte have five
_BAD = (400, "Bad Request", "This is no request that can be understood.\n")
_TOO_LARGE = (431, "Request Header Fields Too Large", "The head of this request is too large.\n")
_FULL = (503, "Service Unavailable", "Too many connections at once. Please try again in some seconds.\n")


def server(application: Any, places: Places, trusted: tuple[senders.Network, ...] = ()) -> Server:
    """A web server of this ASGI application; `run` it with a bound socket."""
    gate = Gate(places, trusted)
    config = Config(
        application,
        http=partial(BrowserLine, gate=gate),  # type: ignore[arg-type] # called as the class is
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,  # the front knows whom to believe
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="error",
        workers=1,
        backlog=min(BACKLOG, places.all),
        timeout_keep_alive=KEEP_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config, gate)


class _Server(Server):
    """Looks after the gate every second."""

    def __init__(self, config: Config, gate: Gate) -> None:
        super().__init__(config)
        self.gate = gate

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self.gate.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)


class NotTakenError(Exception):
    """A head that is not taken; `refusal` of its connection says why."""


class BrowserLine(HttpToolsProtocol):
    """One connection. Made by uvicorn, let in and closed by the gate of this process."""

    def __init__(self, *, gate: Gate, **more: Any) -> None:
        super().__init__(**more)
        self.gate = gate
        self.running: RequestResponseCycle | None = None
        self.is_last = False  # whatever comes now is not read; what came before is still answered
        self.in_head = False
        self.head_bytes = self.head_fields = 0
        self.around = 0  # bytes that have come and are no body
        self.refusal = _BAD

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is None or not self.gate.enters(self, self.client[0], self.loop.time()):
            self._refuse(*_FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gate.leaves(self)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_last:
            return
        self.gate.begins(self, self.loop.time())
        self.around += len(data)
        super().data_received(data)
        if self.around > HEAD_BYTES and not self.is_last:
            self.refusal = _TOO_LARGE
            self.send_400_response("")

    def on_message_begin(self) -> None:
        self.in_head, self.head_bytes, self.head_fields = True, 0, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.head_fields += 1
        self._count(len(name) + len(value))
        # Fields after a body are dropped: a proxy that looked at the head alone has not seen them.
        if self.in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.in_head = False
        version = self.parser.get_http_version()
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if version not in ("1.0", "1.1") or (codings and (version, codings) != ("1.1", [b"chunked"])):
            raise NotTakenError
        hosts = sum(name == b"host" for name, _value in self.headers)
        # A proxy goes by the host of an absolute address, the node by the field; and an old one may name none.
        if hosts > 1 or (version == "1.1" and not hosts) or not self.url.startswith((b"/", b"*")):
            raise NotTakenError
        if len(self.pipeline) >= AHEAD:
            self.refusal = _FULL
            raise NotTakenError
        super().on_headers_complete()
        self.gate.asks(self)

    def on_body(self, body: bytes) -> None:
        self.around = max(0, self.around - len(body) * (1 + _AROUND))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.around = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        now = self.loop.time()
        if self.transport.is_closing():
            self.gate.waits(self, now)
        elif self.running is None or self.running.response_complete:
            self.gate.answered(self, now, has_begun=self.in_head)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.gate.waits(self, self.loop.time())

    def resume_writing(self) -> None:
        super().resume_writing()
        self.gate.is_read(self)

    def send_400_response(self, msg: str) -> None:
        """What was asked before is answered, then the connection ends: with a refusal where nothing was."""
        self.is_last = True
        if self.pipeline and self.pipeline[0][0].more_body:
            self.pipeline.popleft()
        before = self.pipeline[0][0] if self.pipeline else self.running
        if before is None or before.response_complete or (before.more_body and not before.response_started):
            self._refuse(*self.refusal)
        elif before.more_body:
            self.transport.close()
        else:
            before.keep_alive = False

    def hang_up(self) -> None:
        """For the gate: closes the connection."""
        self.transport.close()

    def cut(self) -> None:
        """For the gate: closes the connection, and drops what was not read."""
        self.transport.abort()

    def unsent(self) -> int:
        """For the gate: bytes of answers that wait to be read."""
        return self.transport.get_write_buffer_size()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def _unsupported_upgrade_warning(self) -> None:
        """Another protocol was asked for. This request is answered in HTTP; what follows may be in the other."""
        self.send_400_response("")

    def _count(self, size: int) -> None:
        self.head_bytes += size
        if self.head_bytes > HEAD_BYTES or self.head_fields > HEAD_FIELDS:
            self.refusal = _TOO_LARGE
            raise NotTakenError

    def _refuse(self, status: int, name: str, words: str) -> None:
        self.is_last = True
        head = [f"HTTP/1.1 {status} {name}", "content-type: text/plain; charset=utf-8", "cache-control: no-store"]
        head += [f"content-length: {len(words)}", "connection: close", *(["retry-after: 5"] if status == 503 else [])]
        self.transport.write("\r\n".join([*head, "", words]).encode())
        self.transport.close()
