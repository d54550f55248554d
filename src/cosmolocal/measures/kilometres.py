"""How far goods travelled: the great circle between two places times 1.3, since roads wind.

The factor is the average detour of road networks that Ballou, Rahardja and Sakai measured ("Selected country
circuity factors for road travel distance estimation", Transportation Research A 36, 2002): 1.2 to 1.4 in most lands.
Coordinates are WGS84; those of Chinese map apps are put right where they are typed (`agents.coordinates`).
"""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from django.utils.translation import gettext as _

EARTH_RADIUS_KM = 6371.0088  # mean radius of the Earth, IUGG
ROAD_FACTOR = 1.3


class Point(NamedTuple):
    """A place on the Earth in degrees, WGS84."""

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
