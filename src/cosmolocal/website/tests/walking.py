"""Walks through the life of a local, and before each deed lets everybody else try it, in vain or not."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import household_of, producers_of
from cosmolocal.agents.tests.lending import a_lent_session
from cosmolocal.kernel import operation as kernel_operation
from cosmolocal.kernel.refusal import Refusal

TRIES = 2  # of each operation: the first times it is done


class _Undo(Exception):
    """Takes back what a try has done."""


@dataclasses.dataclass
class Walk:
    """What was tried: code -> roles that could, code -> refusals of those who could not; `lent`: code -> what a lent
    session was told of those who could.
    """

    people: Mapping[str, Agent] = dataclasses.field(default_factory=dict)
    could: dict[str, set[str]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    refused: dict[str, dict[str, str]] = dataclasses.field(default_factory=lambda: defaultdict(dict))
    lent: dict[str, set[str]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    walked: Counter[str] = dataclasses.field(default_factory=Counter)

    def let_others_try(self, code: str, function: Any, kwargs: Mapping[str, Any], run: Any) -> None:
        self.walked[code] += 1
        if self.walked[code] > TRIES:
            return
        for role, person in self.people.items():
            if person.pk == kwargs["by"].pk or concerns(person, kwargs):
                continue
            wish = {**kwargs, "by": person, "key": ""} if "key" in kwargs else {**kwargs, "by": person}
            told = _try(code, function, wish, run)
            if told:
                self.refused[code][role] = told
            else:
                self.could[code].add(role)
                with a_lent_session():
                    self.lent[code].add(_try(code, function, wish, run))


def _try(code: str, function: Any, wish: Mapping[str, Any], run: Any) -> str:
    """The code of what refuses a deed, nothing where it can be done; it is taken back in any case."""
    try:
        with transaction.atomic():
            run(code, function, wish)
            raise _Undo
    except _Undo:
        return ""
    except Refusal as refusal:
        return refusal.code


def concerns(person: Agent, kwargs: Mapping[str, Any]) -> bool:
    """Is the deed about this person, her household or her farm? Then it may be hers."""
    hers = {person.pk, *(producer.pk for producer in producers_of(person))}
    household = household_of(person)
    hers |= {household.pk} if household else set()
    return any(isinstance(value, Agent) and value.pk in hers for name, value in kwargs.items() if name != "by")


@contextmanager
def watching(walk: Walk, monkeypatch: Any) -> Iterator[None]:
    """Every outermost deed is tried by the others first."""
    run = kernel_operation._run_outermost

    def tried(code: str, function: Any, kwargs: Mapping[str, Any]) -> Any:
        if walk.people:
            walk.let_others_try(code, function, kwargs, run)
        return run(code, function, kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(kernel_operation, "_run_outermost", tried)
        yield
