"""The commands that need the database: each parses nothing new, calls one function, and says what happened."""

import getpass
import json
import logging
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - models exist only after setup
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402
from django.db.migrations.recorder import MigrationRecorder  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.translation import gettext as _  # noqa: E402

from cosmolocal.agents.models import Agent, User  # noqa: E402
from cosmolocal.agents.operations import make_sign_in_code, remove_passkey, sign_out_everywhere  # noqa: E402
from cosmolocal.agents.queries import role_holders, system  # noqa: E402
from cosmolocal.catalog import exports  # noqa: E402
from cosmolocal.catalog import imports as catalog_imports  # noqa: E402
from cosmolocal.config import aside, backup, cli, doctor, home, restoring  # noqa: E402
from cosmolocal.config.demos import ainonghui  # noqa: E402
from cosmolocal.kernel import clock, heads, ids, node, seals  # noqa: E402
from cosmolocal.kernel.models import Node  # noqa: E402
from cosmolocal.kernel.operation import is_disk_full  # noqa: E402
from cosmolocal.kernel.refusal import Refusal  # noqa: E402
from cosmolocal.money import imports as money_imports  # noqa: E402
from cosmolocal.paper.tables import LARGEST_BYTES  # noqa: E402
from cosmolocal.website.operations import make_setup_link  # noqa: E402


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def prepare(args: Namespace) -> int:
    """Tables, static files, and the setup link or the demo."""
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    home.tighten(settings.HOME)
    aside.let_go(settings.HOME)
    call_command("migrate", verbosity=0, interactive=False)
    seals.after_upgrade()
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    with node.at_home():
        return _greet(args)


def _greet(args: Namespace) -> int:
    if args.demo:
        ainonghui.require_demo()
        if args.fresh or not node.is_ready():
            say(_("Making the demo local …"))
            ainonghui.build(fresh=args.fresh)
        say(_("The demo is ready: %(address)s") % {"address": args.address})
    elif not node.is_ready():
        say(
            _("Set up your local here (this link works once): %(link)s")
            % {"link": settings.PUBLIC_URL + make_setup_link()}
        )
    else:
        if node.current().is_demo:
            _keep_demo(insists=args.keep_demo)
        say(_("%(name)s is up: %(address)s") % {"name": node.current().name, "address": settings.PUBLIC_URL})
    return 0


def _keep_demo(*, insists: bool) -> None:
    """A demo becomes a local like any other, where whoever runs it insists: nobody comes in by one click any more, also
    when `demo` is typed later, and who came in so is out. Refuses config.is_a_demo.
    """
    if not insists:
        raise Refusal(
            "config.is_a_demo",
            _(
                "A demo lies in this folder: everybody in it is invented, and whoever knew the demo could come in as "
                "any of them. See it with “cosmolocal demo --home %(home)s”; for your own local choose an empty folder "
                "with --home. To keep this one as your own nevertheless: cosmolocal up --keep-demo"
            )
            % {"home": settings.HOME},
        )
    node.configure(is_demo=False)
    for passkey in Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).select_related("user__agent"):
        remove_passkey(by=passkey.user.agent, passkey=passkey)
    for person in Agent.objects.filter(user__isnull=False).order_by("pk"):
        sign_out_everywhere(by=system(), agent=person)
    say(_("This was a demo. From now on it is a local like any other, and nobody comes in by one click."))
    say(_("Everybody is signed out. Come in with a code from this machine: cosmolocal code NAME"))


def do_backup(args: Namespace) -> int:
    target = _free(args.file, force=args.force) if args.file else backup.default_file()
    passphrase = backup.passphrase()
    if args.encrypt and not passphrase:
        passphrase = _asked(_("Passphrase of the backup: "))
        if len(passphrase) < 8 or passphrase != _asked(_("The same once more: ")):
            raise Refusal("config.passphrase", _("Type the same passphrase twice, with 8 characters or more."))
    say(_("Written: %(file)s") % {"file": backup.write(target, passphrase)})
    return 0


