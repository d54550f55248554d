"""A round, or the farms of a local, as a drawn map without tiles: places, legs between them, a scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import cos, hypot, radians, sin

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cosmolocal.look.drawings.svg import picture, tag, words

_KM_PER_DEGREE = 111.195
_MARGIN = 46
_LETTER = 7.2  # a guess of the width of one letter, for keeping labels apart
_MARK = 13
_Point = tuple[float, float]
_Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Place:
    """One place. `number`: its turn in the round (None: no stop); `tone`: farm, stop, store or door."""

    label: str
    lat: float
    lon: float
    number: int | None = None
    tone: str = "stop"
    note: str = ""


def project(places: Sequence[Place], width: float, height: float) -> tuple[list[_Point], float]:
    """Points in the drawing, north up, and how many units one kilometre has."""
    middle = cos(radians(sum(place.lat for place in places) / len(places)))
    xs = [place.lon * middle * _KM_PER_DEGREE for place in places]
    ys = [-place.lat * _KM_PER_DEGREE for place in places]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(
        (width - 2 * _MARGIN) / wide if wide > 0.05 else float("inf"),
        (height - 2 * _MARGIN) / high if high > 0.05 else float("inf"),
        200.0,
    )
    left = (width - wide * scale) / 2 - min(xs) * scale
    top = (height - high * scale) / 2 - min(ys) * scale
    return [(x * scale + left, y * scale + top) for x, y in zip(xs, ys, strict=True)], scale


def _legs(points: Sequence[_Point], ways: str) -> list[tuple[_Point, _Point]]:
    """What is joined: chain (in their order), circle (and back to the first), star (each with the last), none."""
    if ways == "star":
        return [(point, points[-1]) for point in points[:-1]]
    if ways == "none":
        return []
    way = [*points, points[0]] if ways == "circle" and len(points) > 2 else points
    return list(zip(way, way[1:], strict=False))


def path_map(places: Sequence[Place], title: str, *, width: int, ways: str = "chain") -> SafeString:
    """The drawn map; for `ways` see `_legs`."""
    height = round(width * 0.66)
    size = {"class_": "path-map", "viewBox": f"0 0 {width} {height}", "width": "100%"}
    ground = tag("rect", x=0, y=0, width=width, height=height, rx=12, class_="ground")
    if not places:
        return picture(ground, title, "", **size)
    exact, scale = project(places, width, height)
    sizes = tuple(_MARK + 1.0 if place.number else 8.0 for place in places)
    points = _apart(tuple(exact), sizes, width, height)
    legs = _legs(points, ways)
    drawn = [ground, _grid(width, height)]
    if legs:
        line = "".join(f"M{a[0]:.1f},{a[1]:.1f}L{b[0]:.1f},{b[1]:.1f}" for a, b in legs)
        drawn += [tag("path", d=line, class_="road", fill="none"), tag("path", d=line, class_="leg", fill="none")]
        drawn += [_arrow(a, b) for a, b in legs]
    roads = [box for a, b in legs for box in _dots(a, b)]
    corner = (width * 0.7, height - 34.0, float(width), float(height))  # where the scale stands
    taken = [corner, *((x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in points)]
    for place, point in zip(places, points, strict=True):
        drawn.append(_label(place, point, taken, roads, width, height))
    drawn += [_mark(place, point) for place, point in zip(places, points, strict=True)]
    drawn.append(_scale(scale, width, height))
    said = "; ".join(f"{place.number}. {place.label}" if place.number else place.label for place in places)
    return picture("".join(drawn), title, said, **size)


@lru_cache(maxsize=64)
def _apart(points: tuple[_Point, ...], sizes: tuple[float, ...], width: int, height: int) -> tuple[_Point, ...]:
    """Marks that would cover each other move aside, a little at a time, so that each number can be read.

    Kept, since a hundred farms take longer than the rest of the page for strangers, and stay where they are.
    """
    moved = list(points)
    for _turn in range(60):
        calm = True
        for i, j in combinations(range(len(moved)), 2):
            (ax, ay), (bx, by) = moved[i], moved[j]
            dx, dy, room = bx - ax, by - ay, sizes[i] + sizes[j]
            distance = hypot(dx, dy)
            if distance >= room:
                continue
            calm = False
            # Two places on one spot part along an angle of their own, the same on every drawing.
            ux, uy = (dx / distance, dy / distance) if distance > 0.01 else (cos(j * 2.4), sin(j * 2.4))
            push = (room - distance) / 2 + 0.1
            moved[i] = _inside(ax - ux * push, ay - uy * push, sizes[i], width, height)
            moved[j] = _inside(bx + ux * push, by + uy * push, sizes[j], width, height)
        if calm:
            break
    return tuple(moved)


def _inside(x: float, y: float, size: float, width: int, height: int) -> _Point:
    return min(max(x, size + 3), width - size - 3), min(max(y, size + 3), height - size - 3)


def _grid(width: int, height: int) -> str:
    lines = [tag("path", d=f"M{x} 0V{height}") for x in range(60, width, 60)]
    lines += [tag("path", d=f"M0 {y}H{width}") for y in range(60, height, 60)]
    return tag("g", "".join(lines), class_="grid")


def _arrow(a: _Point, b: _Point) -> str:
    """A small head in the middle of a leg that is long enough to carry one."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length < 4.5 * _MARK:
        return ""
    ux, uy = dx / length, dy / length
    x, y = (a[0] + b[0]) / 2 + ux * 4, (a[1] + b[1]) / 2 + uy * 4
    points = [
        (x + ux * 4, y + uy * 4),
        (x - ux * 5 - uy * 5, y - uy * 5 + ux * 5),
        (x - ux * 5 + uy * 5, y - uy * 5 - ux * 5),
    ]
    return tag("polygon", points=" ".join(f"{px:.1f},{py:.1f}" for px, py in points), class_="head")


