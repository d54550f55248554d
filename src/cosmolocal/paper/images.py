"""How an uploaded picture becomes safe: only its pixels survive, turned upright, without place or camera."""

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import apart

log = logging.getLogger("cosmolocal.paper")
LARGEST_BYTES = 15 * 1024 * 1024
KINDS = ("JPEG", "PNG", "WEBP")
SECONDS, MEGABYTES, ANSWER_MEGABYTES = 3, 700, 16  # a picture of 25 million pixels takes one second


@dataclass(frozen=True)
class EncodedImage:
    """A picture that this node encoded itself. Sizes in pixels."""

    data: bytes
    content_type: str
    width: int
    height: int


def sizes(upload: bytes, sides: Sequence[int], *, kinds: Collection[str] = KINDS) -> list[EncodedImage]:
    """The picture as WebP in several sizes, the largest first: upright, in sRGB, with no metadata.

    `sides`: the most pixels it is wide and high. A process of its own makes them (`shrink`), one at a time.

    Refuses with `paper.picture_too_large` (15 MB, 25 million pixels, 80 as JPEG, 3 seconds of work),
    `paper.not_a_picture`, `paper.busy`.
    """
    if len(upload) > LARGEST_BYTES:
        raise _too_large()
    wish = json.dumps({"sides": list(sides), "kinds": list(kinds)}).encode()
    try:
        answer = apart.run(
            "cosmolocal.paper.shrink",
            wish + b"\n" + upload,
            seconds=SECONDS,
            megabytes=MEGABYTES,
            answer_megabytes=ANSWER_MEGABYTES,
            alone=True,
        )
    except apart.ChildError as error:
        log.info("an uploaded picture was not read: %s", str(error).rsplit("\n", 1)[-1])
        raise _too_large() from error
    head, _newline, rest = answer.partition(b"\n")
    told = json.loads(head)
    if "problem" in told:
        raise _too_large() if told["problem"] == "too_large" else _not_a_picture(upload)
    made = []
    for length, width, height in told["sizes"]:
        made.append(EncodedImage(rest[:length], "image/webp", width, height))
        rest = rest[length:]
    return made


def _too_large() -> Refusal:
    return Refusal(
        "paper.picture_too_large",
        _("This picture is too large. Choose one of at most 15 MB, or make it smaller first."),
    )


def _not_a_picture(upload: bytes) -> Refusal:
    start = upload[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype")):
        sentence = _("Drawings (SVG) cannot be taken. Save it as PNG or JPEG and choose that file.")
    else:
        sentence = _("This file is not a picture that can be read. Choose a JPEG, PNG or WebP file.")
    return Refusal("paper.not_a_picture", sentence)
