"""Who may do what: asked by operations themselves, by templates, and at the door of every page."""

from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from cosmolocal.agents import queries
from cosmolocal.agents.models import Agent, Approval, Helping, Membership, Place, Role, in_force
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock, node
from cosmolocal.kernel.practices import tasks_brought
from cosmolocal.kernel.prepared import Prepared, Slot
from cosmolocal.kernel.refusal import Refusal

STEWARD, TREASURER, AUDITOR = Role.Name.STEWARD, Role.Name.TREASURER, Role.Name.AUDITOR
PACKER, KEEPER, DRIVER = Role.Name.PACKER, Role.Name.KEEPER, Role.Name.DRIVER
PRODUCER, MEMBER, GUEST = Role.Name.PRODUCER, Role.Name.MEMBER, Role.Name.GUEST

# Which roles may enter a page that states this access; what is for one household or
# producer is then decided by `visible_to`.
ACCESS_ROLES: dict[str, frozenset[str]] = {
    "member": frozenset({MEMBER}),
    "together": frozenset({MEMBER, STEWARD}),
    "household": frozenset({MEMBER}),
    "producer": frozenset({PRODUCER, STEWARD}),
    "packer": frozenset({PACKER, KEEPER, STEWARD}),
    "keeper": frozenset({KEEPER, STEWARD}),
    "treasurer": frozenset({TREASURER}),
    "steward": frozenset({STEWARD}),
    "auditor_reads": frozenset({TREASURER, STEWARD}),
}
# An auditor reads what these see, and changes nothing.
AUDITOR_READS = frozenset({"together", "producer", "packer", "keeper", "treasurer", "steward", "auditor_reads"})
# A driver reads the hand-overs she loads for.
DRIVER_READS = frozenset({"packer"})


def is_house(agent: Agent) -> bool:
    """The node itself or the home local: jobs, timers, setup and demo builders act as it, and are not asked."""
    return agent.kind == Agent.Kind.SYSTEM or agent.is_home


def holds(agent: Agent, role: str, *, scope: Agent | None = None, place: Place | None = None) -> bool:
    """Does she hold a role today (there, where `scope` or `place` is given)? One statement."""
    if role == MEMBER:
        return is_member(agent)
    held = Role.objects.filter(
        in_force(clock.today()), queries.role_reaches(role, scope, place), agent=agent, name=role
    )
    return held.exists()


def holds_any(
    agent: Agent, *roles: str, scope: Agent | None = None, place: Place | None = None, everywhere: bool = False
) -> bool:
    """Does she hold one of several roles today (there; with `everywhere`: for no single place)? One statement, two
    where `member` is among them.
    """
    reach = Q(pk=None)
    for role in roles:
        reach |= Q(queries.role_reaches(role, scope, place), name=role)
    if everywhere:
        reach &= Q(place=None)
    if Role.objects.filter(in_force(clock.today()), reach, agent=agent).exists():
        return True
    return MEMBER in roles and is_member(agent)


def is_steward(agent: Agent) -> bool:
    """Looks after the whole local."""
    return holds(agent, STEWARD)


def is_member(agent: Agent) -> bool:
    """A person, household or organisation that belongs to this local today."""
    return Membership.objects.filter(in_force(clock.today()), member=agent, group__is_home=True).exists()


_DAY = Slot("day", models.DateField())
_BELONGS = Prepared(
    lambda: Membership.objects.filter(in_force(_DAY), member=Slot("person"), group=Slot("group")).values_list("pk")[:1]
)


def belongs_to(person: Agent, group: Agent) -> bool:
    """Is she the group herself, or a member of it today?"""
    return person.pk == group.pk or bool(_BELONGS.all(day=clock.today(), person=person.pk, group=group.pk))


def speaks_for(person: Agent, group: Agent) -> bool:
    """Does she decide for it: herself, or a household, farm or circle she belongs to? For the local stewards do."""
    return person.pk == group.pk or (not group.is_home and belongs_to(person, group))


def acts_for(helper: Agent, member: Agent) -> bool:
    """Has the member consented that the helper acts for her? Everybody acts for herself."""
    return helper.pk == member.pk or (
        Helping.objects.filter(in_force(clock.today()), helper=helper, member=member).exists()
    )


def may_act_for_group(person: Agent, group: Agent, on_behalf_of: Agent | None = None) -> bool:
    """May she order, pay or sign for a household or organisation: as its member, or as helper of a member?"""
    if on_behalf_of is not None and on_behalf_of.pk != person.pk:
        return acts_for(person, on_behalf_of) and speaks_for(on_behalf_of, group)
    return speaks_for(person, group)


