"""How a piece of SVG is put together: escaped, without styles, named for screen readers."""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


def tag(name: str, inner: str = "", **attributes: object) -> str:
    """One element; `class_` is class, `_` in other names is a hyphen, None leaves an attribute out.

    `inner` is markup made by these functions; texts go through `words`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def words(text: object) -> str:
    """Text as content of an element."""
    return escape(str(text))


def number(value: object) -> str:
    """Coordinates with at most two decimals, so that pages stay small."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def picture(inner: str, title: str, description: str = "", **attributes: object) -> SafeString:
    """A whole `<svg role="img">` with title and description. Drawn left to right in every language."""
    mark = "d" + sha256(f"{title}{description}{inner}".encode()).hexdigest()[:10]
    named = tag("title", words(title), id=f"{mark}t")
    labelled = f"{mark}t"
    if description:
        named += tag("desc", words(description), id=f"{mark}d")
        labelled += f" {mark}d"
    whole = tag(
        "svg",
        named + inner,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=labelled,
        direction="ltr",
        focusable="false",
        **attributes,
    )
    return mark_safe(whole)  # noqa: S308 - texts and attributes were escaped by `tag` and `words`


def ornament(inner: str, **attributes: object) -> SafeString:
    """An `<svg>` that says nothing to a screen reader."""
    whole = tag("svg", inner, xmlns="http://www.w3.org/2000/svg", aria_hidden="true", focusable="false", **attributes)
    return mark_safe(whole)  # noqa: S308 - texts and attributes were escaped by `tag` and `words`


@cache
def inner(path: Path) -> str:
    """What stands inside a drawing kept as a file, on one line."""
    whole = re.fullmatch(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8").strip(), re.DOTALL)
    if whole is None:
        raise ValueError(f"{path.name} is not one svg element")
    return re.sub(r"\s*\n\s*", "", whole.group(1))
