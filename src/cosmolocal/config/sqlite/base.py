"""Writers take turns instead of trying again and again: SQLite's own waiting sleeps longer and longer, and is unfair.

The turn is a lock within the process and one on a file beside the database among processes; the kernel frees the
latter when a process dies. Nothing depends on it for safety: who writes without a turn still meets SQLite's own lock.
"""

import fcntl
import os
import threading
import time
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from cosmolocal.kernel.writer import written_by

_LOOK_AGAIN = 0.0005  # seconds


class Turn:
    """Who may write to one database file now."""

    def __init__(self, path: str) -> None:
        self.here = threading.Lock()
        self.file = os.open(f"{path}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, timeout: float) -> None:
        """Waits for the turn; OperationalError, in SQLite's words, when it has not come in so many seconds."""
        until = time.monotonic() + timeout
        if not self.here.acquire(timeout=timeout):
            raise OperationalError("database is locked")
        while True:
            try:
                return fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    self.here.release()
                    raise OperationalError("database is locked") from None
                time.sleep(_LOOK_AGAIN)

    def give(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_UN)
        self.here.release()


_turns: dict[str, Turn] = {}
_guard = threading.Lock()
os.register_at_fork(after_in_child=_turns.clear)  # a child's turns are its own


def _turn_at(path: str) -> Turn:
    with _guard:
        if path not in _turns:
            _turns[path] = Turn(path)
        return _turns[path]


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a turn before BEGIN IMMEDIATE and gives it back after COMMIT, ROLLBACK or the end of the connection."""

    _turn: Turn | None = None

    def get_new_connection(self, conn_params: Any) -> Any:
        """Triggers ask this connection which operation writes; nobody else's connection knows."""
        made = super().get_new_connection(conn_params)
        made.create_function("cosmolocal_operation", 0, written_by)
        return made

    def _start_transaction_under_autocommit(self) -> None:
        mode = self.transaction_mode  # type: ignore[attr-defined]  # the stubs lack it
        if mode == "IMMEDIATE" and not self.is_in_memory_db():
            turn = _turn_at(str(self.settings_dict["NAME"]))
            turn.take(float(self.settings_dict["OPTIONS"].get("timeout", 5)))
            self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give()
            raise

    def _commit(self) -> Any:
        done = super()._commit()  # type: ignore[misc]
        self._give()  # not after an error: then a rollback follows
        return done

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give()

    def _give(self) -> None:
        turn, self._turn = self._turn, None
        if turn:
            with suppress(OSError):
                turn.give()
