"""What a node lets go by itself, how long after, in small steps: so that nothing grows for ever. What is listed in
`KEPT` stays, with the reason; each table stands in one of both lists.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Q

from cosmolocal.agents import operations as agents
from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock
from cosmolocal.kernel.practices import LetGo, Timer, installed
from cosmolocal.messages import kinds
from cosmolocal.messages.rules import DAYS_OF_FILES

log = logging.getLogger("cosmolocal.keeping")
STEP, STEPS_AT_ONCE = 500, 20  # rows at once, and how often each time: who writes meanwhile waits for one step only
A_DAY, A_WEEK, TWO_MONTHS, A_YEAR = (timedelta(days=days) for days in (1, 7, 60, 366))


def _letters() -> Iterator[LetGo]:
    """Letters of each kind for as long as it says, whatever became of them; their files for a shorter time."""
    by_days: dict[int, list[str]] = {}
    for name, event in kinds.every().items():
        by_days.setdefault(event.days, []).append(name)
    for days, names in by_days.items():
        for name in names:
            yield LetGo("local_messages.Letter", "written_at", timedelta(days=days), Q(event=name))
    yield LetGo("local_messages.Enclosure", "letter__written_at", timedelta(days=DAYS_OF_FILES))


def _codes(ids: Sequence[int]) -> None:
    agents.forget_ways_in(by=system(), codes=ids)


def _invitations(ids: Sequence[int]) -> None:
    agents.forget_ways_in(by=system(), invitations=ids)


_OF_THE_HOUSE = (
    LetGo("django_tasks_database.DBTaskResult", "finished_at", A_WEEK, Q(status__in=["SUCCESSFUL", "FAILED"])),
    LetGo("kernel.JobTrouble", "settled_at", TWO_MONTHS),
    LetGo("kernel.Progress", "changed_at", TWO_MONTHS, Q(state__in=["done", "refused", "failed"])),
    LetGo("kernel.WorkerBeat", "at", A_DAY),
    LetGo("sessions.Session", "expire_date", timedelta()),
    LetGo("local_messages.Secret", "until", timedelta()),
    LetGo("agents.SignInCode", "expires_at", TWO_MONTHS, deed=_codes),
    LetGo("agents.Invitation", "expires_at", TWO_MONTHS, deed=_invitations),
    LetGo("agents.Try", "at", A_WEEK),
    LetGo("agents.JoinRequest", "at", A_YEAR, ~Q(state="waiting")),
    LetGo("paper.Upload", "at", TWO_MONTHS, ~Q(state="importing")),
)


@cache
def let_go() -> tuple[LetGo, ...]:
    """What goes by itself: the house's own, letters, and what each practice says."""
    return (*_OF_THE_HOUSE, *_letters(), *(rule for practice in installed() for rule in practice.lets_go))


_BOOKS = "the books, and what they point to"
_ONE_EACH = "as many as there are people, goods or settings: changed, not added to"
_WHO = "who could do what, and when: an auditor asks for it"
KEPT: dict[str, str] = {
    "kernel.Operation": "the audit trail",
    **dict.fromkeys(("kernel.Seal", "kernel.SealedRow", "kernel.Written"), "by which the books prove that they stand"),
    "kernel.Errand": "goes after a week with the file it made: kernel.errands",
    **dict.fromkeys(("kernel.Node", "kernel.TimerRun", "local_messages.Outlet"), _ONE_EACH),
    **dict.fromkeys(("agents.Agent", "agents.Place", "agents.User", "agents.Contact", "agents.Holiday"), _ONE_EACH),
    **dict.fromkeys(("local_messages.Preference", "paper.Picture", "account.EmailAddress"), _ONE_EACH),
    **dict.fromkeys(("mfa.Authenticator", "account.EmailConfirmation"), _ONE_EACH),
    **dict.fromkeys(("contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"), _ONE_EACH),
    **dict.fromkeys(("agents.Membership", "agents.Role", "agents.Leaving", "agents.Helping"), _WHO),
    **dict.fromkeys(("agents.Approval", "agents.Approval_excluded", "agents.Vote"), _WHO),
}
BOOKS = (
    "flows",
    "money",
    "catalog",
    "handovers",
    "bookings",
)  # their tables stay, as those of practices, but for what goes


def reason_to_keep(label: str) -> str:
    """Why rows of a table stay for ever; empty where nothing says so."""
    books = (*BOOKS, *(practice.name for practice in installed()))
    return KEPT.get(label, "") or (_BOOKS if label.split(".", maxsplit=1)[0] in books else "")


def prune() -> int:
    """Lets go what is due, up to `STEP` times `STEPS_AT_ONCE` rows of each kind; how many went."""
    now = clock.now()
    gone = sum(_some_of(rule, now) for rule in let_go()) + _forget_limits(now)
    if gone:
        log.info("let go of %s rows", gone)
    return gone


def _some_of(rule: LetGo, now: datetime) -> int:
    gone = 0
    for _step in range(STEPS_AT_ONCE):
        ids = list(rule.rows(now).values_list("pk", flat=True)[:STEP])
        if ids and rule.deed:
            rule.deed(ids)
        elif ids:
            apps.get_model(rule.label)._base_manager.filter(pk__in=ids).delete()
        gone += len(ids)
        if len(ids) < STEP:
            break
    return gone


def _forget_limits(now: datetime) -> int:
    """How often a form was sent is counted in the cache; a count that is over says nothing any more."""
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608 - a name from our settings
        return int(cursor.rowcount)


def _run() -> None:
    prune()


timers = (Timer("config.prune", timedelta(minutes=10), _run),)
