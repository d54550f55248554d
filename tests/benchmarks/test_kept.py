"""What was measured stays when the rest never comes, and a year that was built once is used again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import benchmarks.__main__ as command
from benchmarks import kept, onlooker, table, year
from benchmarks.catalogue import BENCHMARKS
from benchmarks.harness import Ground
from benchmarks.region import Size
from cosmolocal.practices.shop.models import OrderRound

SMALL = Size(weeks=2, orders=4, households=8, lines=2, products=6, farms=2, made=4)
ROW = {"name": "ledger", "database": "SQLite", "size": "1", "ours": 7.0, "unit": "s", "goal": "under 8 s", "met": True}


def test_a_benchmark_that_stops_half_way_leaves_what_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> Iterator[dict[str, Any]]:
        yield ROW
        raise command.Stopped

    monkeypatch.setattr(table, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(command, "measure", stopped)
    monkeypatch.setattr("sys.argv", ["benchmarks", "ledger", "--database", "SQLite", "--json"])
    assert command.main() == 1
    assert json.dumps(ROW) in (tmp_path / "benchmarks.md").read_text()


@pytest.mark.long
@pytest.mark.django_db
def test_rows_of_a_kept_year_come_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOLOCAL_HOME", str(tmp_path))
    monkeypatch.setattr(onlooker.Onlooker, "look", lambda *_: None)
    monkeypatch.setattr(year, "_standing", lambda _: iter([("doctor", 2.0)]))
    year.build(SMALL)
    assert kept.is_at(tmp_path)
    assert kept.read().begun.region.size == SMALL
    rounds = []
    for row in year.year(Ground("SQLite")):
        assert row.size == str(SMALL)
        rounds.append((row.name, OrderRound.objects.exclude(state="settled").exists()))
    names = [name for name, _ in rounds]
    assert names[:3] == ["region, build", "region, doctor", "region, plan and open"]
    assert names[-1] == "region, pay farms"
    assert ("region, close", True) in rounds
    assert ("region, settle", False) in rounds
    assert OrderRound.objects.count() == SMALL.weeks + 1


def test_a_home_that_was_not_built_to_its_end_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "sqlite").mkdir()
    [benchmark] = [one for one in BENCHMARKS if one.begins]
    with pytest.raises(SystemExit, match="no year was built there to its end"):
        list(command.measure(benchmark, "SQLite", True, tmp_path))
