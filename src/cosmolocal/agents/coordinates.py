"""Where on earth: what people paste from map apps, shifted Chinese coordinates, and the cities of time zones."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import cos, pi, radians, sin, sqrt
from pathlib import Path

# The ellipsoid that Chinese map apps shift on (Krasovsky 1940).
_AXIS = 6378245.0
_FLATNESS = 0.00669342162296594323
_NUMBERS = re.compile(r"-?\d+(?:[.,]\d+)?")
_OFFSET = re.compile(r"([+-])(\d{2,3})(\d{2})(\d{2})?([+-])(\d{2,3})(\d{2})(\d{2})?$")


@dataclass(frozen=True)
class ZoneCity:
    """The city a time zone is called after, in degrees."""

    zone: str
    latitude: float
    longitude: float
    country: str = ""


def read_pair(text: str) -> tuple[float, float] | None:
    """Two numbers as map apps show them ("24.326, 109.428", "24,326; 109,428"); None when it is no place."""
    written = text.replace("°", " ").replace("\N{MINUS SIGN}", "-")
    parts = written.split(";") if ";" in written else re.split(r",\s+|\s+", written.strip())
    if len(parts) == 1:
        parts = written.split(",")
    found = [_NUMBERS.search(part) for part in parts if part.strip()]
    values = [float(match.group().replace(",", ".")) for match in found if match]
    if len(values) != 2 or abs(values[0]) > 90 or abs(values[1]) > 180:
        return None
    return values[0], values[1]


def from_chinese_map(latitude: float, longitude: float) -> tuple[float, float]:
    """GCJ-02, as Chinese map apps show it, to WGS 84; within about a metre. Outside China nothing is shifted."""
    if not (72 < longitude < 138 and 0.8 < latitude < 56):
        return latitude, longitude
    guess = (latitude, longitude)
    for _step in range(3):
        north, east = _shift(*guess)
        guess = (latitude - north, longitude - east)
    return round(guess[0], 6), round(guess[1], 6)


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """How far north and east the apps move a point, in degrees."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    angle = radians(latitude)
    magic = 1 - _FLATNESS * sin(angle) ** 2
    north = north * 180.0 / ((_AXIS * (1 - _FLATNESS)) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_AXIS / sqrt(magic) * cos(angle) * pi)
    return north, east


@cache
def zone_cities() -> tuple[ZoneCity, ...]:
    """Cities of time zones from the system's own table; empty where it has none."""
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            lines = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
            found = [(cells[0], cells[2], _OFFSET.match(cells[1])) for cells in lines if len(cells) > 2]
            return tuple(_city(zone, match, country) for country, zone, match in found if match)
    return ()


def near_zones(latitude: float, longitude: float, many: int = 8) -> list[str]:
    """Time zones whose city is near and whose clock fits the sun, best first; borders are unknown."""

    def far(city: ZoneCity) -> float:
        across = abs(city.longitude - longitude)
        across = min(across, 360 - across) * cos(radians(latitude))
        beside_sun = abs(_hours(city.zone) - longitude / 15)
        return sqrt(across**2 + (city.latitude - latitude) ** 2) + 3 * min(beside_sun, 24 - beside_sun)

    return [city.zone for city in sorted(zone_cities(), key=far)[:many]]


@cache
def _hours(zone: str) -> float:
    """Hours ahead of UTC in a northern winter."""
    offset = datetime(2025, 1, 15, tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() / 3600 if offset else 0.0


def country_of(zone: str) -> str:
    """The land a time zone belongs to (ISO 3166, two letters); empty where unknown."""
    return next((city.country for city in zone_cities() if city.zone == zone), "")


def _city(zone: str, match: re.Match[str], country: str) -> ZoneCity:
    north = int(match[2]) + int(match[3]) / 60 + int(match[4] or 0) / 3600
    east = int(match[6]) + int(match[7]) / 60 + int(match[8] or 0) / 3600
    return ZoneCity(zone, north if match[1] == "+" else -north, east if match[5] == "+" else -east, country)
