"""Households, circles, organisations and places; who belongs to a group since when."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import locks, naming, policy, queries
from cosmolocal.agents.models import Agent, Contact, Membership, Place, in_force
from cosmolocal.agents.operations.people import ContactDraft, add_contact, new_agent
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@dataclass(frozen=True)
class NewPlace:
    """Where somebody is, who is added together with her place (WGS 84 degrees)."""

    name: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Whereabouts:
    """Where a farm, restaurant or household is, and to which customer group it belongs."""

    place: Place | None
    group: str = ""


@operation("agents.add_place", said=gettext_lazy("added a place"))
def add_place(
    *,
    by: Agent,
    name: str,
    latitude: float | None = None,
    longitude: float | None = None,
    address: str = "",
    is_handover: bool = False,
    is_private: bool = False,
    key: str = "",
) -> Place:
    """Adds somewhere on the map (WGS 84 degrees); no keeper of one place only.

    Refuses: agents.name_missing, agents.not_on_earth, agents.not_allowed, agents.other_place.
    """
    policy.permit(by, policy.STEWARD, policy.TREASURER, policy.KEEPER, everywhere=True)
    _check_place(name, latitude, longitude)
    return Place.objects.create(
        name=name.strip(),
        latitude=latitude,
        longitude=longitude,
        address=address.strip(),
        is_handover=is_handover,
        is_private=is_private,
    )


@operation("agents.change_place", said=gettext_lazy("corrected a place"))
def change_place(
    *,
    by: Agent,
    place: Place,
    name: str,
    latitude: float | None,
    longitude: float | None,
    address: str,
    is_handover: bool,
    key: str = "",
) -> Place:
    """Corrects a place. Refuses: agents.name_missing, agents.not_on_earth, agents.not_allowed, agents.other_place."""
    policy.permit(by, policy.STEWARD, policy.KEEPER, place=place)
    _check_place(name, latitude, longitude)
    place = Place.objects.select_for_update().get(pk=place.pk)
    place.name, place.address, place.is_handover = name.strip(), address.strip(), is_handover
    place.latitude, place.longitude = latitude, longitude
    place.save()
    return place


@operation("agents.add_organisation", said=gettext_lazy("added an organisation"))
def add_organisation(
    *,
    by: Agent,
    name: str,
    group: str = "",
    code: str = "",
    place: Place | NewPlace | None = None,
    contact: ContactDraft | None = None,
    about: str = "",
    key: str = "",
) -> Agent:
    """Adds a restaurant, shop or association that belongs to the local; `group` is its customer group.

    Refuses: agents.code_taken, agents.bad_iban, agents.not_on_earth, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD, policy.TREASURER)
    return _organisation(by, name, code, contact, group=group, place=place, about=about)


@operation("agents.add_producer", said=gettext_lazy("added a farm"))
def add_producer(
    *,
    by: Agent,
    name: str,
    code: str = "",
    place: Place | NewPlace | None = None,
    contact: ContactDraft | None = None,
    about: str = "",
    is_public: bool = True,
    key: str = "",
) -> Agent:
    """Adds a farm or workshop whose goods are sold here. Refuses as `add_organisation`."""
    policy.permit(by, policy.STEWARD, policy.TREASURER)
    return _organisation(by, name, code, contact, place=place, about=about, is_public=is_public, is_producer=True)


@operation("agents.add_circle", said=gettext_lazy("began a circle"))
def add_circle(*, by: Agent, name: str, about: str = "", key: str = "") -> Agent:
    """Adds a circle: people who look after something together. Refuses: agents.name_taken, agents.not_allowed."""
    policy.permit(by, policy.STEWARD)
    locks.hold_local()
    if queries.circle(name.strip()) is not None:
        raise Refusal("agents.name_taken", _("There is a circle of that name already."), field="name")
    return new_agent(Agent.Kind.CIRCLE, name, about=about)


