"""Languages that nobody speaks, made of every visible string there is: each word begins with a letter of its own.

They are compiled into a folder as real ones are, from what a translator would find in the source: so a word without
that letter was not translatable, or was made in another language.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import trans_real
from django.utils.translation.template import templatize

import cosmolocal

# How many of a call's first arguments are words; of the last kind the first says in which sense.
WORDS_OF = {
    **dict.fromkeys(("_", "_t", "gettext", "gettext_lazy", "gettext_noop"), 1),
    **dict.fromkeys(("ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"), 2),
}
WORD = re.compile(r"%%|%\(\w+\)[sd]|%[sd]|\{[^{}]*\}|<[^<>]*>|&\w+;|[^\W\d_]+")
Message = tuple[str, ...]


def install(settings: Any, folder: Path, letters: dict[str, str]) -> None:
    """Speaks these languages (code: the letter its words begin with), as long as the settings stand."""
    for code, letter in letters.items():
        path = folder / trans_real.to_locale(code) / "LC_MESSAGES" / "django.mo"
        path.parent.mkdir(parents=True)
        path.write_bytes(compiled(messages(), letter))
    settings.LOCALE_PATHS = [str(folder)]
    settings.LANGUAGES = [("en", "English"), *((code, code) for code in letters)]


def spoken(text: str, letter: str) -> str:
    """The text in the language of this letter."""
    said = text.rpartition("\x04")[2]
    return WORD.sub(lambda found: letter + found[0] if found[0][0].isalpha() else found[0], said)


def messages() -> set[Message]:
    """What the source and its templates say."""
    root = Path(cosmolocal.__file__).parent
    found: set[Message] = set()
    for path in root.rglob("*.py"):
        if "/tests/" not in path.as_posix():
            found |= set(_of_python(path.read_text()))
    for kind in ("html", "txt"):
        for path in root.rglob(f"templates/**/*.{kind}"):
            found |= set(_of_template(path.read_text()))
    return found


def _of_python(source: str) -> Iterator[Message]:
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).rpartition(".")[2]
        wanted = WORDS_OF.get(name, 0)
        words = [part.value for part in call.args[:wanted] if isinstance(part, ast.Constant)]
        if wanted and len(words) == wanted and all(words):
            yield ("\x04".join(words),) if name.startswith("pgettext") else tuple(words)


def _of_template(source: str) -> Iterator[Message]:
    """Django turns a template into lines of calls, as xgettext reads them."""
    for call in re.finditer(r"\b(?:_|p?gettext|ngettext)\(.*?\)(?=\s|$)", templatize(source)):
        try:
            tree = ast.parse(call[0].replace(", count)", ", 2)"))
        except SyntaxError:
            continue
        yield from _of_python(ast.unparse(tree))


def compiled(found: Iterable[Message], letter: str) -> bytes:
    """A catalog as msgfmt writes it (GNU gettext manual, "The Format of GNU MO Files")."""
    pairs = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}
    pairs |= {message[0]: spoken(message[0], letter) for message in found if len(message) == 1}
    pairs |= {"\0".join(m): "\0".join(spoken(part, letter) for part in m) for m in found if len(m) > 1}
    texts = [[text.encode() for text in pair] for pair in sorted(pairs.items())]
    tables, strings, at = [b"", b""], b"", 28 + 16 * len(texts)
    for number in (0, 1):
        for pair in texts:
            tables[number] += struct.pack("<II", len(pair[number]), at)
            strings += pair[number] + b"\0"
            at += len(pair[number]) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, at)
    return head + tables[0] + tables[1] + strings
