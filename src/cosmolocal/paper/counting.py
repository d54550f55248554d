"""What a workbook would unfold to, counted before it is built: cells with the empty ones between, and their letters.

A sheet of a few bytes may name billions of cells, or the same long text in each of them.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from xml.parsers import expat

from cosmolocal.kernel import outside

LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_CELLS = 3_000_000
MOST_LETTERS = 30_000_000
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class TooMuchError(Exception):
    """More than is taken."""


class NoWorkbookError(Exception):
    """Neither xlsx nor ods."""


def check(archive: zipfile.ZipFile) -> None:
    """Raises TooMuchError, NoWorkbookError, and what zipfile and expat raise on damaged files."""
    if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
        raise TooMuchError
    # As the reader of workbooks finds them: whatever the case, and with either slash.
    names = {_plain(name): name for name in archive.namelist()}
    kinds = names.keys() & {"xl/workbook.xml", "content.xml"}
    if len(names) < len(archive.namelist()) or not kinds or "xl/workbook.bin" in names:
        raise NoWorkbookError
    # A file that is both is read as either: both are counted.
    if "content.xml" in kinds:
        _Ods().read(archive, names["content.xml"])
    if "xl/workbook.xml" in kinds:
        _check_xlsx(archive, names)


def _check_xlsx(archive: zipfile.ZipFile, names: dict[str, str]) -> None:
    book, places = _Book(), _Places()
    book.read(archive, names["xl/workbook.xml"])
    with suppress(KeyError):
        places.read(archive, names["xl/_rels/workbook.xml.rels"])
    sheets = {name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)}
    for wanted in book.sheets:
        found = [place for place in places.of.get(wanted, ()) if place in names]
        if not found:
            raise NoWorkbookError
        sheets.update(found)
    if not sheets:
        raise NoWorkbookError
    shared = _Shared()
    if "xl/sharedstrings.xml" in names:
        shared.read(archive, names["xl/sharedstrings.xml"])
    for name in sorted(sheets):
        _Sheet(shared.lengths).read(archive, names[name])


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


class _Reader:
    """Reads one part as a stream; `begins`, `ends` and `says` see local names and text."""

    def read(self, archive: zipfile.ZipFile, name: str) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attributes: self.begins(tag.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda tag: self.ends(tag.rpartition(":")[2])
        parser.CharacterDataHandler = self.says
        size = 0
        for piece in _pieces(archive, name):
            size += len(piece)
            if size > LARGEST_UNPACKED:
                raise TooMuchError
            parser.Parse(piece)
        parser.Parse(b"", True)

    def begins(self, tag: str, attributes: dict[str, Any]) -> None: ...
    def ends(self, tag: str) -> None: ...
    def says(self, text: str) -> None: ...


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while piece := part.read(65_536):
            yield piece


class _Book(_Reader):
    """Which parts of an xlsx file its sheets are: the ids of relationships."""

    def __init__(self) -> None:
        self.sheets: set[str] = set()

    def begins(self, tag: str, attributes: dict[str, Any]) -> None:
        if tag == "sheet":
            self.sheets |= {value for name, value in attributes.items() if name.rpartition(":")[1:] == (":", "id")}


class _Places(_Reader):
    """Id of a relationship -> where the part may stand: sheets need not stand in the folder of that name."""

    def __init__(self) -> None:
        self.of: dict[str, set[str]] = {}

    def begins(self, tag: str, attributes: dict[str, Any]) -> None:
        if tag == "Relationship":
            target = _plain(attributes.get("Target", ""))
            self.of.setdefault(attributes.get("Id", ""), set()).update((target.lstrip("/"), f"xl/{target}"))


class _Shared(_Reader):
    """The lengths of the shared texts, in their order."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.length = 0

    def begins(self, tag: str, attributes: dict[str, Any]) -> None:
        if tag == "si":
            self.length = 0

    def says(self, text: str) -> None:
        self.length += len(text)

    def ends(self, tag: str) -> None:
        if tag == "si":
            self.lengths.append(self.length)


class _Sheet(_Reader):
    """A sheet of an xlsx file: the rectangle around its cells, and the letters in them."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = lengths
        self.letters = self.rows = self.columns = self.cells = 0
        self.is_shared, self.text = False, ""

    def begins(self, tag: str, attributes: dict[str, Any]) -> None:
        if tag == "c":
            self.is_shared, self.text = attributes.get("t") == "s", ""
            self.cells += 1
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                self.columns = max(self.columns, _number_of(place.group(1)))
                self.rows = max(self.rows, int(place.group(2)))
            if max(self.cells, self.rows * self.columns) > MOST_CELLS:
                raise TooMuchError

    def says(self, text: str) -> None:
        self.letters += len(text)
        if self.is_shared and len(self.text) < 12:
            self.text += text

    def ends(self, tag: str) -> None:
        if tag == "v" and self.is_shared:
            with suppress(ValueError, IndexError):
                self.letters += self.lengths[int(self.text)]
        if self.letters > MOST_LETTERS:
            raise TooMuchError


class _Ods(_Reader):
    """An ods file, where cells and rows say how often they repeat; what is empty counts too where text follows it."""

    def __init__(self) -> None:
        self.cells = self.letters = 0
        self.row_repeats = self.repeats = 1
        self.waiting = 0  # empty cells that count once something follows
        self.waiting_rows = self.in_row = 0
        self.length = 0

    def begins(self, tag: str, attributes: dict[str, Any]) -> None:
        if tag == "table":
            self.waiting = self.waiting_rows = 0
        elif tag == "table-row":
            self.row_repeats, self.in_row, self.waiting = _repeats(attributes, "table:number-rows-repeated"), 0, 0
        elif tag in ("table-cell", "covered-table-cell"):
            self.repeats, self.length = _repeats(attributes, "table:number-columns-repeated"), 0
            self.length += any(name.startswith("office:") and name.endswith("value") for name in attributes)

    def says(self, text: str) -> None:
        self.length += len(text.strip())

    def ends(self, tag: str) -> None:
        if tag in ("table-cell", "covered-table-cell"):
            if self.length:
                self.in_row += self.waiting + self.repeats
                self.letters += self.length * self.repeats * self.row_repeats
                self.waiting = 0
            else:
                self.waiting += self.repeats
        elif tag == "table-row":
            if self.in_row:
                self.cells += (self.in_row * self.row_repeats) + self.waiting_rows
                self.waiting_rows = 0
            else:
                self.waiting_rows += self.row_repeats
        if self.cells > MOST_CELLS or self.letters > MOST_LETTERS:
            raise TooMuchError


def _repeats(attributes: dict[str, Any], name: str) -> int:
    words = str(attributes.get(name, "1"))
    return outside.whole(words, most=10**11) or 1


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
