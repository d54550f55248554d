"""Jobs and timers of messages: letters that are due, the daily mail."""

from datetime import timedelta

from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.jobs import job
from cosmolocal.kernel.practices import Timer
from cosmolocal.messages import codes, operations, outbox, queries

DIGEST_HOUR = 18


@job("messages.deliver")
def deliver(letter_ids: object = None) -> None:
    """Sends what is due, some letters at a time, so that other work gets its turn in between."""
    if outbox.deliver():
        jobs.enqueue_once("messages.deliver")


@job("messages.deliver_codes", soon=True)
def deliver_codes() -> None:
    """Sends codes to sign in, and comes back as long as one waits that still opens something."""
    if (again := codes.deliver()) is not None:
        jobs.enqueue_once("messages.deliver_codes", after=again)


def look_after() -> None:
    """Letters that wait for their next try, that wait too long, or whose worker died."""
    outbox.give_up()
    codes.end()
    now = clock.now()
    if codes.is_something_due(now):
        jobs.enqueue_once("messages.deliver_codes")
    if queries.may_go_out(now) and queries.is_something_due(now):
        jobs.enqueue_once("messages.deliver")


def send_digests() -> None:
    """In the evening of the local's own zone, once a day; later where the node did not run at that hour."""
    wall = clock.wall(clock.now())
    if wall.hour < DIGEST_HOUR or queries.outlet().daily_on == wall.date():
        return
    operations.begin_daily_mail(by=system())


timers = (
    Timer("messages.look_after", timedelta(seconds=30), look_after),
    Timer("messages.digest", timedelta(minutes=5), send_digests),
)
