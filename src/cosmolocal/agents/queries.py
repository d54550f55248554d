"""Who is who: the reader of a page, households and whom she may order for, holders of roles, who is visible to whom."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest

from cosmolocal.agents.models import (
    Agent,
    Contact,
    Helping,
    Holiday,
    Membership,
    Place,
    Role,
    SignInCode,
    User,
    in_force,
)
from cosmolocal.kernel import clock
from cosmolocal.kernel.sets import among

ACTING_FOR = "acting_for"  # session: id of the member a helper acts for
SEES_ALL = frozenset({Role.Name.STEWARD, Role.Name.TREASURER, Role.Name.AUDITOR})


@dataclass(frozen=True)
class Reader:
    """Who reads a page, and as what. While she acts for somebody, `household` and `groups` are that person's."""

    agent: Agent | None = None
    user: User | None = None
    on_behalf_of: Agent | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    household: Agent | None = None
    groups: tuple[Agent, ...] | None = None  # None: not read
    tasks: frozenset[tuple[str, int | None]] = field(default_factory=frozenset)  # role, the only place it is for

    @property
    def person(self) -> Agent | None:
        """Whose week, orders and money the pages show: the member acted for, else the reader."""
        return self.on_behalf_of or self.agent

    def has(self, *roles: str) -> bool:
        """Does she hold one of the roles?"""
        return not self.roles.isdisjoint(roles)

    def places_of(self, *roles: str) -> frozenset[int | None]:
        """Where she holds one of the roles; None among them: everywhere."""
        return frozenset(place for name, place in self.tasks if name in roles)

    def has_at(self, place_id: int, *roles: str) -> bool:
        """Does she hold one of the roles at this place?"""
        return not self.places_of(*roles).isdisjoint({None, place_id})


STRANGER = Reader()


def home_local() -> Agent:
    """The agent that is this local. Raises Agent.DoesNotExist before setup."""
    return Agent.objects.select_related("place").get(is_home=True)


def system() -> Agent:
    """The node itself, which acts where no person does: setup, timers, jobs."""
    return Agent.objects.get(kind=Agent.Kind.SYSTEM)


def walk_in() -> Agent:
    """Customers at the counter whose name nobody asks. Raises Agent.DoesNotExist before setup."""
    return Agent.objects.get(kind=Agent.Kind.WALK_IN)


def reader(request: HttpRequest) -> Reader:
    """Who reads this request; asked once per request (three statements, four while acting for somebody)."""
    found: Reader | None = getattr(request, "_reader", None)
    if found is None:
        found = _read(request)
        request._reader = found  # type: ignore[attr-defined]
    return found


def _read(request: HttpRequest) -> Reader:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_active or user.agent is None or user.agent.hidden_at:
        return STRANGER
    acting_id = request.session.get(ACTING_FOR)
    behalf = _acted_for(user.agent, acting_id) if acting_id else None
    own = _groups_of(user.agent)
    groups = _groups_of(behalf) if behalf else own
    held = _held(user.agent)
    roles = _roles(user.agent, own, held)
    return Reader(user.agent, user, behalf, roles, _first_household(groups), tuple(groups), held)


def readers(agent_id: int) -> Iterator[Reader]:
    """As whom somebody reads where no request says it: herself, then for each whom she helps. Nobody who has gone."""
    agent = Agent.objects.filter(pk=agent_id, hidden_at=None).select_related("user").first()
    user = getattr(agent, "user", None)
    if agent is None or (user is not None and not user.is_active):
        return
    own = _groups_of(agent)
    held = _held(agent)
    roles = _roles(agent, own, held)
    yield Reader(agent, user, None, roles, _first_household(own), tuple(own), held)
    helped = Helping.objects.filter(in_force(clock.today()), helper=agent, member__hidden_at=None)
    for helping in helped.select_related("member"):
        groups = _groups_of(helping.member)
        yield Reader(agent, user, helping.member, roles, _first_household(groups), tuple(groups), held)


