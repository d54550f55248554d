"""What the node does by itself: what was held too long or never fetched, who left, what is late."""

from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.bookings import queries
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.bookings.operations.booking import set_free
from cosmolocal.bookings.operations.promising import lock_booking
from cosmolocal.bookings.operations.repairs import end_repair
from cosmolocal.bookings.operations.things import retire
from cosmolocal.kernel import jobs
from cosmolocal.kernel.operation import operation, running


@operation("bookings.drop_held", said=gettext_lazy("let go what was held too long"))
def drop_held(*, by: Agent, booking: Booking, key: str = "") -> None:
    """What was held and not booked in time is free again. Refuses: agents.not_allowed."""
    agents_policy.permit(by)
    found = lock_booking(booking)
    if found.state == Booking.State.HELD and found.held_until and found.held_until <= running().at:
        set_free(by, found)


@operation("bookings.end_unused", said=gettext_lazy("noted that a repair, or a booking that nobody fetched, is over"))
def end_unused(*, by: Agent, booking: Booking, key: str = "") -> None:
    """A repair whose time is over has ended. What nobody fetched is over: nothing is set aside for it any more, and its
    person is told. Refuses: agents.not_allowed.
    """
    agents_policy.permit(by)
    found = lock_booking(booking)
    if not queries.over(running().at).filter(pk=found.pk).exists():
        return
    if found.purpose == Booking.Purpose.REPAIR:
        end_repair(by, found)
        return
    set_free(by, found, Booking.State.MISSED)
    jobs.announce("bookings.tell_missed", found.pk)


@operation("bookings.note_late", said=gettext_lazy("asked where something stays"))
def note_late(*, by: Agent, booking: Booking, key: str = "") -> None:
    """Once: who has it is asked to bring it, and who waits for it is told. Refuses: agents.not_allowed."""
    agents_policy.permit(by)
    found = lock_booking(booking)
    if found.state == Booking.State.OUT and found.reminded_at is None:
        found.reminded_at = running().at
        found.save(update_fields=["reminded_at"])
        jobs.announce("bookings.tell_late", found.pk)


@operation("bookings.after_leaving", said=gettext_lazy("looked after what leavers had booked and lent"))
def after_leaving(*, by: Agent, key: str = "") -> None:
    """Who has left uses nothing any more, and her things go with her: who has booked them gets others, or is told.

    Refuses: agents.not_allowed.
    """
    agents_policy.permit(by)
    for booking in queries.of_who_left():
        set_free(by, lock_booking(booking))
    for thing in queries.things_left():
        retire(by=by, thing=thing, why=Thing.State.LEFT)
