"""Which of our producers, categories, taxes and places a name in a file means."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cosmolocal.catalog import rules
from cosmolocal.catalog.intake.known import Known
from cosmolocal.catalog.intake.rows import Row
from cosmolocal.catalog.rules import DEFAULT_SHARE_BP

NEW = "new"
KINDS = ("producers", "categories", "taxes", "origins")
COLUMN = {"producers": "producer", "categories": "category", "taxes": "tax", "origins": "origin"}


@dataclass
class Names:
    """What a person decided: per kind, the name in the file to the id of ours (as text) or "new".

    `make_missing`: everything unknown is made. `producer_share_bp`: what of a price the producer gets, where the file
    does not say, in hundredths of a per cent.
    """

    producers: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    taxes: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    make_missing: bool = False
    producer_share_bp: int = DEFAULT_SHARE_BP

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Names":
        """As it is kept with the upload."""
        return cls(**{name: mapping[name] for name in cls.__dataclass_fields__ if name in mapping})

    def plain(self) -> dict[str, Any]:
        """The same, to be kept."""
        return asdict(self)


class Resolver:
    """Names of one kind: `found` gives ours, None where nobody decided, and NEW where it is to be made."""

    def __init__(self, chosen: Mapping[str, str], known: Mapping[str, Any], make_missing: bool) -> None:
        self.chosen, self.known, self.make_missing = chosen, known, make_missing
        self.by_id = {str(row.pk): row for row in known.values()}

    def found(self, name: str) -> Any:
        """The row of ours, NEW, or None."""
        choice = self.chosen.get(name, "")
        if choice in self.by_id:
            return self.by_id[choice]
        ours = self.known.get(rules.normal(name)) if name else None
        if ours is not None:
            return ours
        return NEW if self.make_missing or choice == NEW else None


def resolvers(names: Names, known: Known) -> dict[str, Resolver]:
    """One for each kind of name."""
    return {kind: Resolver(getattr(names, kind), getattr(known, kind), names.make_missing) for kind in KINDS}


def unknown(rows: Sequence[Row], names: Names, known: Known) -> dict[str, list[str]]:
    """The names that nobody has decided about, by kind, in the order of the file."""
    asked: dict[str, list[str]] = {}
    for kind, resolver in resolvers(names, known).items():
        said = dict.fromkeys(getattr(row, COLUMN[kind]) for row in rows)
        missing = [name for name in said if name and resolver.found(name) is None]
        if missing:
            asked[kind] = missing
    return asked


def to_make(rows: Sequence[Row], names: Names, known: Known) -> dict[str, list[Row]]:
    """One row for each name that has to be made before rows can be written, by kind."""
    made: dict[str, list[Row]] = {}
    for kind, resolver in resolvers(names, known).items():
        first: dict[str, Row] = {}
        for row in rows:
            name = getattr(row, COLUMN[kind])
            if name and resolver.found(name) == NEW:
                first.setdefault(rules.normal(name), row)
        made[kind] = list(first.values())
    return made
