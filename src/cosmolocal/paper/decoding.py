"""How the bytes of a text file become rows: which encoding it has, and what stands between its cells."""

import codecs
import csv
import io
import re
from itertools import islice
from statistics import mode

DELIMITERS = ",;\t|"
_NAMED = re.compile(r"\"?sep=([,;\t|])\"?\r?\n", re.IGNORECASE)  # a line for spreadsheet programs
LOOKED_AT = 65_536  # characters that decide the delimiter, and bytes beyond ASCII that decide the encoding
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FAMILIAR = frozenset("äöüßéèàçñëêâîôûåæøìíóúáïœčšžąęłńśźżãõ")
_RARE = frozenset("ÆÓÚÞýþÝ÷³±¾½¼¶¬¦¤¨¸¯´")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class NotTextError(Exception):
    """These bytes are no text file that could hold a table."""


class TooManyCellsError(Exception):
    """More cells than are taken, counted before any is built."""


class UnclosedQuoteError(Exception):
    """A quotation mark opens in row `row` and never closes."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises `NotTextError`."""
    encoding = _encoding_of(data)
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError) as error:
        raise NotTextError from error
    most = 1 + len(text) // 200
    if sum(1 for _stray in islice(_CONTROL.finditer(text), most + 1)) > most:
        raise NotTextError
    return _CONTROL.sub("", text).lstrip("\ufeff"), encoding


def _encoding_of(data: bytes) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    if b"\x00" in data[:1000]:
        # Latin letters in UTF-16 have a zero in every other byte.
        even, odd = data[:1000:2].count(0), data[1:1000:2].count(0)
        return "utf-16-le" if odd > even else "utf-16-be"
    if _decodes(data, "utf-8"):
        return "utf-8"
    runs = _high_runs(data)
    return _east_asian(data, runs) or _western(b"".join(runs))


def _high_runs(data: bytes) -> list[bytes]:
    """Runs of bytes beyond ASCII, the first ones, as many as are looked at."""
    runs, left = [], LOOKED_AT
    for found in _HIGH.finditer(data):
        runs.append(found[0][:left])
        left -= len(runs[-1])
        if not left:
            break
    return runs


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _east_asian(data: bytes, runs: list[bytes]) -> str | None:
    """GB18030 or CP949, where letters come as pairs of high bytes; in western files they stand alone."""
    paired = sum(len(run) for run in runs if len(run) % 2 == 0)
    if 2 * paired < sum(len(run) for run in runs):
        return None
    leads = [run[i] for run in runs if len(run) % 2 == 0 for i in range(0, len(run), 2)]
    letters = [lead for lead in leads if lead >= 0xB0]
    # Hangul stands in B0 to C8 only; Chinese text of some length always reaches beyond.
    if len(letters) >= 12 and max(letters) <= 0xC8 and _decodes(data, "cp949"):
        return "cp949"
    return "gb18030" if letters and _decodes(data, "gb18030") else None


def _western(high: bytes) -> str:
    """Windows-1252, or IBM850 where that gives letters and the other gives signs."""
    scores = {name: _familiarity(high, name) for name in ("cp1252", "cp850")}
    return "cp850" if scores["cp850"] > scores["cp1252"] else "cp1252"


def _familiarity(high: bytes, encoding: str) -> int:
    """How much the high bytes look like words of western languages."""
    score = 0
    for letter in high.decode(encoding, "replace"):
        if letter in _FAMILIAR:
            score += 2
        elif letter == "\ufffd" or letter in _RARE or not (letter.isalpha() or letter in "€’–“”„°"):
            score -= 2
    return score


def delimiter_of(text: str) -> str:
    """What stands between the cells: the sign that cuts most rows into equally many cells."""
    if named := _NAMED.match(text):
        return named.group(1)
    beginning = text[:LOOKED_AT]
    return max(DELIMITERS, key=lambda delimiter: _regularity(beginning, delimiter))


def _regularity(text: str, delimiter: str) -> tuple[float, float]:
    """The share of rows with the usual number of cells, and that number; (0, 0) for a sign that does not cut."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return (0, 0)
    widths = [len(row) for row in rows[:200] if row]
    usual = mode(widths) if widths else 0
    if usual < 2:
        return (0, max(widths, default=0) / 1000)
    return (round(sum(1 for width in widths if width == usual) / len(widths), 1), usual)


def rows_of(text: str, delimiter: str, most_rows: int, most_cells: int) -> list[list[str]]:
    """The rows, at most one over the limit; line breaks inside quotes stay in their cell.

    Raises `TooManyCellsError` (signs inside quotes count too), `UnclosedQuoteError` and `csv.Error` (a cell
    of more than 131,072 characters).
    """
    if named := _NAMED.match(text):
        text = text[named.end() :]
    # No more rows are read than are taken, so empty lines beyond them cost nothing.
    if text.count(delimiter) + min(text.count("\n") + text.count("\r"), most_rows) > most_cells:
        raise TooManyCellsError
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(row)
        if len(rows) > most_rows:
            return rows
    # The reader takes the rest of the file as one cell when a quote never closes.
    if rows and rows[-1] and "\n" in rows[-1][-1] and not text.rstrip().endswith('"'):
        raise UnclosedQuoteError(len(rows))
    return rows
