"""Drawings as a page shows them: the picture, and the same facts as a list or table beneath."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cosmolocal.look import dates, numbers, terms
from cosmolocal.look.drawings import bands as band_drawing
from cosmolocal.look.drawings import maps, price
from cosmolocal.look.tables import Column, Table

# A drawing with words is made for a phone and for a desk; the style sheet shows the one that fits its place.
_NARROW, _WIDE = 340, 700


def price_bar(
    parts: Iterable[tuple[object, int, str]], currency: Any, *, title: object = "", facts: bool = True
) -> SafeString:
    """Where a price goes: `[(label, minor, tone), …]` as one bar with its list."""
    named = _parts(parts, currency)
    whole = sum(part.minor for part in named)
    said = str(title or _("Where the price goes"))
    picture = price.price_bar(named, said, mirrored=numbers.is_right_to_left())
    rows = [(part, numbers.format_percent(part.minor, whole)) for part in named]
    return render_to_string(
        "look/parts/price_bar.html", {"picture": picture, "rows": rows, "title": said, "facts": facts}
    )


def sparkline(
    points: Sequence[tuple[date | datetime, int]], currency: Any, *, title: object, facts: bool = True
) -> SafeString:
    """A balance over time with its table, newest first."""
    code, decimals = terms.currency(currency)
    written = [(moment, numbers.write_money(minor, code, decimals)) for moment, minor in points]
    told = ""
    if points:
        told = _("From %(first)s on %(start)s to %(last)s on %(end)s.") % {
            "first": written[0][1],
            "start": dates.format_day(written[0][0]),
            "last": written[-1][1],
            "end": dates.format_day(written[-1][0]),
        }
    table = Table(
        str(title),
        [Column(_("Day")), Column(_("Balance"), number=True)],
        [(dates.format_day(moment), text) for moment, text in reversed(written)],
    )
    return _drawn([price.sparkline(points, str(title), told)], table if facts and points else None, title)


def bands(
    sources: Iterable[tuple[object, int, str]],
    uses: Iterable[tuple[object, int, str]],
    currency: Any,
    *,
    title: object,
    middle: object = "",
    facts: bool = True,
) -> SafeString:
    """Where money came from and where it went, as bands with a table."""
    came, went = _parts(sources, currency), _parts(uses, currency)
    mirrored = numbers.is_right_to_left()
    pictures = [
        band_drawing.bands(came, went, str(title), str(middle), width=width, mirrored=mirrored)
        for width in (_NARROW, _WIDE)
    ]
    rows = [(_("came from"), part.label, part.text) for part in came]
    rows += [(_("went to"), part.label, part.text) for part in went]
    columns = [Column(_("Direction")), Column(_("Who or what"), lead=True), Column(_("How much"), number=True)]
    return _drawn(pictures, Table(str(title), columns, rows) if facts else None, title)


def path_map(
    stops: Sequence[Mapping[str, Any]], *, title: object, ways: str = "chain", facts: bool = True
) -> SafeString:
    """Places on a drawn map, with a numbered list beside it. Each: label, lat, lon, and maybe number, tone, note.

    `ways` joins them: chain, circle (back to the first), star (each with the last), none.
    With the list, each place has a number on the map: its own, or its place in the list.
    """
    places = [
        maps.Place(
            label=str(stop["label"]),
            lat=float(stop["lat"]),
            lon=float(stop["lon"]),
            number=stop.get("number") or (turn if facts else None),
            tone=str(stop.get("tone", "stop")),
            note=str(stop.get("note", "")),
        )
        for turn, stop in enumerate(stops, start=1)
    ]
    pictures = [maps.path_map(places, str(title), width=width, ways=ways) for width in (_NARROW, _WIDE)]
    return render_to_string("look/parts/path_map.html", {"pictures": pictures, "places": places, "facts": facts})


def _parts(parts: Iterable[tuple[object, int, str]], currency: Any) -> list[price.Part]:
    code, decimals = terms.currency(currency)
    return [
        price.Part(str(label), minor, tone, numbers.write_money(minor, code, decimals)) for label, minor, tone in parts
    ]


def _drawn(pictures: Sequence[SafeString], table: Table | None, title: object) -> SafeString:
    return render_to_string("look/parts/drawn.html", {"pictures": pictures, "table": table, "title": title})