def _acted_for(helper: Agent, member_id: int) -> Agent | None:
    helping = Helping.objects.filter(in_force(clock.today()), helper=helper, member_id=member_id).first()
    return helping.member if helping and helping.member.hidden_at is None else None


def _groups_of(agent: Agent) -> list[Agent]:
    """What she belongs to today, in the order of joining."""
    standing = Membership.objects.filter(in_force(clock.today()), member=agent, group__hidden_at=None)
    return [membership.group for membership in standing.select_related("group").order_by("id")]


def _first_household(groups: Iterable[Agent]) -> Agent | None:
    return next((group for group in groups if group.kind == Agent.Kind.HOUSEHOLD), None)


def _held(agent: Agent) -> frozenset[tuple[str, int | None]]:
    """Her tasks of today, each with the only place it is for."""
    held = Role.objects.filter(in_force(clock.today()), agent=agent).values_list("name", "place_id")
    return frozenset((str(name), place) for name, place in held)


def _roles(agent: Agent, groups: Iterable[Agent], tasks: Iterable[tuple[str, int | None]]) -> frozenset[str]:
    held = {name for name, _place in tasks}
    if any(group.is_home for group in groups):
        held = (held - {Role.Name.GUEST}) | {Role.Name.MEMBER}
    else:
        held.discard(Role.Name.MEMBER)
    if agent.is_producer or any(group.is_producer for group in groups):
        held.add(Role.Name.PRODUCER)
    return frozenset(str(name) for name in held)


def roles_of(agent: Agent) -> frozenset[str]:
    """Names of the roles she holds today, `member` and `producer` among them (two statements)."""
    return _roles(agent, _groups_of(agent), _held(agent))


def groups_of(agent: Agent, *kinds: str) -> list[Agent]:
    """Households, circles, organisations (of `kinds`, or all) she belongs to today."""
    return [group for group in _groups_of(agent) if not kinds or group.kind in kinds]


def members_of(group: Agent) -> QuerySet[Agent]:
    """Who belongs to a group today."""
    return Agent.objects.present().in_group(group, clock.today()).order_by("name", "id")


def to_call(agent_ids: Iterable[int]) -> list[tuple[int, str, str, str]]:
    """How agents are reached: (agent, name, phone, mail) of each itself and of the grown-ups who belong to it today.

    Two statements. For those who look after people: what stands here is personal.
    """
    ids = list(agent_ids)
    own = Contact.objects.filter(agent__in=among(ids)).values_list("agent_id", "agent__name", "phone", "email")
    belong = Membership.objects.filter(in_force(clock.today()), group__in=among(ids), member__hidden_at=None)
    grown = belong.exclude(member__contact__is_minor=True).order_by("member__name", "member_id")
    theirs = grown.values_list("group_id", "member__name", "member__contact__phone", "member__contact__email")
    return [(agent, name, phone or "", mail or "") for agent, name, phone, mail in [*own, *theirs]]


def household_of(agent: Agent) -> Agent | None:
    """The household a person belongs to; a household, circle or organisation is its own."""
    if agent.kind != Agent.Kind.PERSON:
        return agent
    return _first_household(_groups_of(agent))


def households_of(agent_ids: Iterable[int]) -> dict[int, Agent]:
    """Person id -> her household, for many at once (one statement)."""
    standing = Membership.objects.filter(
        in_force(clock.today()), member__in=among(agent_ids), group__kind=Agent.Kind.HOUSEHOLD, group__hidden_at=None
    )
    found: dict[int, Agent] = {}
    for membership in standing.select_related("group").order_by("id"):
        found.setdefault(membership.member_id, membership.group)
    return found


def buying_agents(person: Agent) -> list[Agent]:
    """Households and organisations she may order for; her household first."""
    return _buying(_groups_of(person))


