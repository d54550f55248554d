"""What a big region costs after one week and after a year: pages, deeds, doctor, backup, sizes, in one table."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from django.core.management import call_command

from benchmarks import outside, region
from benchmarks.harness import Ground, Row, must
from benchmarks.onlooker import Onlooker
from benchmarks.region import Size
from cosmolocal.config import doctor
from cosmolocal.flows import queries as books
from cosmolocal.kernel import clock, node
from cosmolocal.practices.shop.models import OrderLine

HOUSEHOLDS = {"SQLite": 12_000, "PostgreSQL": 121_000}
TENTH = Size(weeks=5, orders=340, households=1_200, products=200, farms=20, made=85)
BUILD_SECONDS, DOCTOR_SECONDS, BACKUP_SECONDS, RESTORE_SECONDS = 900, 10, 60, 120
PAGE_MS, GROWTH, LINE_BYTES, DEED_MB = 100, 1.3, 1_000, 20
DEED_SECONDS = {"settle": 4.0, "pack all": 5.0, "close": 3.0}


@dataclass
class Standing:
    """What was seen of the whole at one moment. Seconds; bytes an order line."""

    doctor: float
    backup: float
    restore: float
    line_bytes: float


def year(ground: Ground) -> Iterator[Row]:
    """`ours` is after the year, `limit` after week 1. A round is played by operations in both; others are copies."""
    size = replace(Size(), households=HOUSEHOLDS[ground.database]) if not ground.quick else TENTH
    call_command("collectstatic", verbosity=0, interactive=False)
    begin, looking = perf_counter(), Onlooker()
    begun = region.first_week(size, looking)
    with clock.standing_at(begun.monday + region.A_WEEK):
        region.settle_down()
    built = perf_counter() - begin - looking.spent
    first = _standing("first")
    begin = perf_counter()
    begun.grow()
    built += perf_counter() - begin
    last, later = _standing("last"), Onlooker()
    with node.at_home():
        region.play(begun.region, begun.next_monday, watch=later)
    must(books.replay() == [], "replaying the events gives other quantities")
    rows = [_build(built, size), *_pages(looking, later), *_deeds(looking, later), *_whole(first, last)]
    yield from (replace(row, database=ground.database, size=str(size)) for row in rows)


def _standing(name: str) -> Standing:
    begin = perf_counter()
    found = [complaint.what for complaint in doctor.examine()]
    took = perf_counter() - begin
    must(not found, f"doctor finds {len(found)} things, first: {found[:1]}")
    backup, restore = outside.backup_and_restore(name)
    return Standing(took, backup, restore, outside.database_bytes() / OrderLine.objects.count())


def _row(name: str, ours: float, unit: str, goal: str, **more: Any) -> Row:
    """`more`: met, and limit or note where there is one; database and size are the same for all."""
    return Row(f"region, {name}", "", "", ours, unit, goal, **more)


def _build(seconds: float, size: Size) -> Row:
    lines = size.weeks * size.orders * size.lines
    return _row("build", seconds, "s", f"under {BUILD_SECONDS} s", met=seconds < BUILD_SECONDS, note=f"{lines:,} lines")


def _pages(first: Onlooker, last: Onlooker) -> Iterator[Row]:
    for name, seen in last.pages.items():
        before = first.pages[name].ms
        met = seen.ms < PAGE_MS and seen.ms <= GROWTH * before + 1
        goal = f"at most {GROWTH} of week 1, under {PAGE_MS} ms"
        yield _row(name, seen.ms, "ms", goal, met=met, limit=before, note=f"{seen.kilobytes:.0f} kB")


def _deeds(first: Onlooker, last: Onlooker) -> Iterator[Row]:
    for name, done in last.deeds.items():
        before, most = first.deeds[name].seconds, DEED_SECONDS.get(name)
        goal = f"under {most:g} s, {DEED_MB} MB of growth" if most else f"at most {GROWTH} of week 1"
        fine = done.seconds < most and done.megabytes < DEED_MB if most else done.seconds <= GROWTH * before + 0.1
        yield _row(name, done.seconds, "s", goal, met=fine, limit=before, note=f"{done.megabytes:.0f} MB more")


def _whole(first: Standing, last: Standing) -> Iterator[Row]:
    for name, most, ours, before in (
        ("doctor", DOCTOR_SECONDS, last.doctor, first.doctor),
        ("backup", BACKUP_SECONDS, last.backup, first.backup),
        ("restore", RESTORE_SECONDS, last.restore, first.restore),
    ):
        yield _row(name, ours, "s", f"under {most} s", met=ours < most, limit=before)
    ours, goal = last.line_bytes, f"under {LINE_BYTES:,}"
    yield _row("an order line", ours, "bytes", goal, met=ours < LINE_BYTES, limit=first.line_bytes)
