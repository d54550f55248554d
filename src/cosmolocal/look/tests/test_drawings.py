"""Drawings are well-formed, quiet about styles, named for screen readers, and true to their numbers."""

import re
from datetime import date, timedelta
from itertools import combinations
from math import hypot
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.look import pictures
from cosmolocal.look.drawings import bands, icons, maps, price, produce
from cosmolocal.look.drawings.price import Part

pytestmark = pytest.mark.once
SVG = "{http://www.w3.org/2000/svg}"
PARTS = [
    Part("Farmers", 760, "farmer", "¥ 7.60"),
    Part("Transport", 90, "transport", "¥ 0.90"),
    Part("Store & people", 120, "running", "¥ 1.20"),
    Part("Tax", 30, "tax", "¥ 0.30"),
]
PLACES = [
    maps.Place("Liuzhou store", 24.326, 109.412, 1, "store"),
    maps.Place("Luzhai 鹿寨", 24.472, 109.736, 2),
    maps.Place("Rong'an <b>", 25.224, 109.397, 3),
]


def parsed(svg: str) -> ET.Element:
    """The drawing as a tree, checked for what every drawing must keep."""
    root = ET.fromstring(svg)
    for element in root.iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
    return root


def _everything() -> list[str]:
    today = date(2026, 11, 22)
    return [
        price.price_bar(PARTS, "Where it goes"),
        price.sparkline([(today, 5), (today + timedelta(days=3), -2)], "Balance"),
        bands.bands(PARTS[:2], PARTS, "Flows", "Ainonghui", width=340),
        maps.path_map(PLACES, "Round", width=340, ways="circle"),
    ]


def test_drawings_have_a_name() -> None:
    for svg in _everything():
        root = parsed(svg)
        assert root.get("role") == "img"
        ids = {element.get("id") for element in root.iter()}
        labels = (root.get("aria-labelledby") or "").split()
        assert labels
        assert set(labels) <= ids


def test_the_bar_is_as_wide_as_the_price() -> None:
    pieces = parsed(price.price_bar(PARTS, "x")).findall(f".//{SVG}rect")
    assert [piece.get("width") for piece in pieces] == ["76.0%", "9.0%", "12.0%", "3.0%"]
    assert [piece.get("x") for piece in pieces] == ["0.0%", "76.0%", "85.0%", "97.0%"]


def test_the_bar_begins_where_reading_begins() -> None:
    pieces = parsed(price.price_bar(PARTS, "x", mirrored=True)).findall(f".//{SVG}rect")
    assert [piece.get("x") for piece in pieces] == ["24.0%", "15.0%", "3.0%", "0.0%"]


@given(st.lists(st.integers(-50, 10_000), max_size=8))
def test_any_price_fills_its_bar(amounts: list[int]) -> None:
    parts = [Part(str(i), amount, "rest", str(amount)) for i, amount in enumerate(amounts)]
    pieces = parsed(price.price_bar(parts, "x")).findall(f".//{SVG}rect")
    widths = [float((piece.get("width") or "0").rstrip("%")) for piece in pieces]
    assert not widths or abs(sum(widths) - 100) < 0.001
    assert len(widths) == sum(amount > 0 for amount in amounts)


@given(st.lists(st.tuples(st.dates(), st.integers(-(10**9), 10**9)), max_size=12))
def test_any_balance_stays_inside_its_picture(points: list[tuple[date, int]]) -> None:
    root = parsed(price.sparkline(points, "Balance"))
    line = root.find(f".//{SVG}polyline")
    if not points:
        assert line is None
        return
    assert line is not None
    xy = [tuple(map(float, pair.split(","))) for pair in (line.get("points") or "").split()]
    assert all(-0.01 <= x <= 100.01 and -0.01 <= y <= 100.01 for x, y in xy)


def test_a_balance_holds_until_it_changes() -> None:
    """Two values: along the first, then straight up or down, never a slope that was not there."""
    today = date(2026, 11, 22)
    line = parsed(price.sparkline([(today, 0), (today + timedelta(days=9), 100)], "b")).find(f".//{SVG}polyline")
    assert line is not None
    xs = [pair.split(",")[0] for pair in (line.get("points") or "").split()]
    assert xs == ["0.00", "100.00", "100.00"]


def test_bands_are_as_thick_as_their_sums() -> None:
    root = parsed(bands.bands(PARTS[:1], PARTS[:2], "x", width=700))
    nodes = [float(n.get("height") or 0) for n in root.iter(f"{SVG}rect") if n.get("class") == "node"]
    assert nodes[1] / nodes[2] == pytest.approx(760 / 90, rel=0.01)
    assert nodes[0] == pytest.approx(nodes[1], rel=0.01)


