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
    pieces = [
        *_side(left, 0, center - _NODE, (height - left_height) / 2, (height - body) / 2, is_left=not mirrored, width=width),
        *_side(right, 0, center - _NODE, (height - right_height) / 2, (height - body) / 2, is_left=mirrored, width=width),
        tag("rect", x=center - _NODE, y=(height - body) / 2, width=2 * _NODE, height=body, rx=3, class_="middle"),
    ]
    if middle:
        pieces.append(tag("text", words(middle), x=center, y=(height - body) / 2 - 6, text_anchor="middle", class_="name"))
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


def _side(
    side: list[_Band], edge: float, end: float, outer_top: float, inner_top: float, *, is_left: bool, width: int
) -> list[str]:
    pieces = []
    for band in side:
        a, b = outer_top + band.outer, inner_top + band.inner
        x0, x1, bend = edge + _NODE, end, (edge + end) * 0.55
        xs = (x0, x1, bend) if is_left else (width - x0, width - x1, width - bend)
        curve = (
            f"M{xs[0]:.1f} {a:.1f}C{xs[2]:.1f} {a:.1f} {xs[2]:.1f} {b:.1f} {xs[1]:.1f} {b:.1f}"
            f"V{b + band.thick:.1f}C{xs[2]:.1f} {b + band.thick:.1f} {xs[2]:.1f} {a + band.thick:.1f}"
            f" {xs[0]:.1f} {a + band.thick:.1f}Z"
        )
        tone = band.part.tone if band.part.tone in TONES else "rest"
        node_x = edge if is_left else width - edge - _NODE
        text_x = edge + _NODE + 8 if is_left else width - edge - _NODE - 8
        anchor = "start" if is_left else "end"
        center = a + band.thick / 2
        pieces.append(
            tag(
                "g",
                tag("path", d=curve, class_="band")
                + tag("rect", x=node_x, y=a, width=_NODE, height=band.thick, rx=2, class_="node")
                + tag("text", words(band.part.label), x=text_x, y=center - 3, text_anchor=anchor, class_="name")
                + tag("text", words(band.part.text), x=text_x, y=center + 13, text_anchor=anchor, class_="sum"),
                class_=f"tone-{tone}",
            )
        )
    return pieces