def _free(name: str, *, force: bool, into_device: bool = False) -> Path:
    """Where a command may write; `into_device`: also what is no file, such as a pipe, which loses nothing by it.
    Refuses config.file_of_home and config.file_exists.
    """
    target, own = Path(name).resolve(), Path(settings.HOME)
    if target.is_relative_to(own) and (target.exists() or target.parent != backup.folder()):
        raise Refusal(
            "config.file_of_home",
            _("%(file)s belongs to the node's own folder. Nothing was written. Choose a name elsewhere.")
            % {"file": target},
        )
    is_device = target.exists() and not target.is_file() and not target.is_dir()
    if is_device and into_device:
        return target
    if target.is_dir() or is_device or (target.exists() and not force):
        raise Refusal(
            "config.file_exists",
            _("%(file)s is there already. Nothing was written. Choose another name, or write over a file with --force.")
            % {"file": target},
        )
    return target


def do_restore(args: Namespace) -> int:
    source, passphrase = Path(args.file).resolve(), backup.passphrase()
    if not passphrase and sys.stdin.isatty() and restoring.is_encrypted(source):
        passphrase = _asked(_("Passphrase of the backup: "))
    manifest = restoring.restore(source, passphrase)
    say(_("Restored %(name)s as of %(when)s.") % {"name": manifest["local"], "when": manifest["made_at"]})
    if newest := seals.head():
        say(
            _("Its seals end with number %(number)s of %(when)s; that it was put back stands in %(file)s.")
            % {"number": newest.number, "when": newest.at.isoformat(), "file": heads.FILE}
        )
    return 0


def _asked(question: str) -> str:
    """A secret, typed where nobody reads it."""
    if not sys.stdin.isatty():
        raise Refusal(
            "config.passphrase_missing",
            _("Set COSMOLOCAL_BACKUP_PASSPHRASE, or run this in a terminal that can ask."),
        )
    return getpass.getpass(question)


def do_doctor(args: Namespace) -> int:
    """0: everything is well; 1: something needs mending."""
    if args.put_back:
        _put_back()
    complaints = list(doctor.examine())
    for found in complaints:
        if args.json:
            say(json.dumps({"what": found.what, "fix": found.fix, "grave": found.grave}, ensure_ascii=False))
        else:
            say(f"{'!!' if found.grave else ' !'} {found.what}\n   → {found.fix}")
    for note in doctor.notes() if not doctor.waiting_migrations() else ():
        say(json.dumps({"note": note}, ensure_ascii=False) if args.json else f"  · {note}")
    if not complaints and not args.json:
        say(_("All is well: the books replay to the smallest unit."))
    return 1 if complaints else 0


def _put_back() -> None:
    """Who runs the node says that she put the database back herself. Refuses config.seals_broken."""
    try:
        heads.read()
        number = seals.put_back()
    except heads.Broken as error:
        raise Refusal(
            "config.seals_broken",
            _("%(file)s is not what the node wrote. Keep a copy of it elsewhere, delete it, and ask once more.")
            % {"file": heads.path()},
        ) from error
    say(_("Written down: the seals were put back to number %(number)s.") % {"number": number})


def do_code(args: Namespace) -> int:
    """For a steward who has lost mail and passkey: whoever may run this command on the machine may let her in."""
    code = ids.fresh_code(8)
    who = _person(args.who)
    made = make_sign_in_code(by=system(), on_behalf_of=who, code=code)
    until = clock.wall(made.expires_at)
    say(
        _("%(name)s signs in once with %(code)s, until %(until)s: %(address)s")
        % {
            "name": who.name,
            "code": f"{code[:4]}-{code[4:]}",
            "until": f"{until:%H:%M}",
            "address": settings.PUBLIC_URL + reverse("agents:use_code"),
        }
    )
    return 0


def _person(words: str) -> Agent:
    present = Agent.objects.present().filter(kind=Agent.Kind.PERSON)
    named = Q(name__iexact=words) | Q(contact__email__iexact=words) | Q(user__email__iexact=words)
    found = list(present.filter(named).distinct().order_by("id")[:2])
    if not found:
        raise Refusal(
            "config.no_such_person", _("Nobody here is called %(words)s. Write name or mail.") % {"words": words}
        )
    if len(found) > 1:
        raise Refusal(
            "config.two_persons", _("Several people are called %(words)s. Write the mail address.") % {"words": words}
        )
    return found[0]


