"""What a practice gives to the house: one frozen declaration, `practice` in the file `practice.py` of its app."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.apps import AppConfig, apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string, module_has_submodule

from cosmolocal.kernel import node
from cosmolocal.kernel.ahead import Wrong
from cosmolocal.kernel.models import Node


@dataclass(frozen=True)
class Timer:
    """Something to look after regularly: `run()` is called by the tick job when `every` has passed."""

    name: str
    every: timedelta
    run: Callable[[], None]


@dataclass(frozen=True)
class Card:
    """One card on a home page: a fact, and at most one deed. Lower `weight` stands first. `when`: the moment it is
    about, where it is about one; `icon`: of what it comes from, where that is not its practice.
    """

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
    when: datetime | None = None
    icon: str = ""


@dataclass(frozen=True)
class PublicPart:
    """What a practice adds to the page that strangers read. `figures`: counts with their labels; `drawings`: kinds of
    goods, drawn beside the local's name; `template`: a section of its own, given `part.data`.
    """

    figures: Sequence[tuple[str, int]] = ()
    drawings: Sequence[str] = ()
    template: str = ""
    data: Any = None


@dataclass(frozen=True)
class DoorNote:
    """What the keeper of a hand-over should know when somebody collects: a few words, and where to do it."""

    text: str
    url: str = ""
    tone: str = "quiet"


@dataclass(frozen=True)
class NavItem:
    """One item of the navigation, or one row on *Me*: an address name, for holders of `roles` (none: everybody)."""

    name: str
    label: str | Promise
    icon: str
    roles: tuple[str, ...] = ()
    note: str | Promise = ""


@dataclass(frozen=True)
class Task:
    """A role that a practice brings: its name (at most 12 signs, kept for ever), its label, whether it may be for one
    place only. Whoever holds it passes the doors that state its name, as a steward does.
    """

    name: str
    label: str | Promise
    at_places: bool = False


@dataclass(frozen=True)
class Questions:
    """What a practice asks at its beginning, two questions: where a local is set up, and on its settings page.

    `form`: a Django form with them (a class, or what makes one); `known()`: the answers that hold, as the form shows
    them; `answer(by, answers)`: the deed that keeps what was answered, by field.
    """

    form: Callable[..., Any]
    known: Callable[[], Mapping[str, Any]]
    answer: Callable[[Any, Mapping[str, Any]], object]


@dataclass(frozen=True)
class LetGo:
    """Rows of `label` (app.Model) whose moment, the field `since`, is longer ago than `after`, and that are `which`.
    `deed`: what lets ids of them go where rows stand in the seals, and each change of one is somebody's deed.
    """

    label: str
    since: str
    after: timedelta
    which: Q = Q()  # noqa: RUF009 - a Q is never changed
    deed: Callable[[Sequence[int]], None] | None = None

    def rows(self, now: datetime) -> QuerySet[Model]:
        """What may go at `now`."""
        rows: QuerySet[Model] = apps.get_model(self.label)._base_manager.order_by()
        return rows.filter(self.which, **{f"{self.since}__lt": now - self.after})


@dataclass(frozen=True)
class Practice:
    """One practice, whole.

    `offer`: what it is, in a sentence that strangers read too, and `public(local)` what else they read of it;
    `entry`: the address name of its door; `desks`: where its people with a task work; `me`: its rows on *Me*;
    `settings`: the address name of the page that says how it works here; `questions`: two, asked already at setup.
    `letters`: the kinds of mail it writes, name -> `messages.rules.Event`. `parts`: relations of its models whose rows
    belong to "my data" with the row they are part of. `lets_go`: what is not kept for ever.
    `member_cards(reader)` and `steward_cards(agent)` fill the two home pages; `demo()` builds its part of the demo.

    `door_notes(handover, receivers)` gives the keeper a note per receiver (agent id): cash to take, something to give
    back. `receivers` None: of all, but only where there is something to say. `still_open(handover)` says in a sentence
    until when more may be promised for it, and what to do; nothing where all is said. `called_off(handover, promise)`
    says what of it was given up, when, and what becomes of goods that are there all the same: of the whole hand-over,
    or of what one promise (id) was part of. `book_pages`: lists for who
    keeps the books (label, name of the address), linked from the treasurer's desk. `also_about(agents)`: which rows
    are about these agents (ids), though no column of theirs names them: for what people take along. `wrong()`: what
    of its rows does not fit together, for `cosmolocal doctor`. `still_to_pay(holder)`: what its account will still be
    charged for, though nothing is set aside for it; nothing where there is none. `goods_changed(handover)` hears,
    inside the deed, that something about the goods of a hand-over (id) was written: received, corrected, lost, packed.
    `unfinished()`: what is promised in it and not yet over, in sentences that say what to do: until nothing is, it is
    not switched off.
    """

    name: str
    title: str | Promise
    icon: str = "together"
    offer: str | Promise = ""
    urls: str = ""
    public: Callable[[Any], PublicPart] | None = None
    entry: str = ""
    desks: tuple[NavItem, ...] = ()
    me: tuple[NavItem, ...] = ()
    settings: str = ""
    questions: Questions | None = None
    tasks: tuple[Task, ...] = ()
    letters: Mapping[str, Any] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()
    lets_go: tuple[LetGo, ...] = ()
    member_cards: Callable[[Any], Sequence[Card]] | None = None
    steward_cards: Callable[[Any], Sequence[Card]] | None = None
    demo: Callable[[], None] | None = None
    door_notes: Callable[[Any, Collection[int] | None], Mapping[int, DoorNote]] | None = None
    still_open: Callable[[Any], str] | None = None
    called_off: Callable[[Any, int | None], str] | None = None
    book_pages: tuple[tuple[str | Promise, str], ...] = ()
    also_about: Callable[[Collection[int]], Mapping[type[Model], Q]] | None = None
    wrong: Callable[[], Iterable[Wrong]] | None = None
    still_to_pay: Callable[[Any], str] | None = None
    goods_changed: Callable[[int], None] | None = None
    unfinished: Callable[[], Sequence[str]] | None = None


def is_practice(app: AppConfig) -> bool:
    """An app is a practice where it has a `practice.py`; its label is the practice's name."""
    return module_has_submodule(app.module, "practice")


@cache
def installed() -> tuple[Practice, ...]:
    """Every practice this release contains, in the order of INSTALLED_APPS."""
    found = (app.name for app in apps.get_app_configs() if is_practice(app))
    return tuple(import_string(f"{name}.practice.practice") for name in found)


@cache
def tasks_brought() -> Mapping[str, Task]:
    """The roles that practices bring, by their names."""
    return {task.name: task for practice in installed() for task in practice.tasks}


def switched_on() -> tuple[Practice, ...]:
    """The practices this local uses; an empty list on the node means all."""
    return used_by(node.current())


def used_by(local: Node) -> tuple[Practice, ...]:
    """The practices of `local`; without a statement where its row is known already."""
    return tuple(practice for practice in installed() if not local.practices or practice.name in local.practices)


def is_off(code: str) -> bool:
    """Does this code, "practice.noun", belong to a practice of this release that the local does not use?"""
    name = code.partition(".")[0]
    return any(one.name == name for one in installed()) and all(one.name != name for one in switched_on())
