"""Pages obey the strict content policy, and each word on them can be translated."""

import re
from html import unescape

import pytest

from cosmolocal.look.drawings.icons import ICONS
from tests.architecture import source

pytestmark = pytest.mark.once

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an inline style": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"(href|action|src)\s*=\s*[\"']?javascript:", re.IGNORECASE),
    "something from another host": re.compile(
        r"<(script|link|img|iframe|source)\b[^>]*(src|href)=[\"'](https?:)?//", re.IGNORECASE
    ),
    "unescaped text": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
}
# Words that are the same in every language, and tokens of the page itself.
SAME_EVERYWHERE = {
    "cosmolocal",
    "csv",
    "pdf",
    "xlsx",
    "qr",
    "iban",
    "bic",
    "kg",
    "km",
    "url",
    "gtin",
    "html",
    "smtp",
    "utf",
}
SPOKEN_ATTRIBUTES = re.compile(r"\b(?:title|placeholder|alt|aria-label|aria-description|data-label)=\"([^\"]*)\"")
# part of a template's path -> why plain sentences may stand there
PLAIN = {"look/templates/look/samples/": "shows developers each part of a page, with invented words"}


def _without_comments(text: str) -> str:
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", _blank, text, flags=re.DOTALL)
    return re.sub(r"\{#.*?#\}|<!--.*?-->", _blank, text, flags=re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    """As many lines as before, so that line numbers stay right."""
    return "\n" * match.group().count("\n")


def _untranslated(text: str) -> list[tuple[int, str]]:
    """Line and words of text that a person sees and no translator does."""
    text = _without_comments(text)
    # A block named for a class or a width holds a word of the style sheet.
    text = re.sub(r"\{%\s*block (width|\w*class|kind|tone|active)\s*%\}\w*\{% endblock.*?%\}", "", text)
    block = r"\{%-?\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}"
    text = re.sub(block, _blank, text, flags=re.DOTALL)
    text = re.sub(r"<(script|style|code|pre)\b.*?</\1>", _blank, text, flags=re.DOTALL | re.IGNORECASE)
    text = re.sub(r"\{%.*?%\}", lambda m: " " + _blank(m), text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", lambda m: " " + _blank(m), text, flags=re.DOTALL)
    spoken = [(text.count("\n", 0, m.start()) + 1, m.group(1)) for m in SPOKEN_ATTRIBUTES.finditer(text)]
    plain = re.sub(r"<[^>]*>", lambda m: " " + _blank(m), text, flags=re.DOTALL)
    spoken += list(enumerate(plain.split("\n"), start=1))
    return [(line, words.strip()) for line, words in spoken if _has_words(words)]


def _has_words(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", unescape(text))
    return any(word.lower() not in SAME_EVERYWHERE for word in words)


def test_templates_need_nothing_that_the_policy_forbids() -> None:
    offenders = []
    for path in source.files(".html", ".svg"):
        text = _without_comments(source.text(path))
        for what, pattern in INLINE.items():
            offenders += [
                f"{source.name(path)}:{text.count(chr(10), 0, match.start()) + 1}: {what}"
                for match in pattern.finditer(text)
            ]
    source.complain("The content policy forbids it", offenders)


def test_every_word_can_be_translated() -> None:
    offenders = [
        f"{source.name(path)}:{line}: {words[:60]}"
        for path in source.files(".html")
        if not any(part in source.name(path) for part in PLAIN)
        for line, words in _untranslated(source.text(path))
    ]
    source.complain("Text outside translate and blocktranslate", offenders)


@pytest.mark.parametrize(
    "template",
    ["<p>Pick up</p>", '<input placeholder="Your name">', "{% if x %}Nothing here{% endif %}"],
)
def test_plain_words_are_noticed(template: str) -> None:
    assert _untranslated(template)


@pytest.mark.parametrize(
    "template",
    [
        '<p>{% translate "Pick up" %}</p>',
        "{% blocktranslate %}Pick <b>up</b>{% endblocktranslate %}",
        "<b>{{ a }} kg</b>",
    ],
)
def test_translated_words_are_left_alone(template: str) -> None:
    assert not _untranslated(template)


# icon "basket" in a template, icon="basket" in either, "icon": "basket" in what a view gives.
ICON = re.compile(r"""\bicon(?:=|\s+|": )(?:_\()?["']([^"'{}]*)["']""")


def test_every_icon_that_is_named_is_drawn() -> None:
    """Pages that nobody opens in a test name icons too; on an open page a name without a drawing is a failure."""
    python = ((place, path) for place, path in source.modules() if not place.startswith("look/drawings/"))
    wrong = [
        f"{place}: no icon {name!r}"
        for place, path in (*source.templates(), *python)
        for name in ICON.findall(source.text(path))
        if name not in ICONS
    ]
    assert wrong == []
