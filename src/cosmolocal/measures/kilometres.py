"""How far goods travelled: the great circle between two places times 1.3, since roads wind.

The factor is the average detour of road networks that Ballou, Rahardja and Sakai measured ("Selected country
circuity factors for road travel distance estimation", Transportation Research A 36, 2002): 1.2 to 1.4 in most lands.
Coordinates from Chinese map apps are shifted (GCJ-02); `from_chinese_map` gives them back as WGS84.
"""

from math import asin, cos, pi, radians, sin, sqrt
from typing import NamedTuple

from django.utils.translation import gettext as _

EARTH_RADIUS_KM = 6371.0088  # mean radius of the Earth, IUGG
ROAD_FACTOR = 1.3
# The ellipsoid on which GCJ-02 shifts coordinates (Krasovsky 1940).
_AXIS_M, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
_CHINA = (0.8293, 55.8271, 72.004, 137.8347)  # south, north, west, east: outside of it nothing is shifted


class Point(NamedTuple):
    """A place on the Earth in degrees, WGS84 unless said otherwise."""

    latitude: float
    longitude: float


def great_circle_km(start: Point, end: Point) -> float:
    """The shortest way over the surface of the Earth, in kilometres."""
    north, south = radians(start.latitude), radians(end.latitude)
    half = (
        sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(end.longitude - start.longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def road_km(start: Point, end: Point) -> int:
    """An estimate of the way by road, in whole kilometres."""
    return round(great_circle_km(start, end) * ROAD_FACTOR)


def between(start: object, end: object) -> int | None:
    """`road_km` between two things with `latitude` and `longitude`; None where one of them is not on the map."""
    points = [_point(place) for place in (start, end)]
    if points[0] is None or points[1] is None:
        return None
    return road_km(points[0], points[1])


def source_text() -> str:
    """What stands beside a figure in kilometres, so that everybody can check it."""
    return _("Straight line between the two places, times 1.3, since roads wind.")


def _point(place: object) -> Point | None:
    latitude, longitude = getattr(place, "latitude", None), getattr(place, "longitude", None)
    return None if latitude is None or longitude is None else Point(latitude, longitude)


def from_chinese_map(shifted: Point) -> Point:
    """A coordinate of a Chinese map app (GCJ-02) as WGS84, to within a metre. Outside China it stays as it is."""
    if not _is_shifted(shifted):
        return shifted
    guess = shifted
    for _turn in range(6):
        again = to_chinese_map(guess)
        guess = Point(
            guess.latitude - (again.latitude - shifted.latitude),
            guess.longitude - (again.longitude - shifted.longitude),
        )
    return guess


def to_chinese_map(point: Point) -> Point:
    """A WGS84 coordinate as Chinese map apps show it (GCJ-02)."""
    if not _is_shifted(point):
        return point
    x, y = point.longitude - 105.0, point.latitude - 35.0
    north, east = _north(x, y), _east(x, y)
    angle = radians(point.latitude)
    flat = 1 - _ECCENTRICITY * sin(angle) ** 2
    metres_north = _AXIS_M * (1 - _ECCENTRICITY) / (flat * sqrt(flat)) * pi / 180
    metres_east = _AXIS_M / sqrt(flat) * cos(angle) * pi / 180
    return Point(point.latitude + north / metres_north, point.longitude + east / metres_east)


def _is_shifted(point: Point) -> bool:
    south, north, west, east = _CHINA
    return south <= point.latitude <= north and west <= point.longitude <= east


def _north(x: float, y: float) -> float:
    """The shift to the north in metres, at x, y degrees from 105 E, 35 N."""
    shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _ripple(x)
    return shift + (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3


def _east(x: float, y: float) -> float:
    """The shift to the east in metres."""
    shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _ripple(x)
    return shift + (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3


def _ripple(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
