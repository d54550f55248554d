"""A child process: makes an uploaded picture small, upright and plain, as WebP in one or several sizes.

The answer: a line of JSON, `{"problem": ...}` or the sizes with the lengths of what follows, then the pictures.
"""

import io
import json
import re
import sys
from collections.abc import Sequence

from PIL import Image, ImageCms, ImageOps

from cosmolocal.paper import child

LARGEST_PIXELS = 80_000_000
LARGEST_UNSCALED_PIXELS = 25_000_000  # JPEG can be read at a fraction of its size, the others cannot
MOST_SCANS = 64  # of a JPEG: cameras and programs write at most some 20, and each goes through the whole picture again
QUALITY = 82
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_SCAN, _END = 0xDA, 0xD9


class TooLargeError(Exception):
    """More pixels than are taken, or more work than they are worth."""


def shrunk(upload: bytes, sides: Sequence[int], kinds: Sequence[str]) -> list[tuple[bytes, int, int]]:
    """WebP, width and height for each of `sides`, the largest first. Raises what Pillow raises, and TooLargeError."""
    Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
    file = Image.open(io.BytesIO(upload), formats=tuple(kinds))
    if file.width * file.height > (LARGEST_PIXELS if file.format == "JPEG" else LARGEST_UNSCALED_PIXELS):
        raise TooLargeError
    if file.format == "JPEG" and scans(upload) > MOST_SCANS:
        raise TooLargeError
    file.draft("RGB", (sides[0], sides[0]))
    picture: Image.Image = file
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = _as_srgb(picture)  # palettes and the like cannot be made smaller as they are
    made = []
    for side in sides:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture = _as_srgb(picture)
        stream = io.BytesIO()
        _pixels_only(picture).save(stream, "WEBP", quality=QUALITY, method=4)
        made.append((stream.getvalue(), picture.width, picture.height))
    return made


def scans(upload: bytes) -> int:
    """How often a JPEG goes through its picture; at most one more than is taken. What cameras put before and behind it
    (a smaller picture, a film) does not count.
    """
    count, place = 0, 0
    while count <= MOST_SCANS and (found := _MARKER.search(upload, place)):
        kind, place = upload[found.end() - 1], found.end()
        if kind == _END:
            break
        count += kind == _SCAN
        if kind not in _BARE:
            place += int.from_bytes(upload[place : place + 2], "big")
    return count


def _as_srgb(picture: Image.Image) -> Image.Image:
    """The same colours in sRGB: phones write wider ones, and the profile is dropped with the metadata."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.pop("icc_profile", None)
    if profile and picture.mode in ("RGB", "RGBA"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
        except (ImageCms.PyCMSError, OSError):
            turned = None
        if turned is not None:
            picture = turned
    return picture if picture.mode == mode else picture.convert(mode)


def _pixels_only(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: nothing the upload carried beside them can come along."""
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    return plain


def answer(payload: bytes) -> bytes:
    """Payload: a line of JSON with `sides` and `kinds`, then the picture."""
    head, _newline, upload = payload.partition(b"\n")
    wish = json.loads(head)
    try:
        made = shrunk(upload, wish["sides"], wish["kinds"])
    except (TooLargeError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b'{"problem": "too_large"}\n'
    except Exception:  # noqa: BLE001 - Pillow's readers raise almost anything on damaged data
        return b'{"problem": "not_a_picture"}\n'
    sizes = [[len(data), width, height] for data, width, height in made]
    return json.dumps({"sizes": sizes}).encode() + b"\n" + b"".join(data for data, _width, _height in made)


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(child.received()))
