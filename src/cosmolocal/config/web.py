"""The web server, a process of its own: `python -m cosmolocal.config.web HOST PORT WORKERS`; loads no command line."""

import os
import resource
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

THREADS = 4  # of each worker, that run pages
HEAD_SECONDS = 15  # for the head of a request to come, after the connection or the answer before
CONNECTIONS = 4096  # of each worker


def main() -> None:
    """Serves until SIGTERM; a worker that dies is started again."""
    host, port, workers = sys.argv[1:]
    os.environ.setdefault("COSMOLOCAL_STATEMENT_SECONDS", "30")  # a page asks nothing that takes longer
    _open_many_files()
    Granian(
        "cosmolocal.config.asgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.ASGINL,
        workers=int(workers),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        backlog=2048,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def _open_many_files() -> None:
    """Each connection is an open file; systems let a process have 1,024 unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


if __name__ == "__main__":
    main()
