"""Jobs and timers of bookings: letters about what changed, what was held or never fetched, what is late, who left."""

from collections.abc import Iterable
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.languages import speaking_to
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import operations, queries
from cosmolocal.bookings.models import Booking, Damage, Introduction, Thing
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.practices import Timer
from cosmolocal.look.dates import format_daytime, format_window
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Writing


def _page(booking: Booking) -> str:
    return reverse(f"{booking.thing.practice}:booking", args=[booking.pk])


def _when(booking: Booking) -> str:
    span = queries.span(booking)
    return format_window(span.begins, span.ends)


@jobs.job("bookings.tell_moved")
def tell_moved(booking_id: int, became: str, thing_id: int) -> None:
    """Her booking was moved to another thing of its kind, or ended, since the thing cannot be used."""
    booking, was = queries.bookings().get(pk=booking_id), Thing.objects.get(pk=thing_id)
    with speaking_to(booking.agent):
        words = {"was": was.name, "now": booking.thing.name, "when": _when(booking)}
        if became == "moved":
            subject = _("%(now)s instead of %(was)s") % words
            text = _("%(was)s cannot be used on %(when)s. We have booked %(now)s for you instead, at the same price.")
        else:
            subject = _("%(was)s cannot be used") % words
            text = _(
                "%(was)s cannot be used on %(when)s, and nothing of its kind is free then. Your booking has ended and "
                "costs nothing. Please look for another time or another thing."
            )
        writing = Writing(booking.agent_id, "booking_moved", subject, text % words, _page(booking))
    messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


@jobs.job("bookings.tell_code")
def tell_code(thing_id: int) -> None:
    """The lock has another code: one letter to everybody who has it or has booked it, about the first time. The code
    itself stands on her page.
    """
    writings: list[Writing] = []
    first: dict[int, Booking] = {}
    for booking in queries.to_come(clock.now()).filter(thing=thing_id, purpose=Booking.Purpose.USE):
        first.setdefault(booking.agent_id, booking)
    for booking in first.values():
        with speaking_to(booking.agent):
            words = {"thing": booking.thing.name, "when": _when(booking)}
            subject = _("%(thing)s has another code") % words
            text = _("The lock of %(thing)s has another code. For %(when)s it stands on the page of your booking.")
            writings.append(Writing(booking.agent_id, "booking_moved", subject, text % words, _page(booking)))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("bookings.tell_late")
def tell_late(booking_id: int) -> None:
    """It is not back: to who has it, and to who waits for it next."""
    booking = queries.bookings().get(pk=booking_id)
    if booking.state != Booking.State.OUT:
        return
    writings = [_late(booking)]
    after = queries.next_after(booking, clock.now())
    if after is not None:
        with speaking_to(after.agent):
            words = {"thing": after.thing.name, "when": _when(after)}
            subject = _("%(thing)s is not back yet") % words
            text = _(
                "%(thing)s, which you have booked for %(when)s, is not back yet. We have asked for it. You may wait, "
                "look for another thing, or cancel; it costs you nothing."
            )
            writings.append(Writing(after.agent_id, "booking_late", subject, text % words, _page(after)))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


def _late(booking: Booking) -> Writing:
    with speaking_to(booking.agent):
        words = {"thing": booking.thing.name, "until": format_daytime(queries.span(booking).ends)}
        subject = _("Please bring %(thing)s back") % words
        text = _(
            "You have had %(thing)s until %(until)s. Please bring it back, or book it for longer if it is free. Is it "
            "back already? Then note it on the page of your booking."
        )
        return Writing(booking.agent_id, "booking_late", subject, text % words, _page(booking))


@jobs.job("bookings.tell_missed")
def tell_missed(booking_id: int) -> None:
    """Nobody noted that it was fetched, so the booking is over: to its person."""
    booking = queries.bookings().get(pk=booking_id)
    with speaking_to(booking.agent):
        words = {"thing": booking.thing.name, "when": _when(booking)}
        subject = _("%(thing)s was not fetched") % words
        text = _(
            "Nobody noted that %(thing)s was fetched on %(when)s. Your booking is over and costs nothing. Did you have "
            "it? Then please tell whoever looks after it. Next time note it when you take it, or cancel in time."
        )
        writing = Writing(booking.agent_id, "booking_moved", subject, text % words, _page(booking))
    messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


@jobs.job("bookings.tell_asked")
def tell_asked(introduction_id: int) -> None:
    """Somebody asks to be shown how a thing is used: to whose it is, or to the stewards."""
    asked = Introduction.objects.select_related("thing__holder", "agent").get(pk=introduction_id)
    writings = []
    for reader in _who_care(asked.thing):
        with speaking_to(reader):
            words = {"person": asked.agent.name, "thing": asked.thing.name}
            subject = _("%(person)s would like to use %(thing)s") % words
            text = _("%(person)s asks to be shown how %(thing)s is used. Agree on a time; then note it on its page.")
            url = reverse(f"{asked.thing.practice}:thing", args=[asked.thing_id])
            writings.append(Writing(reader.pk, "duty", subject, text % words, url))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


def _who_care(thing: Thing) -> Iterable[Agent]:
    if thing.holder.is_home:
        return agents_queries.role_holders("steward")
    return [thing.holder] if thing.holder.kind == Agent.Kind.PERSON else agents_queries.members_of(thing.holder)


@jobs.job("bookings.tell_case")
def tell_case(damage_id: int, by_id: int) -> None:
    """Something was said about a damage: to the others it concerns. The letter says no more than that."""
    booking = queries.bookings().get(pk=Damage.objects.get(pk=damage_id).booking_id)
    writings = []
    for reader in {booking.agent, *_who_care(booking.thing)}:
        if reader.pk != by_id:
            with speaking_to(reader):
                words = {"thing": booking.thing.name}
                subject = _("About %(thing)s") % words
                text = _("Somebody wrote something that concerns you and %(thing)s. It stands on its page.") % words
                url = reverse(f"{booking.thing.practice}:damage", args=[booking.pk])
                writings.append(Writing(reader.pk, "booking_case", subject, text, url))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("bookings.drop_held")
def drop_held(booking_id: int) -> None:
    """What was held too long."""
    operations.drop_held(by=agents_queries.system(), booking=queries.bookings().get(pk=booking_id))


@jobs.job("bookings.end_unused")
def end_unused(booking_id: int) -> None:
    """A repair, or a booking that nobody fetched, is over."""
    operations.end_unused(by=agents_queries.system(), booking=queries.bookings().get(pk=booking_id))


@jobs.job("bookings.note_late")
def note_late(booking_id: int) -> None:
    """What is late."""
    operations.note_late(by=agents_queries.system(), booking=queries.bookings().get(pk=booking_id))


@jobs.job("bookings.after_leaving")
def after_leaving() -> None:
    """Who has left."""
    operations.after_leaving(by=agents_queries.system())


def look() -> None:
    """Every minute: each booking by itself, so that one that fails keeps no other from its turn."""
    now = clock.now()
    for booking in queries.held_too_long(now):
        jobs.attempt("bookings.drop_held", booking.pk)
    for booking in queries.over(now):
        jobs.attempt("bookings.end_unused", booking.pk)
    for booking in queries.late(now).filter(reminded_at=None):
        jobs.attempt("bookings.note_late", booking.pk)
    if queries.of_who_left().exists() or queries.things_left().exists():
        jobs.attempt("bookings.after_leaving")


timers = (Timer("bookings.look", timedelta(minutes=1), look),)
