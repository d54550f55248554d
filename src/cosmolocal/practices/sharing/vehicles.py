"""Bikes, cars and trailers as other programs read them: the General Bikeshare Feed Specification 3.0."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from django.conf import settings
from django.urls import reverse

from cosmolocal.agents import queries as agents_queries
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.kernel import clock, node

VERSION, SECONDS = "3.0", 60
# kind -> (form_factor, propulsion_type, which says nothing of a range where somebody pedals or pulls)
_FORMS = {
    Thing.Kind.BIKE: ("cargo_bicycle", "human"),
    Thing.Kind.TRAILER: ("other", "human"),
    Thing.Kind.CAR: ("car", "combustion"),
}
_RANGE = 400_000  # metres on one tank, where the format asks for one


def feed(name: str) -> dict[str, Any] | None:
    """One file of the feed; None where there is none of that name."""
    made = _FILES.get(name)
    if made is None:
        return None
    return {"last_updated": _now(), "ttl": SECONDS, "version": VERSION, "data": made()}


def _now() -> str:
    return clock.now().astimezone(UTC).isoformat(timespec="seconds")


def _text(words: str) -> list[dict[str, str]]:
    return [{"text": words, "language": node.current().language}]


def _manifest() -> dict[str, Any]:
    names = [name for name in _FILES if name != "gbfs"]
    return {
        "feeds": [{"name": name, "url": settings.PUBLIC_URL + reverse("sharing:gbfs", args=[name])} for name in names]
    }


def _system() -> dict[str, Any]:
    local = node.current()
    return {
        "system_id": f"cosmolocal_{agents_queries.home_local().pk}",
        "languages": [local.language],
        "name": _text(local.name),
        "opening_hours": "24/7",
        "feed_contact_email": settings.DEFAULT_FROM_EMAIL,
        "timezone": str(local.zone),
        "url": settings.PUBLIC_URL,
    }


def _types() -> dict[str, Any]:
    rows = []
    for kind, (form, drive) in _FORMS.items():
        row: dict[str, Any] = {"vehicle_type_id": kind.value, "form_factor": form, "propulsion_type": drive}
        row["name"] = _text(str(kind.label))
        rows.append(row | ({} if drive == "human" else {"max_range_meters": _RANGE}))
    return {"vehicle_types": rows}


def _status() -> dict[str, Any]:
    """Where each stands and whether somebody has it; what everybody may read, so nothing of who."""
    found = [one for one in bookings_queries.things("sharing").filter(kind__in=list(_FORMS)) if _stands(one)]
    now = clock.now()
    has = bookings_queries.who_has(found, now)
    return {"vehicles": [_vehicle(one, has.get(one.pk)) for one in found]}


def _stands(thing: Thing) -> bool:
    place = thing.place
    return place is not None and place.latitude is not None and not place.is_private


def _vehicle(thing: Thing, booking: Booking | None) -> dict[str, Any]:
    place = thing.place
    assert place is not None
    is_repair = booking is not None and booking.purpose == Booking.Purpose.REPAIR
    row = {
        "vehicle_id": f"thing_{thing.pk}",
        "vehicle_type_id": thing.kind,
        "lat": place.latitude,
        "lon": place.longitude,
        "is_reserved": booking is not None and not is_repair,
        "is_disabled": is_repair or thing.state != Thing.State.READY,
        "last_reported": _now(),
    }
    return row | ({"current_range_meters": _RANGE} if thing.kind == Thing.Kind.CAR else {})


_FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "gbfs": _manifest,
    "system_information": _system,
    "vehicle_types": _types,
    "vehicle_status": _status,
}
