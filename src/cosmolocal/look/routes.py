"""Where a part of a page leads, written in its template: `{% button _("Change") to="thing" thing.pk %}`."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.template import Library
from django.template.base import Node, Parser, Token
from django.urls import reverse

_HAS_A_NAME = re.compile(r"\w+=")
_READY = ("/", "?", "#", "https:", "http:", "mailto:", "tel:")


def named(register: Library, tag: str, key: str) -> None:
    """Lets `tag` be written with `key="thing" thing.pk`: what follows without a name are values of that address.

    Django reads values without a name only before the others, so they are moved behind the tag's first one.
    """
    parse: Callable[[Parser, Token], Node] = register.tags[tag]

    def parse_address(parser: Parser, token: Token) -> Node:
        bits = token.split_contents()
        begin = next((place for place, bit in enumerate(bits) if bit.startswith(f"{key}=")), None)
        if begin is not None:
            end = next((e for e in range(begin + 1, len(bits)) if _HAS_A_NAME.match(bits[e])), len(bits))
            address = [bits[begin].removeprefix(f"{key}="), *bits[begin + 1 : end]]
            token.contents = " ".join([*bits[:2], *address, *bits[2:begin], *bits[end:]])
        return parse(parser, token)

    register.tags[tag] = parse_address


def address(to: Sequence[Any]) -> str:
    """The address of a named page with its values; one that is ready is taken as it is. Empty where there is none."""
    if not to or not to[0] or str(to[0]).startswith(_READY):
        return str(to[0]) if to else ""
    return reverse(str(to[0]), args=to[1:])
