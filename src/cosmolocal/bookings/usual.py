"""The two questions that a practice of this room asks at its beginning: who books, and for how long at most."""

from collections.abc import Mapping
from typing import Any

from cosmolocal.agents.models import Agent
from cosmolocal.bookings import operations, queries
from cosmolocal.bookings.forms import UsualForm
from cosmolocal.kernel.practices import Questions

ASKED = ("who", "longest_minutes")


def questions(practice: str) -> Questions:
    """What a practice of that name says in its `practice.py`."""

    def answer(by: Agent, answers: Mapping[str, Any]) -> None:
        operations.set_usual_terms(by=by, practice=practice, **{name: answers[name] for name in ASKED})

    return Questions(UsualForm, lambda: known(practice), answer)


def known(practice: str) -> dict[str, Any]:
    """The answers that hold."""
    terms = queries.usual_terms(practice)
    return {name: getattr(terms, name) for name in ASKED}
