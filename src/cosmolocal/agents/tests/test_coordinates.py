"""Coordinates as people paste them, and those of Chinese map apps."""

import pytest

from cosmolocal.agents import coordinates
from cosmolocal.agents.forms import PlaceForm

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("24.326, 109.428", (24.326, 109.428)),
        ("24.326,109.428", (24.326, 109.428)),
        ("24,326; 109,428", (24.326, 109.428)),
        ("24.326° 109.428°", (24.326, 109.428)),
        ("-33.9 18.4", (-33.9, 18.4)),
        ("24.326", None),
        ("somewhere", None),
        ("109.428, 24.326", None),
    ],
)
def test_two_numbers_in_any_writing(text: str, pair: tuple[float, float] | None) -> None:
    assert coordinates.read_pair(text) == pair


def test_chinese_map_apps_are_shifted_back() -> None:
    """Tiananmen: what the apps show lies some 550 m beside the place."""
    latitude, longitude = coordinates.from_chinese_map(39.908692, 116.397477)
    assert latitude == pytest.approx(39.907289, abs=0.0001)
    assert longitude == pytest.approx(116.391233, abs=0.0001)


def test_elsewhere_nothing_is_shifted() -> None:
    assert coordinates.from_chinese_map(47.37, 8.54) == (47.37, 8.54)


def test_a_place_finds_its_zone() -> None:
    if not coordinates.zone_cities():
        pytest.skip("this system has no table of zones")
    assert coordinates.near_zones(47.4, 8.5)[0] == "Europe/Zurich"
    assert coordinates.near_zones(37.5, 127.0)[0] == "Asia/Seoul"
    assert "Asia/Shanghai" in coordinates.near_zones(24.3, 109.4)
    assert coordinates.country_of("Asia/Shanghai") == "CN"
    assert coordinates.near_zones(39.9, 116.4)[0] == "Asia/Shanghai"
    assert coordinates.near_zones(48.9, 2.4)[0] == "Europe/Paris"
    assert coordinates.near_zones(-17.7, 178)[0] == "Pacific/Fiji"


def test_places_from_chinese_map_apps_are_shifted_back_where_they_are_typed() -> None:
    typed = {"name": "Daxin", "latitude": "24.3260", "longitude": "109.4280", "key": "k"}
    plain, shifted = PlaceForm(typed), PlaceForm({**typed, "is_chinese_map": "on"})
    assert plain.is_valid()
    assert shifted.is_valid()
    assert (plain.cleaned_data["latitude"], plain.cleaned_data["longitude"]) == (24.326, 109.428)
    assert abs(shifted.cleaned_data["longitude"] - 109.428) > 0.002
    assert "is_chinese_map" not in shifted.cleaned_data
    half = PlaceForm({**typed, "longitude": ""})
    assert not half.is_valid()
    assert "longitude" in half.errors
