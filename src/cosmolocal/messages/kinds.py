"""The kinds of letters there are: those of the house, and those that practices bring."""

from collections.abc import Mapping
from functools import cache

from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.practices import Practice, installed, switched_on
from cosmolocal.messages.rules import CODE, DAYS_OF_EVIDENCE, DIGEST, NOW, Event

HOUSE: Mapping[str, Event] = {
    "payment": Event(_("A payment to me"), NOW, True, days=DAYS_OF_EVIDENCE),
    "paid_in": Event(_("My payment has arrived"), NOW, True),
    "low_balance": Event(_("My balance runs low"), DIGEST, True),
    "join": Event(_("Somebody asks to join, or I am welcomed"), NOW, False),
    "sign_in": Event(_("Somebody made a code to sign in as me"), NOW, False),
    # Nobody chooses it, and who asks for a code has no other way to get it.
    CODE: Event(_("A code to sign in"), NOW, False),
    "duty": Event(_("A task of mine"), NOW, True),
    "test": Event(_("Test mails"), NOW, False),
}
_NO_CHOICE = ("test", CODE)


@cache
def every() -> Mapping[str, Event]:
    """Each kind by its name."""
    return _with(installed())


def choices() -> Mapping[str, Event]:
    """What a person may choose about: without practices that this local does not use."""
    return {name: known for name, known in _with(switched_on()).items() if name not in _NO_CHOICE}


def grouped() -> list[tuple[Practice | None, list[str]]]:
    """The same by where they come from: the house (None) first, then practice by practice."""
    known = choices()
    own: list[tuple[Practice | None, list[str]]] = [(None, [name for name in HOUSE if name in known])]
    return own + [(practice, list(practice.letters)) for practice in switched_on() if practice.letters]


def _with(practices: tuple[Practice, ...]) -> dict[str, Event]:
    found: dict[str, Event] = dict(HOUSE)
    for practice in practices:
        found |= practice.letters
    return found
