"""What a practice gives to the house: one frozen declaration, `practice` in the file `practice.py` of its app."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from cosmolocal.kernel import node
from cosmolocal.kernel.apps import PracticeConfig


@dataclass(frozen=True)
class Timer:
    """Something to look after regularly: `run()` is called by the tick job when `every` has passed."""

    name: str
    every: timedelta
    run: Callable[[], None]


@dataclass(frozen=True)
class Card:
    """One card on a home page: a fact, and at most one deed. Lower `weight` stands first."""

    title: str
    text: str = ""
    badge: str = ""
    tone: str = "quiet"  # today, late, ready, quiet
    deed: str = ""
    url: str = ""
    weight: int = 50
    figure: str = ""
    template: str = ""  # an own inner template, given `card.data`
    data: Any = None


@dataclass(frozen=True)
class DoorNote:
    """What the keeper of a hand-over should know when somebody collects: a few words, and where to do it."""

    text: str
    url: str = ""
    tone: str = "quiet"


@dataclass(frozen=True)
class Practice:
    """One practice, whole. `member_cards(reader)` and `steward_cards(agent)` fill the two home pages.

    `door_notes(handover, receivers)` gives the keeper a note per receiver (agent id): cash to take, something to give
    back. `receivers` None: of all, but only where there is something to say. `still_open(handover)` says in a sentence
    until when more may be promised for it, and what to do; nothing where all is said. `book_pages`: lists for who
    keeps the books (label, name of the address), linked from the treasurer's desk. `also_about(agents)`: which rows
    are about these agents (ids), though no column of theirs names them: for what people take along.
    """

    name: str
    title: str | Promise
    urls: str = ""
    entry: str = ""  # url name of the practice's door in the navigation
    member_cards: Callable[[Any], Sequence[Card]] | None = None
    steward_cards: Callable[[Any], Sequence[Card]] | None = None
    demo: Callable[..., None] | None = None
    door_notes: Callable[[Any, Collection[int] | None], Mapping[int, DoorNote]] | None = None
    still_open: Callable[[Any], str] | None = None
    book_pages: tuple[tuple[str | Promise, str], ...] = ()
    also_about: Callable[[Collection[int]], Mapping[type[Model], Q]] | None = None


@cache
def installed() -> tuple[Practice, ...]:
    """Every practice this release contains, in the order of INSTALLED_APPS."""
    found = (app for app in apps.get_app_configs() if isinstance(app, PracticeConfig))
    return tuple(import_string(f"{app.name}.practice.practice") for app in found)


def switched_on() -> tuple[Practice, ...]:
    """The practices this local uses; an empty list on the node means all."""
    chosen = node.current().practices
    return tuple(practice for practice in installed() if not chosen or practice.name in chosen)