@operation("agents.change_group", said=gettext_lazy("changed what a group is called"))
def change_group(
    *,
    by: Agent,
    group: Agent,
    name: str,
    about: str,
    is_public: bool,
    where: Whereabouts | None = None,
    key: str = "",
) -> Agent:
    """Changes name and words of a household, circle or organisation; a household is never public. `where`: as
    `set_place`, by a steward.

    Refuses: agents.name_missing, agents.name_taken (a household), agents.not_yours, agents.not_allowed.
    """
    policy.require(policy.is_house(by) or policy.is_steward(by) or policy.speaks_for(by, group))
    if not one_line(name):
        raise Refusal("agents.name_missing", _("What is it called? Please give a name."), field="name")
    if group.kind == Agent.Kind.HOUSEHOLD and one_line(name) != group.name:
        naming.require_free(name, field="name", beside=group)
    locked = Agent.objects.select_for_update().get(pk=group.pk)
    locked.name, locked.about = name.strip(), about.strip()
    locked.is_public = is_public and locked.kind != Agent.Kind.HOUSEHOLD
    locked.save(update_fields=["name", "about", "is_public"])
    return set_place(by=by, agent=locked, place=where.place, group=where.group) if where else locked


@operation("agents.set_place", said=gettext_lazy("noted where somebody is"))
def set_place(*, by: Agent, agent: Agent, place: Place | None, group: str = "", key: str = "") -> Agent:
    """Notes where a farm, restaurant or household is, and to which customer group it belongs: the prices at which it
    buys. Where she who does it belongs to it, somebody else looks at it.

    Refuses: agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    locked = Agent.objects.select_for_update().get(pk=agent.pk)
    before, locked.place, locked.group = locked.group, place, group
    locked.save(update_fields=["place", "group"])
    if before != group:
        announce("money.group_changed", running().id, locked.pk, before, group)
    return locked


@operation("agents.join", said=gettext_lazy("added somebody to a group"))
def join(*, by: Agent, member: Agent, group: Agent, since: date | None = None, key: str = "") -> Membership:
    """`member` belongs to `group` since `since` (today); joining again changes nothing.

    Refuses: agents.own_group, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD, policy.TREASURER)
    if member.pk == group.pk:
        raise Refusal("agents.own_group", _("Nobody can be a member of herself."))
    locks.hold(member)
    begins, open_ones = since or clock.today(), Membership.objects.filter(member=member, group=group, until=None)
    standing = open_ones.filter(since__lte=begins).first()
    if standing is None:
        # One that was to begin later, perhaps written while the clock was ahead, makes room.
        open_ones.update(until=clock.today() - timedelta(days=1))
        standing = Membership.objects.create(member=member, group=group, since=begins)
        if group.is_home and member.kind != Agent.Kind.PERSON:
            announce("website.open_accounts", member.pk)
        if group.kind == Agent.Kind.HOUSEHOLD:
            announce("website.tell_of_newcomer", group.pk, member.pk, by.pk)
    return standing


@operation("agents.leave_group", said=gettext_lazy("took somebody out of a group"))
def leave_group(*, by: Agent, member: Agent, group: Agent, until: date | None = None, key: str = "") -> None:
    """Ends a membership; `until` is the last day (yesterday: from now on no member). Refuses: agents.not_yours."""
    policy.require(policy.is_house(by) or by.pk == member.pk or policy.is_steward(by))
    last = until or clock.today() - timedelta(days=1)
    standing = Membership.objects.select_for_update().filter(in_force(clock.today()), member=member, group=group)
    for membership in standing:
        membership.until = last
        membership.save(update_fields=["until"])


def _organisation(
    by: Agent,
    name: str,
    code: str,
    contact: ContactDraft | None,
    place: Place | NewPlace | None,
    **fields: str | bool,
) -> Agent:
    where = add_place(by=by, **vars(place)) if isinstance(place, NewPlace) else place
    organisation = new_agent(Agent.Kind.ORGANISATION, name, code=code, place=where, **fields)
    if contact:
        add_contact(organisation, contact)
    else:
        Contact.objects.create(agent=organisation)
    join(by=by, member=organisation, group=queries.home_local())
    return organisation


def _check_place(name: str, latitude: float | None, longitude: float | None) -> None:
    if not one_line(name):
        raise Refusal("agents.name_missing", _("What is it called? Please give a name."), field="name")
    known = latitude is not None and longitude is not None
    if (latitude is None) != (longitude is None) or (known and not _on_earth(latitude, longitude)):
        raise Refusal(
            "agents.not_on_earth",
            _("Give both numbers: how far north (−90 to 90) and how far east (−180 to 180), or neither."),
            field="latitude",
        )


def _on_earth(latitude: float | None, longitude: float | None) -> bool:
    return latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180
