"""How an uploaded picture becomes safe: only its pixels survive, turned upright, without place or camera."""

import io
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from cosmolocal.kernel.refusal import Refusal

LARGEST_BYTES = 15 * 1024 * 1024
LARGEST_PIXELS = 80_000_000
LARGEST_UNSCALED_PIXELS = 25_000_000  # JPEG can be read at a fraction of its size, the others cannot
KINDS = ("JPEG", "PNG", "WEBP")
QUALITY = 82


@dataclass(frozen=True)
class EncodedImage:
    """A picture that this node encoded itself. Sizes in pixels."""

    data: bytes
    content_type: str
    width: int
    height: int


def reencode(upload: bytes, *, max_side: int = 1600, kinds: Collection[str] = KINDS) -> EncodedImage:
    """The picture as WebP, at most `max_side` pixels wide and high, upright, in sRGB, with no metadata.

    Refuses with `paper.picture_too_large` (over 15 MB or 80 million pixels) and `paper.not_a_picture`.
    """
    picture = _opened(upload, max_side, kinds)
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        plain = _as_srgb(upright)
        plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        _pixels_only(plain).save(stream, "WEBP", quality=QUALITY, method=4)
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:
        # Pillow's readers raise almost anything on damaged data (OSError, SyntaxError, struct.error ...).
        raise _not_a_picture(upload) from error
    return EncodedImage(stream.getvalue(), "image/webp", plain.width, plain.height)


def _opened(upload: bytes, max_side: int, kinds: Collection[str]) -> Image.Image:
    """The picture with its size known and its pixels not yet read."""
    if len(upload) > LARGEST_BYTES:
        raise _too_large()
    try:
        picture = Image.open(io.BytesIO(upload), formats=tuple(kinds))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        raise _not_a_picture(upload) from error
    limit = LARGEST_PIXELS if picture.format == "JPEG" else LARGEST_UNSCALED_PIXELS
    if picture.width * picture.height > limit:
        raise _too_large()
    picture.draft("RGB", (max_side, max_side))
    return picture


def _as_srgb(picture: Image.Image) -> Image.Image:
    """The same colours in sRGB: phones write wider ones, and the profile is dropped with the metadata."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
        except (ImageCms.PyCMSError, OSError):
            turned = None
        if turned is not None:
            picture = turned
    return picture.convert(mode)


def _pixels_only(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: nothing the upload carried beside them can come along."""
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    return plain


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
