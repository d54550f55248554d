"""The lists of people, of farms and organisations, of places, of who is who, of who asks to join."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries
from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.models import Agent, Contact, JoinRequest, Membership, Place
from cosmolocal.agents.queries import Reader
from cosmolocal.look.words import asked


@dataclass(frozen=True)
class Somebody:
    """One row of the list of people."""

    person: Agent
    household: Agent | None
    tasks: str

    @property
    def address(self) -> str:
        """Her page."""
        return reverse("agents:person", args=[self.person.pk])


def _somebodies(persons: list[Agent]) -> Sequence[Somebody]:
    """With household and tasks (two statements)."""
    ids = [person.pk for person in persons]
    households, tasks = queries.households_of(ids), queries.tasks_of(ids)
    return [
        Somebody(one, households.get(one.pk), ", ".join(str(task.label) for task in tasks.get(one.pk, [])))
        for one in persons
    ]


def _called(found: QuerySet[Agent], words: str) -> QuerySet[Agent]:
    """Each word is in her name, mail, phone, or in her household's name or number; one test a word, no join.
    Who left is found by words only.
    """
    if not words:
        return found.filter(hidden_at=None)
    for word in asked(words):
        of_group = Q(group__code__iexact=word, until=None) | Q(group__name__icontains=word)
        reached = Contact.objects.filter(Q(email__icontains=word) | Q(phone__icontains=word))
        member = Membership.objects.filter(of_group)
        found = found.filter(
            Q(name__icontains=word) | Q(pk__in=reached.values("agent")) | Q(pk__in=member.values("member"))
        )
    return found


@listing(
    "agents.people",
    gettext_lazy("People"),
    open_to="steward",
    columns=(
        Column("person.name", gettext_lazy("Name"), sort="name", href=lambda one: one.address),
        Column("household", gettext_lazy("Household"), value=lambda one: one.household and one.household.name),
        Column("code", gettext_lazy("Number"), value=lambda one: one.household and one.household.code),
        Column("person.contact.phone", gettext_lazy("Phone"), sort="contact__phone"),
        Column("tasks", gettext_lazy("Tasks")),
        Column(
            "left",
            gettext_lazy("Left"),
            value=lambda one: one.person.hidden_at and _("has left"),
            tone=lambda _one: "late",
        ),
    ),
    order=("name", "id"),
    prepare=_somebodies,
    find=_called,
    is_muted=lambda one: one.person.hidden_at is not None,
    hint=gettext_lazy("Name, number, phone …"),
)
def people(_reader: Reader) -> QuerySet[Agent]:
    """Everybody; who left is found by words only."""
    return Agent.objects.filter(kind=Agent.Kind.PERSON, anonymised_at=None).select_related("contact")


@listing(
    "agents.organisations",
    gettext_lazy("Farms and organisations"),
    open_to="steward",
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            sort=True,
            search=True,
            href=lambda one: reverse("agents:person", args=[one.pk]),
        ),
        Column("place.name", gettext_lazy("Place"), sort=True, search=True),
        Column("contact.phone", gettext_lazy("Phone"), search=True),
        Column(
            "what",
            gettext_lazy("What it does"),
            value=lambda one: _("sells here") if one.is_producer else _("buys here"),
            sort="is_producer",
            tone=lambda one: "ready" if one.is_producer else "quiet",
        ),
    ),
    order=("-is_producer", "name", "id"),
    hint=gettext_lazy("Name, place, phone …"),
    empty=(gettext_lazy("No farm yet"), gettext_lazy("Add the first farm whose goods you sell."), "farm"),
)
def organisations(_reader: Reader) -> QuerySet[Agent]:
    """Farms, restaurants and others, with their place."""
    return Agent.objects.present().filter(kind=Agent.Kind.ORGANISATION).select_related("place", "contact")


@listing(
    "agents.places",
    gettext_lazy("Places"),
    open_to="steward",
    columns=(
        Column(
            "name",
            gettext_lazy("Name"),
            sort=True,
            search=True,
            href=lambda one: reverse("agents:place", args=[one.pk]),
        ),
        Column("address", gettext_lazy("Address"), sort=True, search=True),
        Column(
            "what",
            gettext_lazy("What for"),
            value=lambda one: _("hand-over") if one.is_handover else "",
            sort="is_handover",
            tone=lambda _one: "ready",
        ),
    ),
    order=("-is_handover", "name", "id"),
    hint=gettext_lazy("Name, address …"),
    empty=(gettext_lazy("No place yet"), gettext_lazy("Add where your members collect their crates."), "place"),
)
def places(_reader: Reader) -> QuerySet[Place]:
    """Where goods are handed over, and where farms are."""
    return Place.objects.filter(is_private=False)


@dataclass(frozen=True)
class Known:
    """Somebody whom members find, and what she looks after."""

    person: Agent
    tasks: Sequence[Any]


def _known(persons: list[Agent]) -> Sequence[Known]:
    tasks = queries.tasks_of([person.pk for person in persons])
    return [Known(person, tasks.get(person.pk, [])) for person in persons]


@listing(
    "agents.directory",
    gettext_lazy("Who is who"),
    open_to="together",
    columns=(
        Column("person.name", gettext_lazy("Name"), sort="name", search=("name",)),
        Column("person.about", gettext_lazy("About"), search=("about",)),
    ),
    order=("name", "id"),
    prepare=_known,
    hint=gettext_lazy("Name, or a word about her"),
    files=(),
)
def directory(reader: Reader) -> QuerySet[Agent]:
    """Members who show themselves to members, and who looks after what. Read here, and not carried away as a file."""
    return queries.visible_to(reader).filter(kind=Agent.Kind.PERSON).select_related("contact")


@dataclass(frozen=True)
class Asker:
    """Who asks to join; `gone`: who had the same mail address, and left."""

    asked: JoinRequest
    gone: Agent | None


def _askers(asked: list[JoinRequest]) -> Sequence[Asker]:
    gone = queries.gone_by_mail([one.email for one in asked])
    return [Asker(one, gone.get(one.email)) for one in asked]


@listing(
    "agents.requests",
    gettext_lazy("Who asks to join"),
    open_to="steward",
    columns=(
        Column("asked.name", gettext_lazy("Name"), sort="name", search=("name",)),
        Column("asked.at", gettext_lazy("Asked"), kind="moment", sort="at"),
        Column("asked.email", gettext_lazy("Mail"), search=("email",)),
        Column("asked.phone", gettext_lazy("Phone"), search=("phone",)),
        Column("asked.words", gettext_lazy("Words"), search=("words",)),
        Column("gone.name", gettext_lazy("Was here as")),
    ),
    order=("at", "id"),
    prepare=_askers,
    hint=gettext_lazy("Name, mail, phone …"),
    empty=(
        gettext_lazy("Nobody waits at the door"),
        gettext_lazy("Requests from the public page arrive here."),
        "door",
    ),
)
def requests(_reader: Reader) -> QuerySet[JoinRequest]:
    """Who waits for an answer, the oldest first."""
    return JoinRequest.objects.filter(state="waiting")
