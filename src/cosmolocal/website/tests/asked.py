"""What the house asks of each deed and each table, in sentences that say where to write what is missing.

Tests of the house ask it of all apps, `practice_contract` of one practice.
"""

from collections.abc import Iterable, Iterator, Mapping

from django.apps import apps
from django.db.models import Model

from cosmolocal.agents import columns
from cosmolocal.kernel.operation import Spec, in_words
from cosmolocal.kernel.tests.stating import by_code, lent
from cosmolocal.website import my_data
from cosmolocal.website.tests.permits import guard, looks, words

TABLE, LENT = by_code("WHO"), lent()
_UNLENT = {"catalog", "flows", "messages", "website"}  # of whose deeds nobody states what a lent session may do


def who_may(deeds: Mapping[str, Spec]) -> Iterator[str]:
    """What is wrong in WHO about these deeds (code -> spec)."""
    for code, spec in sorted(deeds.items()):
        if code not in TABLE:
            yield f"{code}: say in WHO of {_stated(code)} who may do it: a role, own, house (kernel/tests/stating.py)"
        elif TABLE[code] != "inside" and words(spec.run) != (said := frozenset(TABLE[code].split())):
            yield (
                f"{code}: its permit paragraph lets in {_listed(words(spec.run))}, WHO of {_stated(code)} says "
                f"{_listed(said)}: change the one that is wrong"
            )


def when_lent(deeds: Mapping[str, Spec]) -> Iterator[str]:
    """What is wrong in LENT about these deeds."""
    for code, spec in sorted(deeds.items()):
        if code.partition(".")[0] in _UNLENT:
            continue
        if code not in LENT:
            yield f"{code}: say in LENT of {_stated(code)} whether a lent session may do it (no, partly, looked, yes)"
            continue
        word, found = LENT[code], guard(spec.run)
        is_right = found == word if word in ("no", "partly") else found != "no"
        if not is_right or (word == "looked" and not looks(spec.run)):
            yield (
                f"{code}: LENT of {_stated(code)} says {word}, and a lent session is refused: {found or 'nowhere'} "
                "(agents.sessions.require_own)"
            )


def in_the_past(deeds: Iterable[str]) -> Iterator[str]:
    """Deeds that have no words after a name."""
    for code in sorted(deeds):
        if in_words(code) in ("", code):
            yield f'{code}: say what people read who did it: @operation("{code}", said=gettext_lazy("ordered"))'


def of_people(models: Iterable[type[Model]]) -> Iterator[str]:
    """What these tables do not say for "my data"."""
    asked, told = set(models), _told()
    links = [(model, column) for model, column in my_data.links_to_agents() if model in asked]
    forgotten = [(model, column) for model, column in links if not my_data.meaning(model, column)]
    for model, column in forgotten:
        yield (
            f"{model._meta.label}.{column} names somebody: say beside the model @names(about=…) where the row goes "
            "with her data, did=… where she only did it, beside=… where neither (agents/columns.py)"
        )
    for model in sorted(asked - {model for model, _column in forgotten}, key=lambda model: model._meta.label):
        label = model._meta.label
        if model in told and label not in columns.TITLES:
            yield f'{label} goes with "my data": say beside the model what it is called there, @titled(_("Your …"))'
        if model not in told and label in columns.TITLES:
            yield f'{label} is titled and does not go with "my data": no column is about anybody; take @titled away'


def models_of(app: str) -> list[type[Model]]:
    """The tables of an app."""
    return list(apps.get_app_config(app).get_models())


def _told() -> set[type[Model]]:
    """Every table of which rows may go with "my data"."""
    waiting, found = list(my_data.about([])), set()
    while waiting:
        found.add(model := waiting.pop())
        waiting += [part for part, _column in my_data.parts_of(model)]
    return found


def _stated(code: str) -> str:
    name = apps.get_app_config(code.partition(".")[0]).name
    return f"{name.removeprefix('cosmolocal.').replace('.', '/')}/tests/stated.py"


def _listed(found: Iterable[str]) -> str:
    return " ".join(sorted(found)) or "everybody"