def _mark(place: Place, point: _Point) -> str:
    x, y = point
    inner = tag("circle", cx=x, cy=y, r=float(_MARK if place.number else 7), class_="mark")
    if place.number:
        inner += tag("text", words(place.number), x=x, y=y, dy="0.35em", text_anchor="middle", class_="turn")
    return tag("g", inner, class_=f"place-{place.tone}")


def _label(place: Place, point: _Point, taken: list[_Box], roads: list[_Box], width: int, height: int) -> str:
    """The name beside its mark, on the side where least stands in its way."""
    long = sum(2 if ord(letter) > 0x2E80 else 1 for letter in place.label) * _LETTER
    x, y = point
    gap = _MARK + 5 if place.number else 12
    sides = [
        ("start", x + gap, y, x + gap),
        ("end", x - gap, y, x - gap - long),
        ("middle", x, y - gap - 7, x - long / 2),
        ("middle", x, y + gap + 7, x - long / 2),
    ]

    def trouble(side: tuple[str, float, float, float]) -> int:
        box = (side[3], side[2] - 9, side[3] + long, side[2] + 9)
        outside = box[0] < 4 or box[2] > width - 4 or box[1] < 4 or box[3] > height - 4
        return 100 * outside + 20 * sum(_meet(box, other) for other in taken) + sum(_meet(box, road) for road in roads)

    anchor, tx, ty, begin = best = min(sides, key=trouble)
    if trouble(best) >= 20:
        return ""  # no room: the list beside the map has the name, and the description has all of them
    taken.append((begin, ty - 9, begin + long, ty + 9))
    return tag("text", words(place.label), x=tx, y=ty, dy="0.35em", text_anchor=anchor, class_="name")


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _dots(a: _Point, b: _Point) -> list[_Box]:
    """Small boxes along a leg, so that names can keep out of its way."""
    count = max(int(((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 / 8), 1)
    points = [(a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count) for i in range(count + 1)]
    return [(x - 2, y - 2, x + 2, y + 2) for x, y in points]


def _scale(scale: float, width: int, height: int) -> str:
    """A bar of a round number of kilometres, in the corner."""
    room = width * 0.25 / scale
    length = next((step for step in (200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1) if step <= room), 0.1)
    x1, y = float(width - 16), float(height - 14)
    bar = tag("path", d=f"M{x1 - length * scale:.1f} {y - 5:.1f}v5H{x1:.1f}v-5", fill="none", class_="scale")
    text = tag(
        "text", words(_("%(length)s km") % {"length": length}), x=x1, y=y - 9, text_anchor="end", class_="scale-text"
    )
    return bar + text
