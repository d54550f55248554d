"""Pictures: what survives an upload and what is refused."""

import contextlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import images, shrink
from cosmolocal.paper.tests.slow_pictures import many_scans

pytestmark = pytest.mark.once


def shrunk(upload: bytes, max_side: int = 1600) -> images.EncodedImage:
    return images.sizes(upload, [max_side])[0]


def photo(size: tuple[int, int] = (400, 200), kind: str = "JPEG", **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", size, (200, 0, 0))
    picture.paste((0, 0, 200), (size[0] // 2, 0, size[0], size[1]))
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side: to be turned right by a quarter
    exif[0x010F] = "FarmPhone"
    exif.get_ifd(0x8825)[2] = (24.0, 19.0, 33.0)  # latitude
    return photo(exif=exif, comment=b"taken at home")


def test_picture_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    encoded = shrunk(with_exif())
    again = Image.open(io.BytesIO(encoded.data))
    assert (encoded.width, encoded.height) == again.size == (200, 400)
    red, _green, blue = again.convert("RGB").getpixel((100, 20))
    assert red > 150
    assert blue < 80
    assert not again.getexif()
    assert "exif" not in again.info
    assert "icc_profile" not in again.info
    assert b"FarmPhone" not in encoded.data
    assert b"home" not in encoded.data
    assert encoded.content_type == "image/webp"
    assert encoded.data[8:12] == b"WEBP"


def test_picture_is_made_smaller_but_never_larger() -> None:
    assert shrunk(photo((4000, 1000)), max_side=800).width == 800
    assert shrunk(photo((40, 10)), max_side=800).width == 40


def test_only_pixels_of_a_file_that_is_two_things_survive() -> None:
    archive = b"PK\x03\x04<script>alert(1)</script>"
    encoded = shrunk(photo(comment=b"<script>") + archive)
    assert b"PK\x03\x04" not in encoded.data
    assert b"script" not in encoded.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_every_offered_kind_is_read(kind: str) -> None:
    assert shrunk(photo(kind=kind)).width == 400


def test_transparency_is_kept() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(stream, "PNG")
    kept = Image.open(io.BytesIO(shrunk(stream.getvalue()).data))
    assert kept.convert("RGBA").getpixel((5, 5))[3] == 0


def huge_png(width: int, height: int) -> bytes:
    """A file of a few bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "paper.not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "paper.not_a_picture"),
        (b"%PDF-1.4 ...", "paper.not_a_picture"),
        (photo()[:300], "paper.not_a_picture"),
        (photo(kind="GIF"), "paper.not_a_picture"),
        (huge_png(6000, 6000), "paper.picture_too_large"),
        (huge_png(30_000, 30_000), "paper.picture_too_large"),
        (huge_png(100_000, 100_000), "paper.picture_too_large"),
        (b"\xff" * (images.LARGEST_BYTES + 1), "paper.picture_too_large"),
    ],
)
def test_refusals(upload: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        shrunk(upload)
    assert refused.value.code == code


def test_a_picture_that_is_drawn_over_and_over_is_not_drawn_at_all() -> None:
    upload = many_scans(5000)
    assert len(upload) < images.LARGEST_BYTES
    with pytest.raises(shrink.TooLargeError):
        shrink.shrunk(upload, [1600, 320], images.KINDS)
    with pytest.raises(Refusal) as refused:
        shrunk(upload)
    assert refused.value.code == "paper.picture_too_large"


def test_only_the_scans_of_the_picture_itself_count() -> None:
    small, film = photo((160, 120)), b"\xff\xda" * 100
    exif = Image.Exif()
    exif[0x010F] = "FarmPhone" + "\xff\xda" * 100
    upload = photo((4000, 3000), progressive=True, exif=exif, comment=small + film) + film
    assert 3 < shrink.scans(upload) < 20
    assert shrink.scans(photo()) == 1
    assert shrunk(upload).width == 1600


def flat_png(width: int, height: int) -> bytes:
    """A picture of one colour: a few kilobytes that unfold to hundreds of megabytes."""
    stream = io.BytesIO()
    Image.new("RGBA", (width, height), (1, 2, 3, 255)).save(stream, "PNG", compress_level=9)
    return stream.getvalue()


GROWTH = """
import resource, sys
import django
django.setup()
from cosmolocal.paper import images
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
upload, before = open(sys.argv[1], "rb").read(), peak()
assert images.sizes(upload, [1600])[0].width == 1600
print(peak() - before)
"""


@pytest.mark.processes
def test_a_small_file_of_many_pixels_takes_no_memory_of_the_web_server(tmp_path: Path) -> None:
    """In a process that never held anything large: a peak never falls."""
    upload = flat_png(4900, 4900)
    assert len(upload) < 200_000
    (tmp_path / "flat.png").write_bytes(upload)
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, tmp_path / "flat.png"], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 30_000  # kilobytes; decoded it is 96,000


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_damaged_pictures_are_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    upload = bytearray(data.draw(st.sampled_from([photo((64, 32)), photo((64, 32), "PNG"), photo((64, 32), "WEBP")])))
    for place in data.draw(st.lists(st.integers(0, len(upload) - 1), max_size=8)):
        upload[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refusal):
        assert shrunk(bytes(upload)).data
