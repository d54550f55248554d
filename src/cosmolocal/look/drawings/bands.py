"""Where the money of the local came from and where it went, as bands that are as wide as the sums."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from cosmolocal.look.drawings.price import TONES, Part
from cosmolocal.look.drawings.svg import picture, tag, words

_ROW = 46  # least height of a label beside its band
_GAP = 10
_NODE = 8  # width of the bars at both ends


@dataclass(frozen=True)
class _Band:
    part: Part
    outer: float  # top of the band at the edge
    inner: float  # top of the band in the middle
    thick: float


def bands(
    sources: Sequence[Part], uses: Sequence[Part], title: str, middle: str = "", *, width: int, mirrored: bool = False
) -> SafeString:
    """Sources on the side where reading begins, the local in the middle, uses on the other side.

    Every band is as thick as its sum; where both sides differ, the middle bar shows by how much.
    """
    most = max(sum(part.minor for part in sources), sum(part.minor for part in uses), 1)
    rows = max(len(sources), len(uses), 1)
    body = max(rows * _ROW * 0.8, 120.0)
    left, left_height = _stack(sources, body / most)
    right, right_height = _stack(uses, body / most)
    height = max(left_height, right_height, body) + 24
    center = width / 2
    inner_top = (height - body) / 2
    pieces = [
        *(_band(band, (height - left_height) / 2, inner_top, width, is_left=not mirrored) for band in left),
        *(_band(band, (height - right_height) / 2, inner_top, width, is_left=mirrored) for band in right),
        tag("rect", x=center - _NODE, y=inner_top, width=2 * _NODE, height=body, rx=3, class_="middle"),
    ]
    if middle:
        pieces.append(tag("text", words(middle), x=center, y=inner_top - 6, text_anchor="middle", class_="name"))
    said = "; ".join(f"{part.label} {part.text}" for part in (*sources, *uses))
    return picture("".join(pieces), title, said, class_="bands", viewBox=f"0 0 {width} {height:.0f}", width="100%")


def _stack(parts: Sequence[Part], scale: float) -> tuple[list[_Band], float]:
    """The bands of one side: at the edge each has room for its label, in the middle they touch."""
    placed, outer, inner = [], 0.0, 0.0
    for part in parts:
        thick = max(part.minor * scale, 1.5)
        slot = max(thick, _ROW - _GAP)
        placed.append(_Band(part, outer + (slot - thick) / 2, inner, thick))
        outer += slot + _GAP
        inner += part.minor * scale
    return placed, max(outer - _GAP, 0.0)


def _band(band: _Band, outer_top: float, inner_top: float, width: int, *, is_left: bool) -> str:
    """One band from the edge to the middle bar, with its label over it."""
    top, end = outer_top + band.outer, inner_top + band.inner
    low, low_end = top + band.thick, end + band.thick

    def across(x: float) -> float:
        return x if is_left else width - x

    edge, stop, bend = across(_NODE), across(width / 2 - _NODE), across(width * 0.275)
    curve = (
        f"M{edge:.1f} {top:.1f}C{bend:.1f} {top:.1f} {bend:.1f} {end:.1f} {stop:.1f} {end:.1f}"
        f"V{low_end:.1f}C{bend:.1f} {low_end:.1f} {bend:.1f} {low:.1f} {edge:.1f} {low:.1f}Z"
    )
    x, y, anchor = across(_NODE + 8), top + band.thick / 2, "start" if is_left else "end"
    inner = (
        tag("path", d=curve, class_="band")
        + tag("rect", x=0 if is_left else width - _NODE, y=top, width=_NODE, height=band.thick, rx=2, class_="node")
        + tag("text", words(band.part.label), x=x, y=y - 3, text_anchor=anchor, class_="name")
        + tag("text", words(band.part.text), x=x, y=y + 13, text_anchor=anchor, class_="sum")
    )
    return tag("g", inner, class_=f"tone-{band.part.tone if band.part.tone in TONES else 'rest'}")
