"""Who may book which thing when, who looks after it: asked by operations and by pages, so they cannot disagree."""

from datetime import datetime

from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent, in_force
from cosmolocal.agents.queries import Reader
from cosmolocal.bookings import rules
from cosmolocal.bookings.models import Booking, Introduction, Terms, Thing
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal


def permit_keep(by: Agent) -> None:
    """Things are added, counted and taken out by stewards. Refuses agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)


def permit_care(by: Agent, thing: Thing) -> None:
    """Rules, repairs, introductions: stewards, and whose it is. Refuses agents.not_yours."""
    agents_policy.require(
        agents_policy.is_house(by) or agents_policy.is_steward(by) or agents_policy.speaks_for(by, thing.holder)
    )


def permit_use(by: Agent, household: Agent, on_behalf_of: Agent | None) -> None:
    """Booking, picking up, giving back: her household, who helps her, stewards. Refuses agents.not_yours."""
    agents_policy.require(
        agents_policy.is_house(by)
        or agents_policy.may_act_for_group(by, household, on_behalf_of)
        or (on_behalf_of is None and agents_policy.is_steward(by))
    )


def permit_case(by: Agent, booking: Booking, on_behalf_of: Agent | None) -> None:
    """What is said of a damage: who had the thing, whose it is, stewards. Refuses agents.not_yours."""
    agents_policy.require(
        agents_policy.is_house(by)
        or agents_policy.is_steward(by)
        or agents_policy.speaks_for(by, booking.thing.holder)
        or agents_policy.may_act_for_group(by, booking.household, on_behalf_of)
    )


def looks_after(reader: Reader, thing: Thing) -> bool:
    """What `permit_care` says, for a page."""
    return reader.agent is not None and (
        reader.has(agents_policy.STEWARD) or agents_policy.speaks_for(reader.agent, thing.holder)
    )


def uses(reader: Reader, booking: Booking) -> bool:
    """Is it her booking, or that of whom she acts for? A steward stands beside everybody at the door."""
    if reader.agent is None:
        return False
    return reader.has(agents_policy.STEWARD) or agents_policy.may_act_for_group(
        reader.agent, booking.household, reader.on_behalf_of
    )


def sees_case(reader: Reader, booking: Booking) -> bool:
    """What `permit_case` says, for a page."""
    return uses(reader, booking) or looks_after(reader, booking.thing)


def sees_code(booking: Booking, now: datetime) -> bool:
    """The code of the lock is read by who has it: from a quarter of an hour before, until it is back, or until her time
    is over where she did not fetch it; and only as long as her introduction lasts.
    """
    begins, ends = booking.commitment.begins, booking.commitment.ends
    if begins is None or ends is None or begins > now + rules.LATE_AFTER:
        return False
    if booking.state == Booking.State.OUT:
        return True
    return booking.state == Booking.State.BOOKED and now < ends + rules.LATE_AFTER and may_take(booking)


def may_take(booking: Booking) -> bool:
    """Does her introduction still last, where it needs one?"""
    return (
        not Terms.objects.filter(thing=booking.thing_id).order_by("-pk")[0].introduced
        or introduced(booking.thing, booking.agent) is not None
    )


def introduced(thing: Thing, person: Agent) -> Introduction | None:
    """Her introduction that holds today."""
    found = Introduction.objects.filter(in_force(clock.today()), thing=thing, agent=person)
    return found.order_by("-pk").first()


def hindrance(thing: Thing, terms: Terms, person: Agent, household: Agent, ends: datetime) -> str:
    """Why this person may not use it until then, in one word; "" where she may."""
    if thing.state != Thing.State.READY or thing.holder.hidden_at is not None:
        return "gone"
    if not agents_policy.is_member(person) or person.hidden_at is not None:
        return "not_member"
    if terms.who == Terms.Who.CIRCLE and (terms.circle is None or not agents_policy.belongs_to(person, terms.circle)):
        return "not_in_circle"
    if terms.who == Terms.Who.HOUSEHOLDS and household.kind != Agent.Kind.HOUSEHOLD:
        return "households_only"
    found = introduced(thing, person) if terms.introduced else None
    if terms.introduced and found is None:
        return "introduction_missing"
    return "introduction_over" if found and found.until and found.until < clock.day_of(ends) else ""


def check_who(thing: Thing, terms: Terms, person: Agent, household: Agent, ends: datetime) -> None:
    """May this person use it until then? Refuses bookings.gone, bookings.not_member, bookings.not_in_circle,
    bookings.households_only, bookings.introduction_missing, bookings.introduction_over.
    """
    found = hindrance(thing, terms, person, household, ends)
    words = {"thing": thing.name, "circle": terms.circle or ""}
    if found == "gone":
        raise Refusal("bookings.gone", _("%(thing)s cannot be booked any more. Choose another thing.") % words)
    if found == "not_member":
        raise Refusal("bookings.not_member", _("%(thing)s is for members. Ask a steward to join.") % words)
    if found == "not_in_circle":
        sentence = _("%(thing)s is for the circle “%(circle)s”. Ask somebody there, or choose another thing.")
        raise Refusal("bookings.not_in_circle", sentence % words)
    if found == "households_only":
        sentence = _("%(thing)s is for households. Book it for your household, or choose another thing.")
        raise Refusal("bookings.households_only", sentence % words)
    if found == "introduction_missing":
        sentence = _("Somebody shows you first how to use %(thing)s. Ask for it on its page; then it can be booked.")
        raise Refusal("bookings.introduction_missing", sentence % words)
    if found == "introduction_over":
        sentence = _("Your introduction to %(thing)s ends before that. Ask for another one on its page, then book.")
        raise Refusal("bookings.introduction_over", sentence % words)
