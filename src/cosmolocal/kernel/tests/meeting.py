"""Two deeds that meet at one line of the source: what one of many chances would bring is made to happen."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from cosmolocal.kernel.refusal import Refusal

only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
Deed = Callable[[], object]
_LONG = 60  # seconds: what takes so long hangs


def meet(patch: pytest.MonkeyPatch, where: object, name: str, first: Deed, second: Deed | None = None) -> list[str]:
    """`first` runs until it calls `where.name`; there it stands until `second` (another such deed) has ended, or waits
    for it. What came of each: `done`, the code of its refusal, or the error.
    """
    real, arrived, go_on = getattr(where, name), Event(), Event()
    ends = ["", ""]

    def held(*args: Any, **kwargs: Any) -> Any:
        if not arrived.is_set():
            arrived.set()
            go_on.wait(_LONG)
        return real(*args, **kwargs)

    def run(place: int, deed: Deed) -> None:
        try:
            deed()
            ends[place] = "done"
        except Refusal as refusal:
            ends[place] = refusal.code
        except BaseException as error:  # noqa: BLE001 - shown in what came of it
            ends[place] = repr(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=told) for told in enumerate((first, second or first))]
    patch.setattr(where, name, held)
    threads[0].start()
    assert arrived.wait(_LONG), ends
    threads[1].start()
    while threads[1].is_alive() and not _somebody_waits():
        threads[1].join(0.02)
    go_on.set()
    for thread in threads:
        thread.join(_LONG)
    patch.setattr(where, name, real)
    return ends


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