def buying_agents_of(reader: Reader) -> list[Agent]:
    """`buying_agents` of the person whose orders the pages show; no statement where the page has read her groups."""
    if reader.person is None:
        return []
    return _buying(_groups_of(reader.person) if reader.groups is None else reader.groups)


def _buying(groups: Iterable[Agent]) -> list[Agent]:
    buying = [group for group in groups if group.kind in (Agent.Kind.HOUSEHOLD, Agent.Kind.ORGANISATION)]
    return sorted(buying, key=lambda group: (group.kind != Agent.Kind.HOUSEHOLD, group.pk))


def producers_of(person: Agent) -> list[Agent]:
    """Producers she acts for: herself, organisations she belongs to, or those her role names."""
    scoped = Agent.objects.present().filter(
        pk__in=Role.objects.filter(in_force(clock.today()), agent=person, name=Role.Name.PRODUCER).values("scope")
    )
    own = [person] if person.is_producer else []
    found = [*own, *(group for group in _groups_of(person) if group.is_producer), *scoped]
    return list({producer.pk: producer for producer in found}.values())


def tasks_of(agent_ids: Iterable[int]) -> dict[int, list[Role]]:
    """Person id -> her roles today with scope and place, for many at once (one statement)."""
    found: dict[int, list[Role]] = {}
    held = Role.objects.filter(in_force(clock.today()), agent__in=among(agent_ids))
    for role in held.select_related("scope", "place").order_by("name", "id"):
        found.setdefault(role.agent_id, []).append(role)
    return found


def sign_in_of(agent: Agent) -> User | None:
    """The user a person signs in as, if any."""
    return User.objects.filter(agent=agent, is_active=True).first()


def gone_with(email: str) -> Agent | None:
    """Who left, signed in with this mail address, and has not been forgotten."""
    return gone_by_mail([email.strip().lower()]).get(email.strip().lower())


def who_signs_in_with(email: str) -> Agent | None:
    """Whose mail address this is, also of who left and has not been forgotten; None: nobody's."""
    user = User.objects.select_related("agent").filter(email=email.strip().lower()).first()
    return user.agent if user and user.agent and user.agent.anonymised_at is None else None


def gone_by_mail(emails: Collection[str]) -> dict[str, Agent]:
    """The same for many addresses, in one statement."""
    gone = User.objects.filter(email__in=set(emails) - {""}, agent__hidden_at__isnull=False, agent__anonymised_at=None)
    return {user.email: user.agent for user in gone if user.email and user.agent}


def strange_addresses() -> QuerySet[EmailAddress]:
    """Mail addresses by which django-allauth lets a user in, and which are not hers: nobody of us writes such a row."""
    both = EmailAddress.objects.annotate(known=Lower("email"), hers=Lower("user__email"))
    found: QuerySet[EmailAddress] = both.exclude(hers__isnull=False, known=F("hers")).order_by("pk")
    return found.select_related("user__agent")


def codes_of(agent: Agent, since: datetime) -> QuerySet[SignInCode]:
    """Codes that somebody else made for her since then, newest first."""
    made = SignInCode.objects.filter(agent=agent, made_at__gt=since).exclude(made_by=agent)
    return made.select_related("made_by").order_by("-made_at")[:5]


def circle(name: str) -> Agent | None:
    """The circle of that name."""
    return Agent.objects.present().filter(kind=Agent.Kind.CIRCLE, name=name).order_by("id").first()


def role_holders(name: str, *, scope: Agent | None = None, place: Place | None = None) -> QuerySet[Agent]:
    """People who hold a role today; with `scope` or `place`, those who hold it there or everywhere."""
    if name == Role.Name.MEMBER:
        return Agent.objects.present().filter(kind=Agent.Kind.PERSON).in_group(home_local(), clock.today())
    held = Role.objects.filter(in_force(clock.today()), role_reaches(name, scope, place), name=name)
    return Agent.objects.present().filter(pk__in=held.values("agent")).order_by("name", "id")


