"""Runs a command on a PostgreSQL made for it alone: `python tools/postgres.py -- pytest src`.

The cluster lives in a temporary folder, listens on a unix socket only, and is gone afterwards in any case.
Status 77 says that this machine has no PostgreSQL.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ABSENT = 77
NAME = "cosmolocal"
# What is lost when the machine stops does not matter in a cluster that lives for one command.
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
# Between two tests every table is empty: counted then, it would be read row by row in the middle of the next one.
UNCOUNTED = ["-c", "autovacuum=off"]


def bin_folder() -> Path | None:
    """Where initdb and postgres stand: on the PATH, or where the distributions put them (the newest)."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    found = [
        initdb.parent
        for root, pattern in (("/usr/lib/postgresql", "*/bin/initdb"), ("/usr", "pgsql-*/bin/initdb"))
        for initdb in Path(root).glob(pattern)
    ]
    return max(found, key=lambda folder: [int(n) for n in folder.parent.name.split("-")[-1].split(".")], default=None)


def _unprivileged() -> dict[str, Any]:
    """Arguments that make a child run as an ordinary user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("Running as root, and there is neither a user `postgres` nor `nobody` to run the cluster as.")


@contextlib.contextmanager
def cluster(*, durable: bool = False, data: Path | None = None) -> Iterator[str]:
    """A throwaway cluster; yields its DATABASE_URL. `durable` keeps fsync on, as a benchmark needs.

    `data`: where its files are and stay, made anew where there are none; every user must be able to get there.
    """
    programs = bin_folder()
    if programs is None:
        raise FileNotFoundError("initdb")
    child = _unprivileged()
    # A socket's path may have 107 characters, so not below a long TMPDIR.
    folder = Path(tempfile.mkdtemp(prefix="cosmolocal-pg-", dir="/tmp"))
    server = None
    try:
        if child:
            os.chown(folder, child["user"], child["group"])
        files = data or folder / "data"
        begun = files.exists()
        kind = ["-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if not begun:
            if data and child:
                data.mkdir(mode=0o700)
                os.chown(data, child["user"], child["group"])
            initdb = [programs / "initdb", "-D", files, *kind]
            subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **child)
        with (folder / "log").open("wb") as log:
            listen = ["-D", files, "-k", folder, "-c", "listen_addresses="]
            postgres = [programs / "postgres", *listen, *([] if durable else [*FAST, *UNCOUNTED])]
            # A session of its own: Ctrl+C reaches the command, and the cluster outlives it.
            server = subprocess.Popen(postgres, stdout=log, stderr=log, cwd=folder, start_new_session=True, **child)
        _wait(server, programs, folder)
        socket = ["-h", str(folder), "-U", NAME]
        if not begun:
            subprocess.run([programs / "createdb", *socket, "-T", "template0", NAME], check=True)
        yield f"postgres://{NAME}@/{NAME}?host={folder}"
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT if data else signal.SIGQUIT)
            server.wait(timeout=300 if data else 30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: "subprocess.Popen[bytes]", programs: Path, folder: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        if subprocess.run([programs / "pg_isready", "-q", "-h", str(folder)], check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not start:\n" + (folder / "log").read_text())


def main() -> int:
    """Run the command given after `--`; its status is ours."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--durable", action="store_true", help="keep fsync on (benchmarks)")
    parser.add_argument("command", nargs="+")
    wish = parser.parse_args()
    running: list[subprocess.Popen[bytes]] = []

    def stop(number: int, _frame: object) -> None:
        for process in running:
            process.send_signal(number)
        if not running:
            raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        with cluster(durable=wish.durable) as url:
            process = subprocess.Popen(wish.command, env={**os.environ, "DATABASE_URL": url})
            running.append(process)
            status = process.wait()
    except FileNotFoundError as absent:
        if absent.args != ("initdb",):
            raise
        print("PostgreSQL is not installed on this machine (no initdb found).", file=sys.stderr)
        return ABSENT
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
