"""Python on a node's own home in a process of its own, as web server and worker run; one that can be killed."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

START = """
import django, json, sys
django.setup()
from pathlib import Path
from django.apps import apps
from django.conf import settings
from cosmolocal.config import backup, restoring
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.agents import operations as people, queries as who
from cosmolocal.money import operations as money, queries as purse
from cosmolocal.flows import queries as journal
"""


def environment(home: Path, url: str) -> dict[str, str]:
    """Only this home and, where given, this PostgreSQL database."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COSMOLOCAL_", "DATABASE_"))}
    kept |= {
        "COSMOLOCAL_HOME": str(home),
        "COSMOLOCAL_SQLITE_SYNCHRONOUS": "OFF",
        "DJANGO_SETTINGS_MODULE": "cosmolocal.config.settings",
    }
    return {**kept, "DATABASE_URL": url} if url else kept


def start(home: Path, url: str, code: str) -> "subprocess.Popen[str]":
    """Starts `code`; the caller reads its lines, waits for it or kills it."""
    home.parent.mkdir(parents=True, exist_ok=True)
    script = START + textwrap.dedent(code)
    return subprocess.Popen(
        [sys.executable, "-u", "-c", script],
        env=environment(home, url),
        stdout=subprocess.PIPE,
        stderr=_errors(home).open("a"),
        text=True,
    )


def _errors(home: Path) -> Path:
    return home.with_name(f"{home.name}.log")


def run(home: Path, url: str, code: str) -> Any:
    """Runs `code` to its end; what it put into `answer`."""
    process = start(home, url, textwrap.dedent(code) + "\nprint('ANSWER', json.dumps(answer))")
    told, _nothing = process.communicate(timeout=300)
    assert process.returncode == 0, _errors(home).read_text()[-3000:]
    return json.loads(told.rsplit("ANSWER ", 1)[1])


def at_database(url: str, name: str) -> str:
    """The address of another database on the same cluster."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


MIGRATE = """
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    answer = None
"""
FILL = """
    wish = people.LocalDraft(name="Ainonghui 爱农会", zone="Asia/Shanghai", currency="CNY")
    by = who.system()
    people.found_local(by=by, draft=wish)
    money.open_currency(by=by, code="CNY", decimals=2, symbol="¥")
    bank = money.open_box(by=by, kind="bank", name="Bank")
    for number in range(30):
        person = people.add_member(by=by, name=f"Amina {number}", email=f"amina{number}@example.org",
                                   household_name=f"Household {number}", code=f"H{number}")
        account = money.open_account(by=by, holder=who.household_of(person))
        money.top_up(by=by, account=account, box=bank, amount=10000 + number, key=f"t{number}")
    answer = None
"""
# Names for what stands in a local that was filled so.
FILLED = """
    by, bank = who.system(), purse.boxes()[0]
    person = who.Agent.objects.get(name="Amina 29")
    answer = None
"""
