"""Pictures of goods without a photo, one file each in goods/: cut paper in three tones."""

from functools import lru_cache
from pathlib import Path

from django.utils.safestring import SafeString

from cosmolocal.look.drawings.svg import inner, ornament

_FOLDER = Path(__file__).parent / "goods"
PRODUCE = sorted(path.stem for path in _FOLDER.glob("*.svg"))


@lru_cache(maxsize=512)
def product_drawing(kind: str, classes: str = "") -> SafeString:
    """The placeholder of a kind; anything unknown is a crate. Silent: the name of the goods stands beside it."""
    drawn = inner(_FOLDER / f"{kind if kind in PRODUCE else 'crate'}.svg")
    return ornament(drawn, class_=f"produce {classes}".strip(), viewBox="-8 -8 112 112")
