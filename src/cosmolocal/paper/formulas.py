"""Text that a spreadsheet program would run as a formula: made harmless on its way out, plain again on its way in."""

import re

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Spaces and signs without a width, which programs skip before they look for a formula.
_WITHOUT_WIDTH = "".join(map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F))))
_UNSEEN = f" \t\u00a0\u00ad\u180e\u2028\u2029\u2060\u3000\ufeff{_WITHOUT_WIDTH}"
# A program that cuts at other signs than we do finds further cells inside of one: after a run of blanks with such a
# sign, and a quotation mark perhaps. A run is looked at from its first letter on only, so that no text costs more than
# its length.
_CUTS = frozenset(";|\t\n\r")
_RUN = rf"(?<![;|\s{_UNSEEN}])([;|\s{_UNSEEN}]++\"?+)"
_BEGINS = r"(?=[=@＝＠＋－]|[+-](?!\d+(?:[.,]\d+)?(?:\s|$)))"
_RUNS_WITHIN = re.compile(rf"{_RUN}('*+){_BEGINS}")
_MARKED_WITHIN = re.compile(rf"{_RUN}('++){_BEGINS}")
_A_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d+)?")
_NO_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet program would run it as a formula."""
    text = _NO_CONTROL.sub("", text.replace("\r\n", "\n"))
    seen = text.lstrip(_UNSEEN)
    runs = text.startswith(_RUNS) or seen.startswith(_RUNS)
    return "'" + text if runs and not _A_NUMBER.fullmatch(text) else text


def harmless_when_cut(text: str) -> str:
    """`harmless`, also where a program cuts the cell at a semicolon, a tab, a bar or a line end."""
    return _RUNS_WITHIN.sub(lambda found: found[0] + "'" * _cuts(found), harmless(text))


def unmarked(cell: str) -> str:
    """The apostrophes that an export wrote are taken away again, so that it imports unchanged."""
    cell = _MARKED_WITHIN.sub(lambda found: found[0][: -1 if _cuts(found) else None], cell)
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(_UNSEEN).startswith(_RUNS) else cell


def _cuts(found: re.Match[str]) -> bool:
    """Is there a sign in the run of blanks at which some program cuts?"""
    return not _CUTS.isdisjoint(found[1])