def test_the_map_keeps_directions_and_distances() -> None:
    points, scale = maps.project(PLACES, 700, 460)
    store, luzhai, rongan = points
    assert rongan[1] < luzhai[1] < store[1], "north is up"
    assert luzhai[0] > store[0], "east is right"
    distance = ((rongan[0] - store[0]) ** 2 + (rongan[1] - store[1]) ** 2) ** 0.5 / scale
    assert distance == pytest.approx(99.9, abs=0.5), "kilometres as the crow flies"


@given(
    st.lists(st.tuples(st.floats(-60, 60), st.floats(-170, 170)), max_size=9),
    st.sampled_from([340, 700]),
)
def test_any_places_fit_on_the_map(spots: list[tuple[float, float]], width: int) -> None:
    places = [maps.Place(f"P{i}", lat, lon, i + 1) for i, (lat, lon) in enumerate(spots)]
    root = parsed(maps.path_map(places, "x", width=width, ways="circle"))
    marks = [element for element in root.iter(f"{SVG}circle") if element.get("class") == "mark"]
    assert len(marks) == len(places)
    for mark in marks:
        assert 0 <= float(mark.get("cx") or -1) <= width
        assert 0 <= float(mark.get("cy") or -1) <= width


@given(st.lists(st.tuples(st.floats(24, 24.02), st.floats(109, 109.02)), min_size=2, max_size=12))
def test_no_number_on_the_map_covers_another(spots: list[tuple[float, float]]) -> None:
    """Even when farms are next door, or at one address, on a map that reaches far."""
    places = [maps.Place(f"P{i}", lat, lon, i + 1) for i, (lat, lon) in enumerate([*spots, (25.5, 110.5)])]
    root = parsed(maps.path_map(places, "x", width=340))
    marks = [e for e in root.iter(f"{SVG}circle") if e.get("class") == "mark"]
    at = [(float(e.get("cx") or 0), float(e.get("cy") or 0)) for e in marks]
    near = [hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(at, 2)]
    assert min(near) > 20


@pytest.mark.parametrize(("ways", "legs"), [("none", 0), ("chain", 2), ("circle", 3), ("star", 2)])
def test_places_are_joined_as_things_went(ways: str, legs: int) -> None:
    """Two farms bring to one door, and not one to the other."""
    three = [maps.Place(f"P{i}", lat, 109, i) for i, lat in enumerate((24.0, 24.3, 24.9), start=1)]
    root = parsed(maps.path_map(three, "x", width=340, ways=ways))
    marks = [e for e in root.iter(f"{SVG}circle") if e.get("class") == "mark"]
    at = [f"{float(e.get('cx') or 0):.1f},{float(e.get('cy') or 0):.1f}" for e in marks]
    roads = [e.get("d") or "" for e in root.iter(f"{SVG}path") if e.get("class") == "leg"]
    ends = [leg.split("L") for leg in "".join(roads).split("M")[1:]]
    assert len(ends) == legs
    if ways == "star":
        assert ends == [[at[0], at[2]], [at[1], at[2]]]


def test_marks_of_the_same_farms_are_moved_apart_once() -> None:
    """A hundred farms take longer than the rest of the page for strangers."""
    places = [maps.Place(f"Farm {n}", 20 + n / 1000, 100.0 + n / 1000, number=n + 1) for n in range(40)]
    first = maps.path_map(places, "Farms", width=777)
    before = maps._apart.cache_info()
    assert maps.path_map(places, "Farms", width=777) == first
    after = maps._apart.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 0)


def test_names_on_the_map_are_only_text() -> None:
    texts = [element.text for element in parsed(maps.path_map(PLACES, "x", width=340)).iter(f"{SVG}text")]
    assert "Rong'an <b>" in texts


@pytest.mark.parametrize("name", ["", "tractor", "../marks/leaf"])
def test_an_icon_that_is_not_drawn_is_a_failure(name):
    with pytest.raises(LookupError, match="no icon"):
        icons.icon(name)


@pytest.mark.parametrize("name", icons.ICONS)
def test_every_sign_is_drawn(name: str) -> None:
    root = parsed(icons.icon(name))
    assert root.get("aria-hidden") == "true"
    assert list(root)


@pytest.mark.parametrize("kind", [*produce.PRODUCE, "no such kind"])
def test_every_kind_of_goods_has_a_picture(kind: str) -> None:
    assert len(list(parsed(produce.product_drawing(kind)))) > 3


def test_a_sign_alone_has_a_name() -> None:
    root = parsed(icons.icon("basket", "Basket <1>"))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Basket <1>"


def test_the_table_beneath_says_the_same() -> None:
    with translation.override("en"):
        html = pictures.price_bar([("Farmers", 760, "farmer"), ("Tax", 40, "tax")], "CNY", title="Where ¥ 8 goes")
    cells = re.findall(r"<td[^>]*>(?:<bdi[^>]*>)?([^<]+)", html)
    assert cells == ["¥\xa07.60", "95\xa0%", "¥\xa00.40", "5\xa0%"]
