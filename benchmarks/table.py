"""The last figures of every benchmark as a page: docs/benchmarks.md."""

import json
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HEAD = ["name", "database", "size", "ours", "peer", "limit", "unit", "ours / peer", "ours / limit", "goal", "met"]
_BEGIN, _END = "<!-- figures -->", "<!-- /figures -->"


def lines(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Markdown: one row each."""
    keys = [name.replace(" / ", "_over_") for name in HEAD]
    found = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for row in rows:
        found.append("| " + " | ".join(_cell(row.get(key)) for key in keys) + " |")
    return found


def write(rows: Sequence[dict[str, Any]], processors: int) -> None:
    """Puts the figures between their marks and leaves the sentences around them alone; unmeasured rows stay."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else f"# Benchmarks\n\n{_BEGIN}\n{_END}\n"
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    measured = {(row["name"], row["database"]) for row in rows}
    kept = [row for row in _stored(rest.partition(_END)[0]) if (row["name"], row["database"]) not in measured]
    everything = sorted([*kept, *rows], key=lambda row: (_order(row["name"]), row["database"] != "SQLite"))
    day = datetime.now(UTC).date().isoformat()
    machine = f"Measured on {day}: {processors} processors, Python {platform.python_version()}, {platform.machine()}."
    figures = "\n".join([_BEGIN, machine, "", *lines(everything), "", _data(everything), _END])
    PAGE.write_text(before + figures + after, encoding="utf-8")


def _order(name: str) -> int:
    from benchmarks.catalogue import BENCHMARKS

    names = [benchmark.name for benchmark in BENCHMARKS]
    first = name.partition(",")[0]
    return names.index(first) if first in names else len(names)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"
    return str(value)


def _data(rows: Iterable[dict[str, Any]]) -> str:
    return "<!-- data\n" + "\n".join(json.dumps(row) for row in rows) + "\n-->"


def _stored(text: str) -> list[dict[str, Any]]:
    _, _, data = text.partition("<!-- data\n")
    return [json.loads(line) for line in data.partition("\n-->")[0].splitlines() if line.strip()]
