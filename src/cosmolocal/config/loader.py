"""Loads the application once and forks the processes of a node from it, which so share what they do not change.

`python -m cosmolocal.config.loader SOCKET WORKERS [SINK ...]` forks web server and job worker, and then becomes
`config.watch`, since a third copy of what they change would only be kept for nothing. `... SOCKET as NAME` is one of
them, started again by itself.
"""

import gc

gc.disable()  # it would write into what is shared

import os  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402
from importlib import import_module  # noqa: E402
from socket import socket  # noqa: E402

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - models exist only after setup

from cosmolocal.config import watch, web  # noqa: E402
from cosmolocal.kernel import jobs, languages, worker  # noqa: E402


def main() -> None:
    """Ends as another process, or as one of those that it names."""
    listening = socket(fileno=int(sys.argv[1]))
    does: dict[str, Callable[[], None]] = {"web": partial(web.serve, listening), "worker": worker.run}
    if sys.argv[2] == "as":
        name = sys.argv[3]
        watch.call_self(name)
        gc.enable()
        does[_kind(name)]()
        return
    load()
    gc.freeze()
    forked = [f"{name}={watch.start(name, does[_kind(name)]).pid}" for name in watch.names(int(sys.argv[2]))]
    watch.run("cosmolocal.config.watch", *sys.argv[1:3], ",".join(forked), *sys.argv[3:])


def load() -> None:
    """Whatever both may come to need. Opens no connection and starts no thread: neither outlives a fork."""
    import_module(settings.ROOT_URLCONF)
    jobs.load()
    for code, _name in settings.LANGUAGES:
        languages.manner(code)


def _kind(name: str) -> str:
    """What a process with this name does: the second web server is called web2."""
    return name.rstrip("0123456789")


if __name__ == "__main__":
    main()