def may_act_for_producer(person: Agent, producer: Agent) -> bool:
    """Does she act for this producer: herself, as a member of the farm, or by a role that names it?"""
    return speaks_for(person, producer) or holds(person, PRODUCER, scope=producer)


def permit(
    by: Agent, *roles: str, scope: Agent | None = None, place: Place | None = None, everywhere: bool = False
) -> None:
    """The permit paragraph of an operation: passes the house and holders of one of `roles`. `place`: what is done
    belongs there; `everywhere`: it belongs to no single place.

    Refuses with agents.not_allowed, naming who may; with agents.other_place whose task is for another place.
    """
    if is_house(by) or holds_any(by, *roles, scope=scope, place=place, everywhere=everywhere):
        return
    if place is not None or everywhere:
        _forbid_elsewhere(by, roles, place)
    labels = Role.labels()
    names = _(" or ").join(labels[role] for role in roles)
    raise Refusal("agents.not_allowed", _("Only a %(roles)s can do this. Please ask one.") % {"roles": names})


def _forbid_elsewhere(by: Agent, roles: Collection[str], place: Place | None) -> None:
    """Tells who has one of these tasks for another place only that this one is not hers."""
    held = Role.objects.filter(in_force(clock.today()), agent=by, name__in=roles, place__isnull=False)
    tasks = [(role.label, str(role.place)) for role in held.select_related("place").order_by("pk")]
    if not tasks:
        return
    words = {"tasks": ", ".join(f"{task} ({where})" for task, where in tasks), "place": place}
    if place is None:
        sentence = _("Your task is for one place: %(tasks)s. This concerns all of them. Please ask a steward.")
    else:
        sentence = _("This belongs to %(place)s, and your task is for another place: %(tasks)s. Please ask a steward.")
    raise Refusal("agents.other_place", sentence % words)


def require(allowed: bool) -> None:
    """The permit paragraph where a predicate decides. Refuses with agents.not_yours."""
    if not allowed:
        raise Refusal("agents.not_yours", _("You cannot do this for somebody else. Please ask a steward."))


def may_make_codes(agent: Agent) -> bool:
    """Makes codes by which others sign in: asked when one is made, and again when it is used."""
    return is_house(agent) or is_steward(agent)


def may_enter(reader: Reader, access: str, method: str = "GET") -> bool:
    """The coarse door of a page, by the word its view states (`@open_to`); an unknown word lets nobody in."""
    if access == "anyone":
        return True
    if access == "demo":
        return settings.DEMO and node.current().is_demo
    if access == "setup":
        return not node.is_ready()
    if access == "signed_in":
        return reader.agent is not None
    if access in AUDITOR_READS and method in ("GET", "HEAD") and reader.has(AUDITOR):
        return True
    if access in DRIVER_READS and method in ("GET", "HEAD") and reader.has(DRIVER):
        return True
    return reader.has(*ACCESS_ROLES.get(access, _of_practices(access)))


def _of_practices(access: str) -> frozenset[str]:
    """A word that is a task which a practice brings: its holders pass, and stewards."""
    return frozenset({access, STEWARD}) if access in tasks_brought() else frozenset()


def may_vote(agent: Agent, approval: Approval) -> bool:
    """May she say yes or no: of the circle or role asked, and not excluded?"""
    if approval.excluded.filter(pk=agent.pk).exists():
        return False
    if approval.circle is not None:
        return belongs_to(agent, approval.circle) and agent.pk != approval.circle.pk
    return holds(agent, approval.role)


def may_see_household(reader: Reader, person: Agent, household: Agent) -> bool:
    """To which household somebody belongs, with its number by which money is recognised: those in it, who helps her,
    and who looks after people and books. No household is public, even if somebody of it is.
    """
    if reader.agent is None:
        return False
    if reader.has(*queries.SEES_ALL) or belongs_to(reader.agent, household):
        return True
    return acts_for(reader.agent, person)


def may_see_contact(reader: Reader, agent: Agent) -> bool:
    """Mail, phone and address: her own household, her helper, stewards and treasurers, or whom she shows them to."""
    if reader.agent is None:
        return False
    if reader.agent.pk == agent.pk or reader.has(STEWARD, TREASURER):
        return True
    contact = getattr(agent, "contact", None)
    if reader.has(MEMBER) and contact is not None and contact.shown_to_members:
        return True
    household = queries.household_of(agent)
    return acts_for(reader.agent, agent) or (household is not None and belongs_to(reader.agent, household))
