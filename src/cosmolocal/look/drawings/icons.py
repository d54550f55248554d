"""The small signs beside words, one file each in signs/: strokes on a 24 x 24 grid, in the colour of the text."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.safestring import SafeString

from cosmolocal.look.drawings.svg import inner, ornament, picture

_FOLDER = Path(__file__).parent / "signs"
ICONS = sorted(path.stem for path in _FOLDER.glob("*.svg"))
# Signs that point along the line of writing turn round in right-to-left pages.
_TURNING = frozenset({"back", "forward", "out", "undo", "list", "truck"})


@lru_cache(maxsize=512)
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """One icon; silent beside words, or named by `label` when it stands alone. A name without a
    drawing is a LookupError: a page with a wrong sign is not finished.
    """
    if name not in ICONS:
        raise LookupError(f"no icon {name!r}: {_FOLDER.name}/ holds {', '.join(ICONS)}")
    turning = " icon-turning" if name in _TURNING else ""
    attributes: dict[str, Any] = {"class_": f"icon{turning} {classes}".strip(), "viewBox": "0 0 24 24"}
    drawn = inner(_FOLDER / f"{name}.svg")
    return picture(drawn, label, **attributes) if label else ornament(drawn, **attributes)
