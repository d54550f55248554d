"""Words that somebody types to find something: few, short, and without what no name holds."""

import unicodedata

MOST_WORDS = 8
LONGEST_WORD = 60
_LONGEST_TEXT = 1000


def asked(text: str) -> list[str]:
    """The first eight words of a search, each cut to 60 letters; control characters part words too."""
    plain = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text[:_LONGEST_TEXT])
    return [word[:LONGEST_WORD] for word in plain.split()[:MOST_WORDS]]