def role_reaches(name: str, scope: Agent | None, place: Place | None) -> Q:
    """A role without scope or place reaches all of them; a producer's role always names whose goods."""
    reach = Q()
    if scope is not None:
        reach &= Q(scope=scope) if name == Role.Name.PRODUCER else Q(scope=scope) | Q(scope=None)
    if place is not None:
        reach &= Q(place=place) | Q(place=None)
    return reach


def visible_to(reader: Reader) -> QuerySet[Agent]:
    """Whom a reader may know of; everybody else is not there (404).

    A stranger: what is public. A member: groups, own household, those she helps or who help her, people with a role,
    and who shows herself to members. Steward, treasurer and auditor: everybody who has not been anonymised.
    """
    everybody = Agent.objects.filter(anonymised_at=None).exclude(kind=Agent.Kind.SYSTEM)
    if reader.agent is None:
        return Agent.objects.public()
    if reader.has(*SEES_ALL):
        return everybody
    own = Q(pk=reader.agent.pk)
    if not reader.has(Role.Name.MEMBER):
        return everybody.present().filter(own | Q(is_public=True) | Q(is_home=True))
    today = clock.today()
    mine = Membership.objects.filter(in_force(today), member=reader.agent)
    together = Membership.objects.filter(
        in_force(today), group__in=mine.values("group"), group__kind__in=[Agent.Kind.HOUSEHOLD, Agent.Kind.CIRCLE]
    )
    helping = Helping.objects.filter(in_force(today))
    with_role = Role.objects.filter(in_force(today)).exclude(name__in=[Role.Name.GUEST, Role.Name.MEMBER])
    return everybody.present().filter(
        own
        | Q(is_public=True)
        | Q(is_home=True)
        | Q(kind__in=[Agent.Kind.CIRCLE, Agent.Kind.ORGANISATION])
        | Q(contact__shown_to_members=True)
        | Q(pk__in=mine.values("group"), kind=Agent.Kind.HOUSEHOLD)
        | Q(pk__in=together.values("member"))
        | Q(pk__in=helping.filter(helper=reader.agent).values("member"))
        | Q(pk__in=helping.filter(member=reader.agent).values("helper"))
        | Q(pk__in=with_role.values("agent"))
    )


def shown_to_everybody() -> QuerySet[Agent]:
    """People who let strangers read their name and words; nobody under age."""
    found = Agent.objects.present().filter(kind=Agent.Kind.PERSON, is_public=True)
    return found.exclude(contact__is_minor=True).order_by("name", "id")


def helped_by(helper: Agent) -> QuerySet[Helping]:
    """The members somebody acts for, with the consent noted."""
    standing = Helping.objects.filter(in_force(clock.today()), helper=helper, member__hidden_at=None)
    return standing.select_related("member").order_by("member__name", "id")


def helpers_of(member: Agent) -> QuerySet[Helping]:
    """Who acts for a member."""
    standing = Helping.objects.filter(in_force(clock.today()), member=member, helper__hidden_at=None)
    return standing.select_related("helper").order_by("helper__name", "id")


def restaurants() -> QuerySet[Agent]:
    """Organisations of the customer group "restaurant"."""
    return Agent.objects.present().filter(kind=Agent.Kind.ORGANISATION, group="restaurant").order_by("name", "id")


def producers() -> QuerySet[Agent]:
    """Everybody whose goods are sold here."""
    return Agent.objects.present().filter(is_producer=True).select_related("place").order_by("name", "id")


def holidays_to_come() -> QuerySet[Holiday]:
    """Holidays from today on."""
    return Holiday.objects.filter(day__gte=clock.today()).order_by("day")


def holidays() -> dict[date, str]:
    """Day -> name of all holidays that are known."""
    return dict(Holiday.objects.values_list("day", "name"))
