"""The `cosmolocal` command: reads the words, sets the node's home, and hands over to the one that does the work."""

import argparse
import errno
import os
import sys
import tempfile
from pathlib import Path

from cosmolocal import __version__
from cosmolocal.config import serve
from cosmolocal.config.home import foreign

WORDS = {
    "up": "bring the node up: prepare the database, serve pages, work through jobs",
    "demo": "serve a lively demo local (made on first use)",
    "backup": "write everything of this local into one file",
    "restore": "put a backup into an empty home",
    "doctor": "replay the books and say what is wrong, with one sentence each on how to mend it",
    "code": "print a one-time sign-in code for somebody who is locked out",
    "import": "read products, or members with their opening books, from a file",
    "export": "write products as a file",
    "version": "say which version this is",
}


def parser() -> argparse.ArgumentParser:
    """Every command with its options; `docs/reference/commands.md` is made from this."""
    top = argparse.ArgumentParser(prog="cosmolocal", description="One small node per community.")
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {}
    for name, says in WORDS.items():
        made[name] = sub.add_parser(name, help=says, description=says)
        if name != "version":
            made[name].add_argument("--home", help="the node's folder (default: $COSMOLOCAL_HOME, or ./data)")
    for name in ("up", "demo"):
        made[name].add_argument("--port", type=int, help="default 8000, or $PORT")
        made[name].add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        made[name].add_argument(
            "--workers", type=int, help="web workers of 4 threads each (default 1, or $WEB_WORKERS)"
        )
    made["up"].add_argument(
        "--keep-demo", action="store_true", help="make the demo that lies in this folder your own local, for good"
    )
    made["demo"].add_argument("--fresh", action="store_true", help="make the demo data anew")
    made["demo"].add_argument("--no-serve", action="store_true", help="only make the data")
    made["backup"].add_argument("file", nargs="?", help="default: backups/<date>.cosmolocal in the home")
    made["backup"].add_argument("--encrypt", action="store_true", help="under a passphrase that is asked for")
    for name in ("backup", "export"):
        made[name].add_argument("--force", action="store_true", help="write over a file that is there")
    made["restore"].add_argument("file", help="what `backup` wrote")
    made["code"].add_argument("who", help="mail address, or the name as it stands in the list of people")
    made["doctor"].add_argument("--json", action="store_true", help="one JSON object a finding")
    made["doctor"].add_argument(
        "--put-back", action="store_true", help="write down, signed, that you put back an older state of the database"
    )
    made["import"].add_argument("what", choices=["products", "opening-books"])
    made["import"].add_argument("file", help="CSV, xlsx or ods")
    made["import"].add_argument("--dry-run", action="store_true", help="only say what would happen, row by row")
    made["import"].add_argument("--make-missing", action="store_true", help="make unknown producers and categories")
    made["import"].add_argument("--on", help="cut-over date of opening books, YYYY-MM-DD")
    made["import"].add_argument("--accept-difference", action="store_true", help="book it to 'opening difference'")
    made["import"].add_argument("--as", dest="steward", help="mail address of the steward who does this")
    made["export"].add_argument("what", choices=["products"])
    made["export"].add_argument("file", nargs="?", help="default: standard output")
    return top


def unusable(home: Path) -> str:
    """Why a node cannot live in this folder, as a sentence; nothing when it can. Makes the folder."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        if problem := foreign(home):
            return problem
        with tempfile.TemporaryFile(dir=home):
            pass
        for file in home.glob("*"):
            if file.is_file() and not os.access(file, os.R_OK | os.W_OK):
                return f"{file} cannot be read and written by this user. Give it to the user who runs the node."
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return ""  # a node whose disk is full still shows its pages
        return f"The folder {home} cannot be used: {error.strerror}. Choose another one, or give it to this user."
    return ""


def main(argv: list[str] | None = None) -> None:
    """Exit status: 0 done; 1 refused, with a sentence; 2 the words were not understood."""
    words = sys.argv[1:] if argv is None else argv
    args = parser().parse_args(words)
    if args.command == "version":
        sys.stdout.write(f"cosmolocal {__version__}\n")
        return
    default_home = "data/demo" if args.command == "demo" and "COSMOLOCAL_HOME" not in os.environ else "data"
    home = Path(args.home or os.environ.get("COSMOLOCAL_HOME", default_home)).resolve()
    if problem := unusable(home):
        sys.stderr.write(f"{problem}\n")
        sys.exit(1)
    os.environ["COSMOLOCAL_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
    if args.command in ("up", "demo"):
        os.environ["PORT"] = str(args.port or int(os.environ.get("PORT", "8000")))
        sys.exit(serve.bring_up(args))
    os.execv(sys.executable, [sys.executable, "-m", "cosmolocal.config.commands", *words])  # noqa: S606 - our own module
