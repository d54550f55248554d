"""The lists of people, of farms and organisations, and of places."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import queries
from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.models import Agent, Contact, Membership, Place
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
