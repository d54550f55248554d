"""What a big region costs after one week and after a year: pages, deeds, doctor, backup, sizes, in one table."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.core.management import call_command

from benchmarks import kept, outside, region
from benchmarks.harness import Ground, Row, must
from benchmarks.kept import Kept
from benchmarks.onlooker import Onlooker
from benchmarks.playing import stages
from benchmarks.region import Size
from cosmolocal.config import doctor
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock, node
from cosmolocal.practices.shop.models import OrderLine

HOUSEHOLDS = {"SQLite": 12_000, "PostgreSQL": 121_000}
TENTH = Size(weeks=5, orders=340, households=1_200, products=200, farms=20, made=85)
BUILD_SECONDS = 900
MOST_SECONDS = {"doctor": 10, "backup": 60, "restore": 120}
PAGE_MS, GROWTH, LINE_BYTES, DEED_MB = 100, 1.3, 1_000, 20
DEED_SECONDS = {"settle": 4.0, "pack all": 5.0, "close": 3.0}


def begin(ground: Ground) -> None:
    """Builds the year in the database of this process, measures its first week, and says beside it that it is there."""
    build(replace(Size(), households=HOUSEHOLDS[ground.database]) if not ground.quick else TENTH)


def build(size: Size) -> None:
    """A year of that size, likewise."""
    _assets()
    begin, looking = perf_counter(), Onlooker()
    begun = region.first_week(size, looking)
    with clock.frozen_at(begun.monday + region.A_WEEK):
        region.settle_down()
    built = perf_counter() - begin - looking.spent
    pages = {name: seen.ms for name, seen in looking.pages.items()}
    deeds = {name: done.seconds for name, done in looking.deeds.items()}
    first = {"pages": pages, "deeds": deeds, "whole": dict(_standing("first"))}
    begin = perf_counter()
    begun.grow()
    kept.write(begun, built + perf_counter() - begin, first)


def year(ground: Ground) -> Iterator[Row]:
    """`ours` is after the year, `limit` after week 1. A round is played by operations in both; others are copies.

    The year of `begin` is there; each row is given as soon as it is known.
    """
    _assets()
    there = kept.read()
    size = str(there.begun.region.size)
    for row in _rows(there):
        yield replace(row, database=ground.database, size=size)


def _rows(there: Kept) -> Iterator[Row]:
    yield _build(there)
    for name, found in _standing("last"):
        yield _whole(name, found, there.first["whole"][name])
    looking, begun = Onlooker(), there.begun
    with node.at_home():
        for _stage, _round in stages(begun.region, begun.next_monday, looking):
            yield from _seen(looking, there.first)
            looking.pages, looking.deeds = {}, {}
    must(flows_queries.replay() == [], "replaying the events gives other quantities")


def _assets() -> None:
    call_command("collectstatic", verbosity=0, interactive=False)


def _standing(name: str) -> Iterator[tuple[str, float]]:
    """What is seen of the whole at one moment, cheapest first: seconds, and bytes of an order line."""
    yield "an order line", outside.database_bytes() / OrderLine.objects.count()
    begin = perf_counter()
    found = [complaint.what for complaint in doctor.examine()]
    took = perf_counter() - begin
    must(not found, f"doctor finds {len(found)} things, first: {found[:1]}")
    yield "doctor", took
    backup, restore = outside.backup_and_restore(name)
    yield "backup", backup
    yield "restore", restore


def _row(name: str, ours: float, unit: str, goal: str, **more: Any) -> Row:
    """`more`: met, and limit or note where there is one; database and size are the same for all."""
    return Row(f"region, {name}", "", "", ours, unit, goal, **more)


def _build(there: Kept) -> Row:
    size, goal = there.begun.region.size, f"under {BUILD_SECONDS} s"
    lines = size.weeks * size.orders * size.lines
    return _row("build", there.built, "s", goal, met=there.built < BUILD_SECONDS, note=f"{lines:,} lines")


def _seen(looking: Onlooker, first: Mapping[str, Any]) -> Iterator[Row]:
    """Deeds and pages of a stage."""
    for name, done in looking.deeds.items():
        before, most = first["deeds"][name], DEED_SECONDS.get(name)
        goal = f"under {most:g} s, {DEED_MB} MB of growth" if most else f"at most {GROWTH} of week 1"
        fine = done.seconds < most and done.megabytes < DEED_MB if most else done.seconds <= GROWTH * before + 0.1
        yield _row(name, done.seconds, "s", goal, met=fine, limit=before, note=f"{done.megabytes:.0f} MB more")
    for name, seen in looking.pages.items():
        before = first["pages"][name]
        met = seen.ms < PAGE_MS and seen.ms <= GROWTH * before + 1
        goal = f"at most {GROWTH} of week 1, under {PAGE_MS} ms"
        yield _row(name, seen.ms, "ms", goal, met=met, limit=before, note=f"{seen.kilobytes:.0f} kB")


def _whole(name: str, ours: float, first: float) -> Row:
    if name == "an order line":
        return _row(name, ours, "bytes", f"under {LINE_BYTES:,}", met=ours < LINE_BYTES, limit=first)
    return _row(name, ours, "s", f"under {MOST_SECONDS[name]} s", met=ours < MOST_SECONDS[name], limit=first)
