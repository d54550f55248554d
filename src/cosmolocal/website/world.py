"""The world drawn from nothing but the cities of its time zones: enough to press on where one lives."""

from html import escape

from cosmolocal.agents.coordinates import read_pair, zone_cities
from cosmolocal.kernel import outside

WIDTH, HEIGHT = 560, 256
# A browser sends where it was pressed in pixels as shown: so the map has a fixed width on a desk and on a phone.
WIDTHS = {"desk": 560, "phone": 320}
_NORTH, _SOUTH = 80.0, -60.0  # degrees at the upper and lower edge


def drawing(pair: str | None) -> bytes:
    """SVG with a dot for each city, lines of latitude, and a mark where `pair` is."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="#eef1e6"/>',
    ]
    for degrees in (66.6, 23.4, 0, -23.4):
        y = _y(degrees)
        dashes = "" if degrees == 0 else ' stroke-dasharray="3 5"'
        parts.append(f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#c3cdb9"{dashes}/>')
    for city in zone_cities():
        if _SOUTH < city.latitude < _NORTH:
            parts.append(f'<circle cx="{_x(city.longitude):.1f}" cy="{_y(city.latitude):.1f}" r="2.2" fill="#2f6b45"/>')
    place = read_pair(pair) if pair else None
    if place:
        x, y = _x(place[1]), _y(place[0])
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="#a8431f" stroke-width="3"/>')
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="#a8431f"><title>{escape(pair or "")}</title></circle>'
        )
    return "".join([*parts, "</svg>"]).encode()


def place_at(x: str, y: str, width: int) -> tuple[float, float] | None:
    """Degrees north and east of a point in the drawing, shown `width` pixels wide; None for a key press (0, 0)."""
    across, down = outside.whole(x, most=100_000), outside.whole(y, most=100_000)
    if across is None or down is None or not (across or down):
        return None
    scale = WIDTH / width
    east = across * scale / WIDTH * 360 - 180
    north = _NORTH - down * scale / HEIGHT * (_NORTH - _SOUTH)
    return (round(north, 1), round(east, 1)) if abs(north) <= 90 and abs(east) <= 180 else None


def _x(longitude: float) -> float:
    return (longitude + 180) / 360 * WIDTH


def _y(latitude: float) -> float:
    return (_NORTH - latitude) / (_NORTH - _SOUTH) * HEIGHT
