"""Counts far above what people like her order: asked about where they are read once more; readings are buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from cosmolocal.look import questions
from cosmolocal.look.questions import Asked, Expectation, Question, Typed
from cosmolocal.practices.shop.orders.pages.basket import BasketLine, BasketView
from cosmolocal.practices.shop.orders.queries import usual

OF_A_LINE = "count"  # with the id of its offer: whose number an answer is about


@dataclass
class Answers:
    """`counts`: offer id -> packs where another reading was meant; `open`: what nobody has answered yet; `given`: the
    answers as they came, which go along with the next press.
    """

    counts: dict[int, int] = field(default_factory=dict)
    open: list[Question] = field(default_factory=list)
    given: list[str] = field(default_factory=list)


def asked(view: BasketView, data: Mapping[str, Any]) -> Answers:
    """What is to be asked about a basket, and what `data` answers. No statement where no count is high."""
    answers = Answers()
    doubtful = usual.suspects(view.counts, view.ordered)
    most = usual.most_ordered(view.household, doubtful) if doubtful else {}
    for line in view.lines:
        if line.id not in most:
            continue
        typed = Typed.of(data, f"{OF_A_LINE}-{line.id}", str(line.count))
        expected = Expectation(most[line.id], is_rough=True)
        try:
            meant = questions.settle(typed, expected, read=_read, write=partial(_words, line))
        except Asked as asked_about:
            question = asked_about.question
            answers.open.append(Question(f"{line.name}: {question.sentence}", question.answers))
            continue
        answers.given.append(f"{typed.name}={meant}")
        if meant != line.count:
            answers.counts[line.id] = meant
    return answers


def _read(text: str, _expected: int | None) -> int:
    return int(text)


def _words(line: BasketLine, count: int) -> str:
    """100 × box of 10."""
    return replace(line, count=count).amount_text
