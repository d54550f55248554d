"""What can be printed: plain descriptions of paper, filled by any app, drawn by the templates in typst/."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cosmolocal.paper.tables import Table


@dataclass(frozen=True)
class Section:
    heading: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Document:
    title: str
    sections: Sequence[Section] = field(default=())
