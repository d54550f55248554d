"""Moments further in the future than this node ever plans: left by a clock that was wrong, found and pulled back.

Declared beside each model (`near`). Without it a node waits in silence until the wrong moment comes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

M = TypeVar("M", bound=type[models.Model])
SLACK = timedelta(minutes=1)  # clocks of two machines, and one that is set right, differ by less
LONGEST_PAUSE = timedelta(hours=12)  # of a job that is tried again
_JOBS = "django_tasks_database.DBTaskResult"
_AT_ONCE = 9999  # the queue's own word for a job that waits for no moment
_TICK = Q(args_kwargs__args__0="kernel.tick")


@dataclass(frozen=True)
class Near:
    """The field `moment` of `label` (app.Model), in rows that are `which`, lies at most `within` after now.

    `goes`: such a row says nothing that is true, and is deleted; otherwise its moment becomes now.
    """

    label: str
    moment: str
    within: timedelta
    which: Q = Q()  # noqa: RUF009 - a Q is never changed
    goes: bool = False

    def rows(self, now: datetime) -> QuerySet[models.Model]:
        """What lies too far ahead of `now`."""
        limit = {f"{self.moment}__gt": now + self.within + SLACK}
        found: QuerySet[models.Model] = apps.get_model(self.label)._base_manager.filter(self.which, **limit)
        return found


@dataclass(frozen=True)
class Wrong:
    """`what` is wrong, `fix` says what to do; `grave`: the books are touched."""

    what: str
    fix: str
    grave: bool = False


_declared: dict[tuple[str, str], Near] = {}


def near(moment: str, within: timedelta = timedelta(), *, goes: bool = False) -> Callable[[M], M]:
    """Declares how far ahead the field `moment` of a model is ever written."""

    def declare(model: M) -> M:
        label = model._meta.label
        _declared[label, moment] = Near(label, moment, within, goes=goes)
        return model

    return declare


def rules() -> Iterator[Near]:
    """Every moment that is looked after."""
    ready = Q(status="READY", run_after__year__lt=_AT_ONCE)
    yield Near(_JOBS, "run_after", timedelta(), ready & _TICK)
    yield Near(_JOBS, "run_after", LONGEST_PAUSE, ready)
    yield from _declared.values()


def pull_back(now: datetime) -> int:
    """Lets everything that waits for a wrong moment happen at `now`; how many rows."""
    return sum(rule.rows(now).delete()[0] if rule.goes else _move(rule, now) for rule in rules())


def _move(rule: Near, now: datetime) -> int:
    return rule.rows(now).update(**{rule.moment: now})


def wrong(now: datetime) -> Wrong | None:
    """What people read while something waits for a moment that is too far ahead of `now`."""
    count = sum(rule.rows(now).count() for rule in rules())
    if not count:
        return None
    return Wrong(
        _("The clock of this machine was wrong: %(count)s timers, jobs or letters wait for a time far in the future.")
        % {"count": count},
        _("Set the clock of the machine right, then start the node with `cosmolocal up`: it mends them in a minute."),
    )
