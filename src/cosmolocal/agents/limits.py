"""How often a form may be sent: counted per person, or per internet address of a stranger, over a moving window."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cosmolocal.agents import queries
from cosmolocal.agents.models import Try
from cosmolocal.kernel import ahead, clock, ids, senders
from cosmolocal.kernel.refusal import Refusal

KEPT = timedelta(days=1)  # as long as the longest window
View = Callable[..., HttpResponse]


class Limit(NamedTuple):
    """So many times in so many seconds, of one sender."""

    name: str
    sender: str
    times: int
    seconds: int


def who(request: HttpRequest) -> str:
    """A short name for whoever sends: the person, else a digest of the address."""
    agent = queries.reader(request).agent
    if agent is not None:
        return f"agent-{agent.pk}"
    return ids.digest(senders.home_of(request.META.get("REMOTE_ADDR", "")))[:24]


def allow(name: str, sender: str, *, times: int, seconds: int) -> bool:
    """Counts one more; False where `times` were counted in the last `seconds` already."""
    return allow_all([Limit(name, sender, times, seconds)])


def allow_all(limits: Sequence[Limit]) -> bool:
    """Counts one more for each sender; False where one of the limits is reached already.

    Written down before it is counted, so that of many at once none slips through; a refused one does not stay.
    """
    now = clock.now()
    own = [
        Try.objects.create(name=name, sender=sender, at=now)
        for name, sender in dict.fromkeys((limit.name, limit.sender) for limit in limits)
    ]
    if all(_counted(limit, now) <= limit.times for limit in limits):
        return True
    Try.objects.filter(pk__in=[one.pk for one in own]).delete()
    return False


def _counted(limit: Limit, now: datetime) -> int:
    window = (now - timedelta(seconds=limit.seconds), now + ahead.SLACK)
    return Try.objects.filter(name=limit.name, sender=limit.sender, at__gt=window[0], at__lte=window[1]).count()


def require(name: str, sender: str, *, times: int, seconds: int) -> None:
    """The same for a form that must not be lost: refuses with `agents.too_often`, which lands in it."""
    if not allow(name, sender, times=times, seconds=seconds):
        raise Refusal(
            "agents.too_often",
            _("That was done many times in a short while. Nothing was changed; wait some minutes, then send it again."),
            later=True,
        )


def forgive(name: str, sender: str) -> None:
    """The last one turned out right, and does not count."""
    last = Try.objects.filter(name=name, sender=sender).order_by("-id").first()
    if last is not None:
        last.delete()


def forget() -> None:
    """What no window reaches any more goes."""
    Try.objects.filter(at__lt=clock.now() - KEPT).delete()


def limited(name: str, *, times: int, seconds: int, counts_done: bool = True) -> Callable[[View], View]:
    """A view whose POST is answered with 429 and a sentence once it was sent too often.

    Where `counts_done` is False, only what was refused counts: many people of one house may come in one after another.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            sender = who(request)
            if not allow(name, sender, times=times, seconds=seconds):
                return render(request, "429.html", status=429)
            answer = view(request, *args, **kwargs)
            if not counts_done and answer.status_code < 400:
                forgive(name, sender)
            return answer

        return run

    return wrap
