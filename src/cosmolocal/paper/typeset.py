"""A child process: sets the type of one sheet. Reads JSON, writes a PDF.

The templates see their own folder and the data, nothing else; no package is ever fetched.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst

from cosmolocal.paper import child, fonts

TEMPLATES = Path(__file__).parent / "typst"
_EAST_ASIAN_FAMILY = {"ja": "JP", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK"}


def typeset(order: dict[str, Any]) -> bytes:
    """The PDF of `order`: template, data, language, words, sentences about missing fonts, time."""
    data = {**order["data"], "words": order["words"], "missing": []}
    choice = fonts.choose("".join(_texts(data)), order.get("folders") or fonts.FOLDERS)
    if choice.missing:
        data = _replaced(data, dict.fromkeys(choice.missing, "?"))
        data["missing"] = _sentences(order["missing"], choice)
    with tempfile.TemporaryDirectory() as folder:
        # The typesetter may read the first folder only, and finds the chosen fonts in the second.
        root, chosen = Path(folder) / "sheets", Path(folder) / "fonts"
        shutil.copytree(TEMPLATES, root)
        chosen.mkdir()
        for number, path in enumerate(choice.files):
            (chosen / f"{number:03d}-{path.name}").symlink_to(path)
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(chosen)])
        data["fonts"] = _families(found, choice.files, order["language"])
        data["language"], data["region"] = _language(order["language"])
        return typst.compile(
            root / f"{order['template']}.typ",
            root=root,
            font_paths=found,
            sys_inputs={"data": json.dumps(data)},
            package_path=root,
            package_cache_path=root,
            timestamp=order["time"],
            pdf_tags=order["tagged"],
        )


def _texts(value: Any) -> Iterator[str]:
    """Every text in the data, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _replaced(value: Any, by: dict[str, str]) -> Any:
    table = str.maketrans(by)
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {name: _replaced(inner, by) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, by) for inner in value]
    return value


def _sentences(known: dict[str, str], choice: fonts.Choice) -> list[str]:
    """One sentence a missing package, in the reader's language where that can be printed, else in English."""
    shown = "".join(sorted(choice.missing))
    points = " ".join(f"U+{ord(letter):04X}" for letter in shown[:6]) + (" …" if len(shown) > 6 else "")
    sentences = []
    for package in choice.packages:
        words = {"count": str(len(shown)), "points": points, "package": package}
        own = known["own"].format(**words)
        sentences.append(known["english"].format(**words) if set(own) & choice.missing else own)
    return sentences


def _language(code: str) -> tuple[str, str]:
    """The language and the region as the typesetter wants them: "zh-hans" is Chinese in China."""
    language, _sep, rest = code.lower().partition("-")
    region = {"hans": "CN", "hant": "TW"}.get(rest, rest.upper() if len(rest) == 2 else "")
    return language, region


def _families(found: typst.Fonts, files: list[Path], language: str) -> list[str]:
    """Family names in the order in which they are asked, the language's own shapes of Chinese letters first."""
    order = {str(path.resolve()): place for place, path in enumerate(files)}
    own = _EAST_ASIAN_FAMILY.get(language.lower()) or _EAST_ASIAN_FAMILY.get(language[:2].lower(), "SC")

    def rank(font: typst.FontInfo) -> tuple[int, bool, str]:
        place = order.get(str(Path(font.path).resolve()), len(files)) if font.path else len(files)
        return place, not font.family.endswith(f" {own}"), font.family

    families = dict.fromkeys(font.family for font in sorted(found.fonts(), key=rank) if _is_ours(font))
    return list(families)


def _is_ours(font: typst.FontInfo) -> bool:
    """Chosen files, without the fixed-width families of the same file; of what is built in, one."""
    return " Mono CJK " not in font.family if font.path else font.family == "Libertinus Serif"


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.loads(child.received())))
