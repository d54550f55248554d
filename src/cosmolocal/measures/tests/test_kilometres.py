"""Distances that anybody can check on a map, and coordinates of Chinese map apps there and back."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.measures.kilometres import Point, between, from_chinese_map, great_circle_km, road_km, to_chinese_map

LIUZHOU, SANJIANG, BERLIN, PARIS = (
    Point(24.326, 109.428),
    Point(25.783, 109.608),
    Point(52.5200, 13.4050),
    Point(48.8566, 2.3522),
)
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
in_china = st.builds(Point, st.floats(18.5, 53), st.floats(74, 134))


def test_known_distances() -> None:
    assert great_circle_km(BERLIN, PARIS) == pytest.approx(877.5, abs=1)
    assert great_circle_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015.1, abs=0.1)
    assert road_km(LIUZHOU, SANJIANG) == pytest.approx(212, abs=2)


@given(points, points)
def test_there_is_as_far_as_back(start: Point, end: Point) -> None:
    assert great_circle_km(start, end) == pytest.approx(great_circle_km(end, start), abs=1e-6)
    assert 0 <= great_circle_km(start, end) <= 20_016
    assert great_circle_km(start, start) == pytest.approx(0, abs=1e-3)


def test_a_place_that_is_not_on_the_map_has_no_distance() -> None:
    somewhere, nowhere = SimpleNamespace(latitude=1.0, longitude=1.0), SimpleNamespace(latitude=None, longitude=None)
    assert between(somewhere, somewhere) == 0
    assert between(somewhere, nowhere) is None
    assert between(None, somewhere) is None


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        # Pairs as published in the tests of coordinate converters.
        (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),
        (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),
        (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),
    ],
)
def test_published_pairs(wgs: Point, gcj: Point) -> None:
    assert to_chinese_map(wgs) == pytest.approx(gcj, abs=1e-6)
    assert from_chinese_map(gcj) == pytest.approx(wgs, abs=1e-6)


@given(in_china)
def test_there_and_back_within_a_metre(point: Point) -> None:
    assert great_circle_km(from_chinese_map(to_chinese_map(point)), point) < 0.001
    assert 0.02 < great_circle_km(to_chinese_map(point), point) < 1.5


def test_outside_china_nothing_moves() -> None:
    assert from_chinese_map(BERLIN) == to_chinese_map(BERLIN) == BERLIN
