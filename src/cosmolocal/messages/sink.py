"""A real SMTP server that keeps what it is sent, for the demo and tests: `-m cosmolocal.messages.sink PORT FOLDER`."""

import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Writes each accepted mail as one .eml file; refuses addresses at `refused.invalid`, so that failure shows too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address.endswith("@refused.invalid"):
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        name = f"{time.time_ns()}.eml"
        part = self.folder / f".{name}.part"
        part.write_bytes(envelope.content if isinstance(envelope.content, bytes) else b"")
        part.rename(self.folder / name)
        return "250 kept"


def start(port: int, folder: Path) -> "Controller":
    """Listens on 127.0.0.1 in a thread of its own; the caller stops it."""
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def main() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    controller = start(int(sys.argv[1]), Path(sys.argv[2]))
    stop.wait()
    controller.stop()


if __name__ == "__main__":
    main()
