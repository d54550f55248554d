"""Colours that everybody can read, in both themes; style sheets that obey the house."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
SHEETS = Path(__file__).resolve().parent.parent / "static" / "look"
TOKENS = (SHEETS / "tokens.css").read_text(encoding="utf-8")

TEXT = [
    *(("ink", ground) for ground in ("paper", "card", "sunk", "stone-tint", "leaf-tint")),
    *(("ink-soft", ground) for ground in ("paper", "card", "sunk")),
    *(("leaf", ground) for ground in ("paper", "card")),
    *(("leaf-deep", ground) for ground in ("paper", "card", "leaf-tint")),
    *(("clay-ink", ground) for ground in ("paper", "card", "clay-tint")),
    ("amber-ink", "amber-tint"),
    ("stone-ink", "stone-tint"),
    ("on-leaf", "leaf"),
    ("on-leaf", "leaf-deep"),
    ("on-clay", "clay"),
    ("on-clay", "clay-deep"),
    ("paper", "ink"),
]
TONES = ("farmer", "transport", "running", "tax", "deposit", "solidarity", "rest")
TEXT += [("on-tone", f"tone-{tone}") for tone in TONES]
SHAPES = [
    *(("line-strong", ground) for ground in ("paper", "card")),
    *(("focus", ground) for ground in ("paper", "card", "sunk", "leaf-tint", "amber-tint", "clay-tint")),
    *((f"tone-{tone}", ground) for tone in TONES for ground in ("card", "paper")),
    ("leaf", "sunk"),
    ("clay", "card"),
]


def _themes() -> dict[str, dict[str, str]]:
    """The values of each block of colours; the last one with a name wins."""
    found = {}
    for head, body in re.findall(r"([^{}]+)\{([^{}]*)\}", TOKENS):
        values = dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))
        if "paper" in values:
            kind = "light" if '[data-theme="light"],' in head or ":root," in head else "dark"
            found["dark by choice" if kind in found else kind] = values
    return found


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    """The ratio of WCAG between two colours, 1 to 21."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(theme: str) -> None:
    values = _themes()[theme]
    weak = {pair: round(contrast(values[pair[0]], values[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_edge_can_be_seen(theme: str) -> None:
    values = _themes()[theme]
    weak = {pair: round(contrast(values[pair[0]], values[pair[1]]), 2) for pair in SHAPES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3} == {}


def test_dark_is_the_same_by_device_and_by_choice() -> None:
    themes = _themes()
    assert themes["dark"] == themes["dark by choice"]
    assert set(themes["light"]) == set(themes["dark"])


def test_the_first_colour_of_the_page_is_the_colour_of_its_head() -> None:
    """theme-color paints the browser's own bar, which touches the head."""
    base = (SHEETS.parent.parent / "templates" / "look" / "base.html").read_text(encoding="utf-8")
    bars = re.findall(r'name="theme-color" content="(#\w+)"', base)
    assert bars == [_themes()["light"]["card"], _themes()["dark"]["card"]]


def test_paper_is_black_on_white_whatever_the_screen_was() -> None:
    paper = dict(re.findall(r"--([\w-]+):\s*([^;]+);", (SHEETS / "print.css").read_text(encoding="utf-8")))
    light = _themes()["light"]
    assert {paper[name] for name in ("paper", "card", "sunk", "leaf-tint", "amber-tint", "clay-tint")} == {"#fff"}
    assert {paper[name] for name in ("ink", "leaf", "clay-ink", "amber-ink", "stone-ink")} == {"#000"}
    assert {name: paper[name] for name in light if name.startswith("tone-")} == {
        name: value for name, value in light.items() if name.startswith("tone-")
    }
    # Every colour that the dark theme changes has an answer on paper, but for what is never printed.
    assert {name for name in light if paper.get(name) is None} == {"focus"}


PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right|top|bottom)(?:-[\w-]+)?\s*:|(?<![\w-])(?:width|height)\s*:"
)


@pytest.mark.parametrize("sheet", sorted(path.name for path in SHEETS.glob("*.css")))
def test_style_sheets_know_no_left_and_right(sheet: str) -> None:
    text = re.sub(
        r"/\*.*?\*/|@media[^{]*|@container[^{]*", "", (SHEETS / sheet).read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert PHYSICAL.findall(text) == []


@pytest.mark.parametrize("sheet", sorted(path.name for path in SHEETS.glob("*.css")))
def test_every_colour_and_space_exists(sheet: str) -> None:
    known = set(re.findall(r"--([\w-]+)\s*:", TOKENS)) | {"tone"}
    used = set(re.findall(r"var\(--([\w-]+)", (SHEETS / sheet).read_text(encoding="utf-8")))
    assert used - known == set()


def test_sheets_fetch_nothing() -> None:
    for path in SHEETS.glob("*.css"):
        assert "url(" not in path.read_text(encoding="utf-8"), path.name
