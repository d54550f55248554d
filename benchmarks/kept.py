"""A built year on the disk: its home, and beside the database what the building process knew of it and had measured."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.region import Begun

FILE = "region.json"


@dataclass
class Kept:
    """A year that stands in this process's database. `first`: what was measured after its first week (`year.begin`)."""

    begun: "Begun"
    built: float  # seconds
    first: Mapping[str, Any]


def is_at(home: Path) -> bool:
    """Whether a year was built there, to its end."""
    return (home / FILE).exists()


def write(begun: "Begun", built: float, first: Mapping[str, Any]) -> None:
    """Says beside the database of this process that a year is there; the last step of building it."""
    region = begun.region
    assert region.people is not None
    told = {
        "size": asdict(region.size),
        "monday": begun.monday.isoformat(),
        "people": {model._meta.label: [w.low, w.high] for model, w in region.people.windows.items()},
        "rows": {name: getattr(region, name).pk for name in _named()},
        "built": built,
        "first": first,
    }
    (Path(os.environ["COSMOLOCAL_HOME"]) / FILE).write_text(json.dumps(told, indent=1), encoding="utf-8")


def read() -> Kept:
    """The year in the database of this process, ready for its next round."""
    from django.apps import apps

    from benchmarks.copies import Block, Window
    from benchmarks.region import Begun, Region, Size

    told = json.loads((Path(os.environ["COSMOLOCAL_HOME"]) / FILE).read_text(encoding="utf-8"))
    people = Block({apps.get_model(label): Window(*window) for label, window in told["people"].items()})
    rows = {name: model._default_manager.get(pk=told["rows"][name]) for name, model in _named().items()}
    region = Region(Size(**told["size"]), **rows, people=people)
    begun = Begun(region, datetime.fromisoformat(told["monday"]), Block())
    return Kept(begun, told["built"], told["first"])


def _named() -> dict[str, Any]:
    from cosmolocal.agents.models import Agent, Place
    from cosmolocal.money.models import MoneyBox

    people = dict.fromkeys(("home", "steward", "treasurer", "second"), Agent)
    return {**people, "store": Place, "bank": MoneyBox}
