"""How a wish is refused: a code for machines, a sentence that tells a person what to do next, a field to point at."""

from typing import Any

from django.utils.functional import Promise


class Refusal(Exception):
    """Raised by operations; rolls everything back. Each door translates it (form error, problem+json, exit status 1).

    `code` is `app.reason` and stands in docs/reference/refusals.md. `later`: nothing is wrong with the wish, and it may
    be sent again as it is. `facts` are values a door may show or compare (ids, integers), never personal text.
    """

    def __init__(
        self, code: str, sentence: str | Promise, field: str | None = None, *, later: bool = False, **facts: Any
    ) -> None:
        super().__init__(code, str(sentence))
        self.code = code
        self.sentence = sentence
        self.field = field
        self.later = later
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence)
