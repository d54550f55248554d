"""What is wrong with this node: books replayed, triggers, jobs, tables; each with one sentence on mending."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.config import aside, home, restoring
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.kernel import ahead, clock, errands, heads, jobs, node, practices, proving, triggers
from cosmolocal.kernel.beside import side_by_side
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.look.dates import format_day
from cosmolocal.money import queries as money_queries
from cosmolocal.paper import uploads


@dataclass(frozen=True)
class Complaint:
    """`what` is wrong, `fix` says how to mend it; `grave`: the books are touched."""

    what: str
    fix: str
    grave: bool = False


def examine() -> list[Complaint]:
    """Every complaint, the graver first."""
    return sorted(_complaints(), key=lambda complaint: not complaint.grave)


def _complaints() -> Iterator[Complaint]:
    waiting = waiting_migrations()
    if waiting:
        yield Complaint(
            _("%(count)s changes of the tables wait.") % {"count": waiting},
            _("Start the node once with `cosmolocal up`: it brings the tables up to date."),
            grave=True,
        )
        return
    for table in triggers.missing():
        yield Complaint(
            _("Rows of %(table)s are not protected against change.") % {"table": table},
            _("Start the node once with `cosmolocal up`: it puts the protection back."),
            grave=True,
        )
    yield from _books()
    yield from _addresses()
    sums = money_queries.sums_agree() if node.is_ready() else None
    if sums and sums.difference:
        yield Complaint(
            _("Bank and cash hold %(boxes)s, all accounts together %(accounts)s.")
            % {"boxes": money_queries.format(sums.boxes), "accounts": money_queries.format(sums.accounts)},
            _("Restore the last backup in which they agree into another folder, and compare the statements of both."),
            grave=True,
        )
    if strange := ahead.wrong(clock.now()):
        yield Complaint(strange.what, strange.fix)
    yield from _strange_work()
    open_troubles = JobTrouble.objects.filter(settled_at=None).count()
    if open_troubles:
        yield Complaint(
            _("%(count)s jobs were given up or refused.") % {"count": open_troubles},
            _("Open the steward's page: each stands there with its reason and a button to try again."),
        )
    yield from _folder()


def _books() -> list[Complaint]:
    """What reads all that happened: the journal, the seals, balances of months, the books of practices. Side by side
    where it takes long.
    """
    elsewhere = list(restoring.known_heads())
    # What is not cut into pieces begins first: begun last, it would keep one core busy while the others have no more.
    works: list[Callable[[], list[Complaint]]] = [partial(_of_practice, practice) for practice in practices.installed()]
    works += [_months, _crates, *(partial(_told, look) for look in flows_queries.looks())]
    seals = proving.looks(elsewhere) if proving.is_long() else [partial(proving.examine, elsewhere)]
    works += [partial(_told, look) for look in seals]
    return side_by_side(works) if proving.is_long() else [one for work in works for one in work()]


def _told(look: Callable[[], Sequence[flows_queries.Finding] | Sequence[proving.Broken]]) -> list[Complaint]:
    return [Complaint(one.sentence, one.fix, grave=one.code != "late") for one in look()]


def _of_practice(practice: practices.Practice) -> list[Complaint]:
    return [Complaint(wrong.what, wrong.fix, wrong.grave) for wrong in (practice.wrong() if practice.wrong else ())]


def _crates() -> list[Complaint]:
    return [Complaint(wrong.what, wrong.fix, wrong.grave) for wrong in handovers_queries.wrong()]


def notes() -> Iterator[str]:
    """What is no complaint, and should be known by who reads the seals."""
    for found in proving.upgrades():
        yield _(
            "Seal %(number)s of %(day)s took in %(count)s rows that an upgrade changed: no deed stands behind them."
        ) % {"number": found.number, "day": format_day(clock.day_of(found.at)), "count": found.rows}
    try:
        lines = heads.read()
    except OSError:
        return
    for line in lines:
        if line.verb != heads.SEALED:
            yield _("On %(day)s the seals were put back to number %(number)s, or begun anew.") % {
                "day": format_day(clock.day_of(datetime.fromisoformat(line.at))),
                "number": line.number,
            }


def _folder() -> Iterator[Complaint]:
    """Of the node's folder and the disk it lies on."""
    if open_to_others := len(list(home.loose(settings.HOME))):
        yield Complaint(
            _("%(count)s files of the node's folder can be read by other users of this machine.")
            % {"count": open_to_others},
            _("Start the node once with `cosmolocal up`, as the user they belong to: it closes them."),
        )
    for name in aside.left(settings.HOME):
        yield Complaint(
            _("A restore, or a backup being sent in, was cut off and left a copy of the data: %(name)s.")
            % {"name": name},
            _("Start the node once with `cosmolocal up`, or restore again: either removes it."),
        )
    if shutil.disk_usage(settings.HOME).free < 200 * 1024 * 1024:
        yield Complaint(
            _("Less than 200 MB are free on the disk."), _("Free some space, or move old backups elsewhere.")
        )


def _strange_work() -> Iterator[Complaint]:
    """Work that would be done in somebody's name, and that she never asked this node for."""
    for name in [*jobs.strange(), *errands.strange(), *uploads.strange()]:
        yield Complaint(
            _("%(name)s is to be done, and does not carry this node's mark: nobody asked this node for it so.")
            % {"name": name},
            _("It does nothing. Ask who may write to the database; on the steward's page what is stuck is let rest."),
            grave=True,
        )


def _addresses() -> Iterator[Complaint]:
    for address in agents_queries.strange_addresses():
        yield Complaint(
            _("A mailed code for %(mail)s signs in as %(name)s, and that is not the mail address of hers.")
            % {"mail": address.email, "name": address.user},
            _(
                "Press “Sign out everywhere” on her page: then her own address alone is known. Ask who may write to "
                "the database, and who got such a code."
            ),
            grave=True,
        )


def _months() -> list[Complaint]:
    return [
        Complaint(
            _("At the end of %(month)s, %(count)s balances are written down that their entries do not give.")
            % {"month": format_day(month.until), "count": month.count},
            _("Restore the last backup without this finding into another folder, and compare the statements of both."),
            grave=True,
        )
        for month in money_queries.wrong_balances()
    ]


def waiting_migrations() -> int:
    """How many changes of the tables this version makes that are not made yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
