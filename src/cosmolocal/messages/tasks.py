"""Jobs of messages: deliver letters, gather the daily mail."""

import smtplib
from collections import defaultdict
from datetime import timedelta

from django.core.mail import get_connection

from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import enqueue, job, key
from cosmolocal.kernel.practice import Timer
from cosmolocal.messages import delivery, operations
from cosmolocal.messages.models import Letter

DIGEST_HOUR = 18


@job("messages.deliver")
def deliver(letter_ids: list[int]) -> None:
    """Sends what still waits. A refused recipient is final; a silent server is tried again later."""
    waiting = Letter.objects.filter(pk__in=letter_ids, state=Letter.State.WAITING).prefetch_related("enclosures")
    with get_connection() as server:
        for letter in waiting:
            try:
                server.send_messages([delivery.mail_of(letter)])
            except smtplib.SMTPRecipientsRefused as error:
                _mark([letter.pk], Letter.State.FAILED, delivery.words_of(error))
            else:
                _mark([letter.pk], Letter.State.SENT, "")


@job("messages.deliver_digest")
def deliver_digest(agent_id: int) -> None:
    """One daily mail for one reader."""
    letters = list(Letter.objects.filter(to=agent_id, state=Letter.State.DIGEST).order_by("written_at"))
    if not letters:
        return
    with get_connection() as server:
        server.send_messages([delivery.digest_of(letters)])
    _mark([letter.pk for letter in letters], Letter.State.SENT, "")


def _mark(letter_ids: list[int], state: str, said: str) -> None:
    operations.mark(by=system(), letter_ids=letter_ids, state=state, said=said, key=f"{key()}:{letter_ids[0]}")


def send_digests() -> None:
    """In the evening of the local's own zone, one job per reader with something to tell."""
    if clock.wall(clock.now()).hour != DIGEST_HOUR:
        return
    waiting: dict[int, int] = defaultdict(int)
    for to_id in Letter.objects.filter(state=Letter.State.DIGEST).values_list("to_id", flat=True):
        waiting[to_id] += 1
    for to_id in waiting:
        enqueue("messages.deliver_digest", to_id)


timers = (Timer("messages.digest", timedelta(minutes=55), send_digests),)
