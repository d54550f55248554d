"""The whole node from outside: its backup and the way back, as an operator types them; how large its database is."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from benchmarks.harness import must

COMMAND = Path(sys.executable).with_name("cosmolocal")


def backup_and_restore(name: str) -> tuple[float, float]:
    """Seconds of both. The backup is brought back into a place of its own, counted there, and thrown away."""
    home = Path(os.environ["COSMOLOCAL_HOME"])
    with tempfile.TemporaryDirectory(prefix=f"cosmolocal-{name}-") as beside:
        return _there_and_back(name, home, Path(beside))


def _there_and_back(name: str, home: Path, beside: Path) -> tuple[float, float]:
    file, other = beside / f"{name}.cosmolocal", beside / "home"
    other.mkdir()
    backup = _seconds(["backup", str(file), "--home", str(home)], {})
    elsewhere = {**_another_database(f"back_{name}"), "COSMOLOCAL_HOME": str(other)}
    restore = _seconds(["restore", str(file), "--home", str(other)], elsewhere)
    _seconds(["doctor", "--home", str(other)], elsewhere)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE back_{name}")
    return backup, restore


def _seconds(words: list[str], more: dict[str, str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run([COMMAND, *words], env={**os.environ, **more}, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    must(done.returncode == 0, f"cosmolocal {words[0]} says: {done.stdout[:300]} {done.stderr[-300:]}")
    return took


def _another_database(name: str) -> dict[str, str]:
    if connection.vendor == "sqlite":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    return {"DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()}


def database_bytes() -> int:
    """Tables and indexes, without room that is free."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute(
                "SELECT (page_count - freelist_count) * page_size "
                "FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()"
            )
        return int(cursor.fetchone()[0])