def do_import(args: Namespace) -> int:
    """0: every row was taken; 1: rows were refused, each with its sentence."""
    by, source = _steward(args.steward), Path(args.file)
    if args.what == "products":
        return _import_products(args, by, source)
    if not args.on:
        raise Refusal("config.no_date", _("Say from which day the books open: --on YYYY-MM-DD"))
    try:
        on = date.fromisoformat(args.on)
    except ValueError as error:
        raise Refusal("config.no_date", _("Write the day as YYYY-MM-DD, for example 2026-01-01.")) from error
    with source.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    outcome = money_imports.run_import(
        by=by,
        data=data,
        name=source.name,
        on=on,
        dry_run=args.dry_run,
        accept_difference=args.accept_difference,
    )
    for line in outcome.lines():
        say(line)
    return 1 if outcome.refused else 0


def _import_products(args: Namespace, by: Agent, source: Path) -> int:
    report = catalog_imports.run_import(by=by, file=source, dry_run=args.dry_run, make_missing=args.make_missing)
    for row in report.rows:
        if row.verdict != "same":
            say(f"{row.number}: {row.verdict}: {row.what} {row.sentence}".rstrip())
    say(", ".join(f"{count} {verdict}" for verdict, count in report.counts.items()))
    return 1 if report.counts["refused"] else 0


def do_export(args: Namespace) -> int:
    target = _free(args.file, force=args.force, into_device=True) if args.file else None
    data = exports.products_csv()
    if target:
        target.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
    return 0


def _steward(address: str | None) -> Agent:
    """The steward who acts at the command line: the one named, else the first."""
    if address:
        user = User.objects.select_related("agent").filter(email__iexact=address).first()
        if user is None or user.agent is None:
            raise Refusal("config.no_such_steward", _("Nobody signs in with %(mail)s. Check --as.") % {"mail": address})
        return user.agent
    found = role_holders("steward").first()
    if found is None:
        raise Refusal("config.not_set_up", _("This home has no steward yet. Finish the setup first: cosmolocal up"))
    return found


def parser() -> ArgumentParser:
    top = ArgumentParser(prog="cosmolocal")
    sub = top.add_subparsers(dest="command", required=True)
    made = sub.add_parser("prepare")
    made.add_argument("--demo", action="store_true")
    made.add_argument("--fresh", action="store_true")
    made.add_argument("--keep-demo", action="store_true")
    made.add_argument("--address", default="")
    return top


RUN: dict[str, Callable[[Namespace], int]] = {
    "prepare": prepare,
    "backup": do_backup,
    "restore": do_restore,
    "doctor": do_doctor,
    "code": do_code,
    "import": do_import,
    "export": do_export,
}
NEED_TABLES = {"backup", "code", "import", "export"}


def _local() -> Node:
    """This node; an unnamed one while its tables are not there, or not of this version."""
    try:
        return node.current()
    except DatabaseError:
        return Node(name="")


def _require_tables() -> None:
    """Refuses config.not_set_up and config.other_version: tables that are not there, or not those of this version."""
    if not MigrationRecorder(connection).applied_migrations():
        raise Refusal("config.not_set_up", _("This folder holds no local yet. Look at --home, or begin: cosmolocal up"))
    if doctor.waiting_migrations():
        raise Refusal(
            "config.other_version",
            _("The tables are of another version. Use the program that wrote them, or bring them up: cosmolocal up"),
        )


def main() -> int:
    words = sys.argv[1:]
    args = (parser() if words[0] == "prepare" else cli.parser()).parse_args(words)
    try:
        with node.at_home(_local()):
            if args.command in NEED_TABLES:
                _require_tables()
            return RUN[args.command](args)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except OSError as error:
        said = error.strerror or str(error)
        if is_disk_full(error):
            said = _("No room is left on the disk, and nothing was written. Free some space, or choose another place")
        sys.stderr.write(f"{said}: {error.filename or settings.HOME}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
