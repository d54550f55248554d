"""Which font files a text needs, and which of its characters no installed font can draw.

Imports no Django: it runs in the child process that sets type.
"""

import os
import re
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "/System/Library/Fonts",
)
# Which Debian package draws a script; everything that is not listed is in the first.
CORE_PACKAGE = "fonts-noto-core"
EAST_ASIAN_PACKAGE = "fonts-noto-cjk"
EMOJI_PACKAGE = "fonts-noto-color-emoji"
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u31ff\u3200-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
# What the typesetter carries inside itself, for machines with no fonts at all.
_BUILT_IN = ((0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x401, 0x45F), (0x2013, 0x2026), (0x20AC, 0x20AC))
_FIRST = ("NotoSans-Regular", "NotoSans[", "NotoSans-VF", "DejaVuSans.", "LiberationSans-Regular")
_LAST = re.compile(r"(Mono|Serif|Display|UI|Nastaliq|Kufi|Looped|Rashi|Unjoined|Condensed|Narrow|SemiB|Light|Thin)")
_UPRIGHT = re.compile(r"(-Regular|\[|-VF|^DejaVuSans\.|NotoColorEmoji)")


@dataclass
class Choice:
    """Font files in order of preference, each with its bold one beside it, and what none of them draws."""

    files: list[Path] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)

    @property
    def packages(self) -> list[str]:
        """The Debian packages that would draw what is missing."""
        return sorted({package_for(letter) for letter in self.missing})


def choose(text: str | Iterable[str], folders: Sequence[str] = FOLDERS) -> Choice:
    """The fewest font files that draw `text`, looked for in `folders`."""
    wanted = {letter for letter in set(text) if _is_drawn(letter)}
    choice = Choice()
    for path in _in_order(_installed(tuple(folders)), wanted):
        if not wanted and choice.files:
            break
        ranges = coverage(path)
        drawn = {letter for letter in wanted if _covers(ranges, ord(letter))}
        if drawn or (not choice.files and path.name.startswith(_FIRST)):
            wanted -= drawn
            choice.files += [path, *_bold(path)]
    choice.missing = {letter for letter in wanted if choice.files or not _covers(_BUILT_IN, ord(letter))}
    return choice


def package_for(letter: str) -> str:
    """The Debian package whose fonts draw this letter."""
    if _EAST_ASIAN.match(letter):
        return EAST_ASIAN_PACKAGE
    return EMOJI_PACKAGE if _EMOJI.match(letter) else CORE_PACKAGE


def _is_drawn(letter: str) -> bool:
    """Whether a letter needs a glyph: controls, joiners and variation selectors do not."""
    return unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp", "Cs") and not ("\ufe00" <= letter <= "\ufe0f")


@cache
def _installed(folders: tuple[str, ...]) -> tuple[Path, ...]:
    found = []
    for folder in folders:
        for place, _inner, names in os.walk(Path(folder).expanduser()):
            found += [Path(place) / name for name in names if name.endswith((".ttf", ".otf", ".ttc"))]
    return tuple(sorted(path for path in found if _UPRIGHT.search(path.name)))


def _in_order(paths: Iterable[Path], wanted: set[str]) -> list[Path]:
    """The house's own fonts first, then other Noto Sans, then what else there is."""
    east_asian = any(_EAST_ASIAN.match(letter) for letter in wanted)

    def rank(path: Path) -> tuple[int, str]:
        name = path.name
        for place, start in enumerate(_FIRST):
            if name.startswith(start):
                return (place if place < 3 else 60 + place, name)
        if name.startswith("NotoSansCJK"):
            return (10 if east_asian else 50, name)
        if _LAST.search(name):
            return (80, name)
        return (20 if name.startswith("NotoSans") else 70, name)

    return sorted(paths, key=rank)


def _bold(path: Path) -> list[Path]:
    names = [path.name.replace("-Regular", "-Bold"), path.name.replace("DejaVuSans.", "DejaVuSans-Bold.")]
    return [bold for name in names if name != path.name and (bold := path.with_name(name)).exists()]


def _covers(ranges: Iterable[tuple[int, int]], point: int) -> bool:
    return any(first <= point <= last for first, last in ranges)


@cache
def coverage(path: Path) -> tuple[tuple[int, int], ...]:
    """The ranges of code points a font file (of a collection: the first font) has glyphs for."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
            start = struct.unpack(">I", head[12:16])[0] if head[:4] == b"ttcf" else 0
            file.seek(start)
            count = struct.unpack(">4xH6x", file.read(12))[0]
            for name, _check, offset, length in struct.iter_unpack(">4sIII", file.read(16 * count)):
                if name == b"cmap":
                    file.seek(offset)
                    return _ranges(file.read(length))
    except (OSError, struct.error):
        pass  # a damaged font draws nothing
    return ()


def _ranges(table: bytes) -> tuple[tuple[int, int], ...]:
    """The best Unicode map inside a `cmap` table: format 12 covers all planes, format 4 the first."""
    maps = {}
    for platform, kind, offset in struct.iter_unpack(">HHI", table[4 : 4 + 8 * struct.unpack(">2xH", table[:4])[0]]):
        layout = struct.unpack(">H", table[offset : offset + 2])[0]
        if platform in (0, 3) and (platform, kind) != (3, 0):
            maps[layout] = offset
    if 12 in maps:
        start = maps[12]
        groups = struct.unpack(">I", table[start + 12 : start + 16])[0]
        body = table[start + 16 : start + 16 + 12 * groups]
        return tuple((first, last) for first, last, _glyph in struct.iter_unpack(">III", body))
    return _ranges_of_format_4(table[maps[4] :]) if 4 in maps else ()


def _ranges_of_format_4(table: bytes) -> tuple[tuple[int, int], ...]:
    """Segments; one that points into the glyph list may have holes (glyph 0), so it is looked at letter by letter."""
    count = struct.unpack(">6xH", table[:8])[0] // 2
    words = struct.unpack(f">{len(table) // 2}H", table[: len(table) // 2 * 2])
    ends, starts = words[7 : 7 + count], words[8 + count : 8 + 2 * count]
    offsets_at = 8 + 3 * count
    found: list[tuple[int, int]] = []
    for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
        offset = words[offsets_at + index]
        if first == 0xFFFF:
            continue
        if offset == 0:
            found.append((first, last))
            continue
        for point in range(first, last + 1):
            place = offsets_at + index + offset // 2 + point - first
            if place < len(words) and words[place]:
                found.append((point, point))
    return tuple(found)
