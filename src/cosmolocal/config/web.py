"""The web server, a process of its own: `python -m cosmolocal.config.web HOST PORT WORKERS`; loads no command line."""

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 4  # of each worker


def main() -> None:
    """Serves until SIGTERM; a worker that dies is started again."""
    host, port, workers = sys.argv[1:]
    Granian(
        "cosmolocal.config.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
