"""A number that can be read in two ways, or is far from what was expected: asked about, with each reading a button.

The answer comes back as `sure=<name of the field>=<smallest parts>`, from a button or a hidden field, and holds as long
as the text in the field can mean it. A number that she insists on is taken: it may be so. Works without JavaScript.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.kernel import outside
from cosmolocal.kernel.outside import NumberUnclear
from cosmolocal.look import proportion
from cosmolocal.look.numbers import format_number

SURE = "sure"
USUAL = gettext_lazy("what is usual")
PROMISED = gettext_lazy("what was promised")
ORDERED = gettext_lazy("what was ordered")
IN_BOOKS = gettext_lazy("what the books say")
_THOUSAND = range(900, 1101)


class Typed(str):
    """What stands in a field, with its name and the readings (smallest parts) somebody has said yes to."""

    __slots__ = ("name", "sure")
    name: str
    sure: tuple[int, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any], name: str, text: str | None = None) -> "Typed":
        """From a posted form; `text` where the number stands elsewhere than in a field of that name."""
        made = cls((data.get(name) or "") if text is None else text)
        said = data.getlist(SURE) if hasattr(data, "getlist") else [data.get(SURE, "")]
        parts = [str(text).removeprefix(f"{name}=") for text in said if str(text).startswith(f"{name}=")]
        made.name, made.sure = name, tuple(value for text in parts if (value := _signed(text)) is not None)
        return made


def _signed(text: str) -> int | None:
    size = outside.whole(text.removeprefix("-"))
    return -size if size is not None and text.startswith("-") else size


@dataclass(frozen=True)
class Answer:
    """One button: what it sends, and what stands on it."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """A sentence, and the readings to choose from."""

    sentence: str
    answers: Sequence[Answer]


class Asked(Exception):
    """The number is not taken before somebody has answered."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.sentence)
        self.question = question


@dataclass(frozen=True)
class Expectation:
    """What a number is compared with, in smallest parts; None: unknown, so only two readings are asked about."""

    parts: int | None = None
    against: str | Promise = USUAL
    far: int = proportion.FAR
    is_price: bool = False
    asks_of_none: bool = False  # 0 where something was expected: only where that is as odd as far too little
    is_rough: bool = False  # what is usual, not what was agreed: little is never odd, much may be grams or cents


NOTHING = Expectation()


def settle(
    typed: str,
    expected: Expectation,
    *,
    read: Callable[[str, int | None], int],
    write: Callable[[int], str],
    most: int | None = None,
) -> int:
    """The number that is meant, in smallest parts. Above `most`, what is refused anyway, no reading is offered.

    Raises NumberUnclear (no number), Asked (somebody must choose).
    """
    try:
        parts = read(typed, expected.parts)
    except NumberUnclear as unclear:
        if len(unclear.readings) < 2:
            raise
        possible = [value for value in unclear.readings if most is None or value <= most]
        if len(possible) == 1:
            return possible[0]
        sentence = _("“%(typed)s” can be read in two ways. Which one do you mean?") % {"typed": typed.strip()[:30]}
        return choose(typed, unclear.readings, sentence, write)
    if most is not None and parts > most:
        return parts
    sign = -1 if parts < 0 and (expected.parts or 0) < 0 else 1  # below 0 sizes are compared
    size, against = sign * parts, replace(expected, parts=sign * (expected.parts or 0))
    if not _is_odd(size, against):
        return parts
    near = proportion.slips(size) if expected.is_rough else proportion.meant(size, against.parts or 0)
    ways = [sign * value for value in (*near, size)]
    return choose(typed, ways, f"{_odd(size, against, lambda value: write(sign * value))} {asks(ways)}", write)


def asks(ways: Sequence[int]) -> str:
    """What stands after the sentence that says what is odd, before the buttons."""
    return _("Which is right?") if len(ways) > 1 else _("If it is so, press it. If not, type it again.")


def ask(form: forms.Form, name: str, expected: Expectation) -> None:
    """The same where what is expected hangs on other fields: call it in the form's `clean`."""
    field: Any = form.fields[name]
    if form.cleaned_data.get(name) is None:
        return
    try:
        form.cleaned_data[name] = field.settle(form[name].data, expected)
    except ValidationError as error:
        form.add_error(name, error)


def questions(form: forms.Form) -> list[Question]:
    """What a form asks, for pages that show it elsewhere than at the field."""
    found = (getattr(field, "question", None) for field in form.fields.values())
    return [question for question in found if question is not None]


def how_read(form: forms.BaseForm) -> list[str]:
    """How answers were read that others read differently (numbers, days): said before and after it is done."""
    found = (getattr(field, "read_as", "") for field in form.fields.values())
    return [words for words in found if words]


def _is_odd(size: int, expected: Expectation) -> bool:
    if expected.is_rough and size <= (expected.parts or 0):
        return False
    is_none = expected.asks_of_none and not size and (expected.parts or 0) > 0
    return is_none or proportion.is_odd(size, expected.parts, far=expected.far, is_price=expected.is_price)


def choose(typed: str, ways: Sequence[int], sentence: str, write: Callable[[int], str]) -> int:
    """The reading (of `ways`, in smallest parts) that somebody has said yes to. Raises Asked before she did."""
    sure = getattr(typed, "sure", ())
    said = next((value for value in ways if value in sure), None)
    if said is not None:
        return said
    name, labels = getattr(typed, "name", ""), [write(value) for value in ways]
    answers = [Answer(f"{name}={value}", label) for value, label in zip(ways, labels, strict=True)]
    raise Asked(Question(sentence, answers))


def _odd(parts: int, expected: Expectation, write: Callable[[int], str]) -> str:
    assert expected.parts
    facts = {"typed": write(parts), "against": expected.against, "expected": write(expected.parts)}
    if parts < expected.parts:
        return _("%(typed)s is far less than %(against)s, %(expected)s.") % facts
    times = (parts + expected.parts // 2) // expected.parts
    if times in _THOUSAND:
        return _("%(typed)s is about a thousand times %(against)s, %(expected)s.") % facts
    facts["times"] = format_number(times)
    return _("%(typed)s is about %(times)s times %(against)s, %(expected)s.") % facts
