"""What each app says of itself to the tests of the house: the names in its file `tests/stated.py`, where it has one.

- `WHO`: who may do each of its deeds, written down a second time on purpose. Words: a role; `own`: somebody about
  herself, her household, her farm, or what she made; `asked`: of the circle or role that an approval asks, and not
  excluded; `house`: nobody but the node itself (jobs, setup); `inside`: only as a part of other deeds, so that no page
  calls it.
- `LENT`: what a lent session may do (`agents.sessions`: begun by a code, an invitation or an address that somebody
  else made), as rows `(word, why, deeds)`: `no`: never; `partly`: what the reason names is refused; `looked`: a fact
  that is kept, and somebody else looks at it; `yes`.
- `FACTS`: what may keep each of its facts out of the books, but for the guards; `NO_RECORD`: those of these refusals
  that say it cannot have happened, or says too little to be written.
- `at_a_place(village)`: the arguments of each deed of hers that packers and keepers may do, at the village's place
  (website/tests/test_places.py); `NO_PLACE`: those that belong to no single place, with the reason.
- `errands(village)`: who may ask the worker for what: cases of tests/journeys/test_rights_that_ended.py.
- `live(scene, village)`: its weeks with every letter and paper it makes; it yields day and minute of what comes next
  (tests/journeys/test_own_clock.py). `says(scene)`: what must be read in them.
- `SMALL`: files that a page makes itself, whatever is in the books, `place:function` -> what bounds them.
"""

import importlib
from importlib.util import find_spec
from typing import Any

from django.apps import apps

# What may keep a fact out of the books, in words that many facts share.
NOTHING: frozenset[str] = frozenset()
ROLE = frozenset({"agents.not_allowed", "agents.other_place"})
EVENT = frozenset({"flows.bad_event"})
BOOKS = ROLE | EVENT
DAY = frozenset({"money.bad_amount", "money.not_yet"})
RIGHT = frozenset({"flows.already_corrected"})  # two put the same right at once


def stated(name: str) -> dict[str, Any]:
    """What the installed apps say under this name: app -> value, in the order of INSTALLED_APPS."""
    found = {}
    for app in apps.get_app_configs():
        if app.name.startswith("cosmolocal.") and find_spec(f"{app.name}.tests") is not None:
            place = f"{app.name}.tests.stated"
            module = importlib.import_module(place) if find_spec(place) else None
            if hasattr(module, name):
                found[app.name.rpartition(".")[2]] = getattr(module, name)
    return found


def by_code(name: str) -> dict[str, Any]:
    """The same of tables whose keys are deeds, under the whole code of each: `shop.place_order`."""
    return {f"{app}.{deed}": value for app, table in stated(name).items() for deed, value in table.items()}


def lent() -> dict[str, str]:
    """What a lent session may do: code -> word. ValueError: a deed stands twice."""
    told = [
        (f"{app}.{deed}", word)
        for app, rows in stated("LENT").items()
        for word, _why, deeds in rows
        for deed in deeds.split()
    ]
    if len(told) > len(dict(told)):
        raise ValueError("A deed stands twice in LENT")
    return dict(told)
