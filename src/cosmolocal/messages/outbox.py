"""How letters that wait leave this node: some at a time, each with an answer of its own."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Value, prefetch_related_objects
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from cosmolocal.agents.queries import system
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.sets import among
from cosmolocal.messages import delivery, operations, queries, rules
from cosmolocal.messages.delivery import Answer
from cosmolocal.messages.models import Letter, Outlet

BATCH = 50
_AT_MOST = timedelta(seconds=60)  # timers wait for as long as a batch takes
_CLAIMED_FOR = timedelta(minutes=5)  # longer than a batch and its last letter; who claimed it may have died
_STRIKES = 2  # how often in a row the server may fail before the rest of a batch waits
State = Letter.State


def deliver() -> bool:
    """Offers letters that are due to the mail server; True where more are due. Each letter's row says what became of
    it as soon as the server has answered; who relies on it learns by one deed for the batch.
    """
    note()
    if not queries.may_go_out(clock.now()):
        return False
    with node.at_home():
        _offer(_bundles(_claim()))
    note()
    return queries.is_something_due(clock.now())


def note() -> None:
    """Has noted what the server said, also what a worker that was killed could not note any more."""
    answered = list(Letter.objects.filter(to_note=True).order_by("pk").values_list("pk", flat=True)[: 10 * BATCH])
    if answered:
        operations.mark(by=system(), letter_ids=answered)


def give_up() -> None:
    """What could not be sent for days is told in person; nothing while mail is held, since nobody has tried."""
    if queries.outlet().held_since is not None:
        return
    old = clock.now() - rules.GIVE_UP_AFTER
    late = Letter.objects.filter(state=State.WAITING, since__lt=old).exclude(event=rules.CODE).values("pk")[:500]
    said = Concat(Value(_("It could not be sent for three days.") + " "), "said")
    if late.exists():
        Letter.objects.filter(pk__in=late).update(state=State.FAILED, said=said, next_at=None, to_note=True)
    note()


def _claim() -> list[Letter]:
    """Letters that are due, taken for some minutes, so that no second worker sends them too; with them all that goes
    into the same daily mails.
    """
    now = clock.now()
    due = Letter.objects.filter(state=State.WAITING, next_at__lte=now)
    with transaction.atomic():
        first = due.order_by("next_at", "pk").select_for_update(skip_locked=True)
        taken = dict(first.values_list("pk", "to_id")[:BATCH])
        daily = due.filter(daily=True, to__in=among({reader for reader in taken.values() if reader})).select_for_update(
            skip_locked=True
        )
        ids = {*taken, *daily.values_list("pk", flat=True)}
        Letter.objects.filter(pk__in=among(ids)).update(next_at=now + _CLAIMED_FOR)
    found = Letter.objects.filter(pk__in=among(ids), state=State.WAITING).select_related("to")
    letters = list(found.order_by("pk"))
    for place in range(0, len(letters), BATCH):  # a daily mail may hold any number
        prefetch_related_objects(letters[place : place + BATCH], "enclosures")
    return letters


def _bundles(letters: Sequence[Letter]) -> list[list[Letter]]:
    """Each letter for itself, but those for the daily mail by reader."""
    found: dict[tuple[bool, int], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter.daily, letter.to_id or 0) if letter.daily else (False, letter.pk), []).append(letter)
    return list(found.values())


def _offer(bundles: list[list[Letter]]) -> None:
    talk, strikes, until = delivery.Conversation(), 0, clock.now() + _AT_MOST
    left, was_down = list(bundles), queries.outlet().down_since is not None
    while left and strikes < _STRIKES and clock.now() < until:
        if (trouble := talk.open()) is not None:
            server_is_down(trouble.said)
            break
        bundle = left.pop(0)
        build = delivery.digest_of if bundle[0].daily else _single
        answer = talk.give(partial(build, bundle))
        _keep(bundle, answer)
        strikes = strikes + 1 if answer.verdict == rules.SERVER else 0
        if strikes == _STRIKES:
            server_is_down(answer.said)
        elif not strikes and was_down:
            server_is_up()
            was_down = False
    talk.close()
    waiting = [letter.pk for bundle in left for letter in bundle]
    Letter.objects.filter(pk__in=waiting, state=State.WAITING).update(next_at=clock.now())


def _single(bundle: Sequence[Letter]) -> delivery.EmailMessage:
    return delivery.mail_of(bundle[0])


def _keep(bundle: Sequence[Letter], answer: Answer) -> None:
    """Written at once, letter by letter: what a kill leaves in doubt is the one mail under way."""
    if answer.verdict == rules.SENT:
        _answered(bundle, State.SENT, "")
    elif answer.verdict == rules.REFUSED:
        _answered(bundle, State.FAILED, answer.said)
    else:
        tries = bundle[0].tries + 1
        again = clock.now() + rules.pause(tries)
        rows = Letter.objects.filter(pk__in=among(letter.pk for letter in bundle), state=State.WAITING)
        rows.update(tries=tries, said=answer.said[:2000], next_at=again)


def _answered(letters: Sequence[Letter], state: str, said: str) -> None:
    rows = Letter.objects.filter(pk__in=among(letter.pk for letter in letters), state=State.WAITING)
    rows.update(state=state, said=said[:2000], since=clock.now(), next_at=None, to_note=True)


def server_is_down(said: str) -> None:
    """All letters wait for the next try, and the steward reads why."""
    outlet, now = queries.outlet(), clock.now()
    tries = outlet.tries + 1
    known = {"down_since": outlet.down_since or now, "said": said[:2000], "tries": tries}
    next_try_at = now + rules.pause(tries, rules.SERVER_PAUSES)
    Outlet.objects.update_or_create(pk=1, defaults={**known, "next_try_at": next_try_at})


def server_is_up() -> None:
    """It took a letter: what waits may go."""
    down = Outlet.objects.exclude(down_since=None)
    down.update(down_since=None, said="", tries=0, next_try_at=None)
