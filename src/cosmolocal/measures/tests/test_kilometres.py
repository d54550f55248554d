"""Distances that anybody can check on a map."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.measures.kilometres import Point, between, great_circle_km, road_km

LIUZHOU, SANJIANG, BERLIN, PARIS = (
    Point(24.326, 109.428),
    Point(25.783, 109.608),
    Point(52.5200, 13.4050),
    Point(48.8566, 2.3522),
)
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


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
