"""Brings a node up: takes its port, prepares it, and becomes `config.loader`, which starts it."""

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

from cosmolocal.config import home
from cosmolocal.config.watch import PYTHON, end_with_parent, run


def bring_up(args: argparse.Namespace) -> int:
    """Prepares the node and serves it until SIGTERM or Ctrl-C; the exit status."""
    folder = Path(os.environ["COSMOLOCAL_HOME"])
    home.own(folder)
    # Threads share one pool of memory instead of having one each: some 10 MB less for a small node.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    if args.command == "demo":
        os.environ["COSMOLOCAL_DEMO"] = "1"
        os.environ.setdefault("COSMOLOCAL_SQLITE_SYNCHRONOUS", "NORMAL")
    serves = not getattr(args, "no_serve", False)
    listening = _bound(args.host, int(os.environ["PORT"])) if serves else None
    if serves and not listening:
        sys.stderr.write(
            f"Port {os.environ['PORT']} is in use. Stop what uses it, or choose another one: --port 8001\n"
        )
        return 1
    sink = _sink(folder) if args.command == "demo" and serves else []
    words = ["prepare", "--address", f"http://localhost:{os.environ['PORT']}"]
    if args.command == "demo":
        words += ["--demo", *(["--fresh"] if args.fresh else [])]
    elif args.keep_demo:
        words.append("--keep-demo")
    done = subprocess.run([*PYTHON, "cosmolocal.config.commands", *words], check=False, preexec_fn=end_with_parent)
    if done.returncode or not listening:
        return done.returncode
    listening.set_inheritable(True)
    workers = args.workers or int(os.environ.get("WEB_WORKERS", "1"))
    return run("cosmolocal.config.loader", str(listening.fileno()), str(workers), *sink)


def _bound(host: str, port: int) -> socket.socket | None:
    """A socket that has the port, and is listened on once the node is prepared; nothing when somebody else has it.

    It outlives the web server: who comes while that one is started again waits for it.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        return None
    return found


def _sink(folder: Path) -> list[str]:
    """The words that start the demo's own mail server, where no other is set."""
    if os.environ.get("COSMOLOCAL_SMTP"):
        return []
    port = 20000 + int.from_bytes(os.urandom(2), "big") % 20000
    os.environ["COSMOLOCAL_SMTP"] = f"smtp://127.0.0.1:{port}"
    os.environ["COSMOLOCAL_MAIL_SINK"] = str(folder / "mail")
    return ["cosmolocal.messages.sink", str(port), str(folder / "mail")]
