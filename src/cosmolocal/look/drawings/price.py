"""The split of one price as one bar, and a balance as one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.safestring import SafeString

from cosmolocal.kernel.quantity import shares
from cosmolocal.look.drawings.svg import picture, tag, words

TONES = ("farmer", "transport", "running", "tax", "deposit", "solidarity", "rest")
_BAR_HEIGHT = 44
# From which share of the width (hundredths of a percent) a label with its sum, or the sum alone, fits on a phone.
_ROOM_FOR_LABEL = 3600
_ROOM_FOR_SUM = 1500


@dataclass(frozen=True)
class Part:
    """One part of a price: what it is for, how much (smallest unit), and its tone."""

    label: str
    minor: int
    tone: str
    text: str


def price_bar(parts: Sequence[Part], title: str, *, mirrored: bool = False) -> SafeString:
    """One bar, as wide as its place; positions are percentages, so that letters keep their size.

    Negative parts (a discount from a fund) stand in the table only. `mirrored` for right-to-left pages.
    """
    drawn = [part for part in parts if part.minor > 0]
    widths = shares(10_000, [part.minor for part in drawn]) if drawn else []
    pieces, start = [], 0
    for part, width in zip(drawn, widths, strict=True):
        x = 10_000 - start - width if mirrored else start
        pieces.append(_piece(part, x, width))
        start += width
    said = ", ".join(f"{part.label} {part.text}" for part in parts)
    return picture("".join(pieces), title, said, class_="price-bar", width="100%", height=_BAR_HEIGHT)


def _piece(part: Part, x: int, width: int) -> str:
    tone = part.tone if part.tone in TONES else "rest"
    block = tag("rect", x=f"{x / 100}%", y=0, width=f"{width / 100}%", height="100%", class_="piece")
    caption = ""
    if width >= _ROOM_FOR_SUM:
        text = f"{part.label} {part.text}" if width >= _ROOM_FOR_LABEL else part.text
        caption = tag("text", words(text), x=f"{(x + width / 2) / 100}%", y="50%", dy="0.35em", text_anchor="middle")
    return tag("g", block + caption, class_=f"tone-{tone}")


def sparkline(points: Sequence[tuple[date | datetime, int]], title: str, description: str = "") -> SafeString:
    """A balance over time: each value holds until the next, so the line has steps. 0 is drawn when it is in sight."""
    ordered = sorted(points, key=lambda point: point[0].isoformat())
    if len(ordered) < 2:
        ordered = ordered * 2
    if not ordered:
        return picture("", title, description, class_="sparkline", width="100%", height=64)
    values = [value for _, value in ordered]
    low, high = min([*values, 0]), max([*values, 0])
    if low > 0 and low > (high - low) * 2:
        low = min(values)
    span = high - low or 1
    begin = _stamp(ordered[0][0])
    length = _stamp(ordered[-1][0]) - begin or 1.0

    def place(moment: date | datetime, value: int) -> tuple[float, float]:
        return (_stamp(moment) - begin) / length * 100, 92 - (value - low) / span * 84

    steps: list[tuple[float, float]] = []
    for moment, value in ordered:
        x, y = place(moment, value)
        if steps:
            steps.append((x, steps[-1][1]))
        steps.append((x, y))
    if ordered[0] is ordered[-1]:
        steps = [(0.0, steps[0][1]), (100.0, steps[0][1])]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in steps)
    zero = 92 - (0 - low) / span * 84
    area = f"{steps[0][0]:.2f},{zero:.2f} {line} {steps[-1][0]:.2f},{zero:.2f}"
    inner = tag("polygon", points=area, class_="area") + tag("polyline", points=line, class_="line", fill="none")
    canvas = tag("svg", inner, viewBox="0 0 100 100", preserveAspectRatio="none", width="100%", height="100%")
    base = tag("line", x1="0", x2="100%", y1=f"{zero:.2f}%", y2=f"{zero:.2f}%", class_="zero")
    dot = tag("circle", cx="100%", cy=f"{steps[-1][1]:.2f}%", r=4, class_="dot")
    return picture(base + canvas + dot, title, description, class_="sparkline", width="100%", height=64)


def _stamp(moment: date | datetime) -> float:
    if isinstance(moment, datetime):
        return moment.timestamp()
    return moment.toordinal() * 86400.0
