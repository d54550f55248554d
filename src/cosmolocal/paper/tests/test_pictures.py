"""Pictures: what survives an upload, what is refused, who may see it, and which files are swept."""

import io
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import images, pictures
from cosmolocal.paper.models import Picture, picture_path


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


@pytest.fixture(autouse=True)
def files_folder(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def test_picture_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    encoded = images.reencode(with_exif())
    again = Image.open(io.BytesIO(encoded.data))
    assert (encoded.width, encoded.height) == again.size == (200, 400)
    red, _green, blue = again.convert("RGB").getpixel((100, 20))
    assert red > 150 and blue < 80  # the left half is on top now
    assert not again.getexif() and "exif" not in again.info and "icc_profile" not in again.info
    assert b"FarmPhone" not in encoded.data and b"home" not in encoded.data
    assert encoded.content_type == "image/webp" and encoded.data[8:12] == b"WEBP"


def test_picture_is_made_smaller_but_never_larger() -> None:
    assert images.reencode(photo((4000, 1000)), max_side=800).width == 800
    assert images.reencode(photo((40, 10)), max_side=800).width == 40


def test_only_pixels_of_a_file_that_is_two_things_survive() -> None:
    archive = b"PK\x03\x04<script>alert(1)</script>"
    encoded = images.reencode(photo(comment=b"<script>") + archive)
    assert b"PK\x03\x04" not in encoded.data and b"script" not in encoded.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_every_offered_kind_is_read(kind: str) -> None:
    assert images.reencode(photo(kind=kind)).width == 400


def test_transparency_is_kept() -> None:
    stream = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(stream, "PNG")
    kept = Image.open(io.BytesIO(images.reencode(stream.getvalue()).data))
    assert kept.convert("RGBA").getpixel((5, 5))[3] == 0


def huge_png(width: int, height: int) -> bytes:
    """A file of a few bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (b"", "paper.not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "paper.not_a_picture"),
        (b"%PDF-1.4 ...", "paper.not_a_picture"),
        (photo()[:300], "paper.not_a_picture"),
        (photo(kind="GIF"), "paper.not_a_picture"),
        (huge_png(6000, 6000), "paper.picture_too_large"),
        (huge_png(100_000, 100_000), "paper.picture_too_large"),
        (b"\xff" * (images.LARGEST_BYTES + 1), "paper.picture_too_large"),
    ],
)
def test_refusals(upload: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        images.reencode(upload)
    assert refused.value.code == code


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_pictures_are_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    upload = bytearray(
        data.draw(st.sampled_from([photo((64, 32)), photo((64, 32), "PNG"), photo((64, 32), "WEBP")]))
    )
    for place in data.draw(st.lists(st.integers(0, len(upload) - 1), max_size=8)):
        upload[place] = data.draw(st.integers(0, 255))
    try:
        assert images.reencode(bytes(upload)).data
    except Refusal as refused:
        assert refused.code.startswith("paper.")


@pytest.mark.django_db
def test_pictures_are_seen_by_whom_they_are_for() -> None:
    kept = pictures.keep(photo())
    open_to_all = pictures.add_picture(kept, public=True)
    for_members = pictures.add_picture(kept, public=False)
    stranger, member = Client(), Client()
    member.force_login(get_user_model().objects.create(email="amina@example.org"))

    answer = stranger.get(open_to_all.get_absolute_url())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stranger.get(for_members.get_absolute_url()).status_code == 404
    answer = member.get(for_members.small_url)
    assert answer.status_code == 200 and answer["Cache-Control"].startswith("private")
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (320, 160)
    assert stranger.get("/paper/pictures/999/large/").status_code == 404
    assert stranger.post(open_to_all.get_absolute_url()).status_code == 405


@pytest.mark.django_db
def test_same_picture_is_one_file_and_unused_files_are_swept() -> None:
    used, unused = pictures.keep(photo()), pictures.keep(photo((300, 300)))
    assert pictures.keep(photo()) == used
    pictures.add_picture(used, public=True)
    assert pictures.sweep_files() == 0  # too young: its operation may still be on the way
    for size in ("large", "small"):
        for digest in (used.digest, unused.digest):
            os.utime(picture_path(digest, size), (time.time() - 90_000,) * 2)
    assert pictures.sweep_files() == 2
    assert picture_path(used.digest, "large").exists() and not picture_path(unused.digest, "large").exists()
    assert Picture.objects.count() == 1


def test_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal) as refused:
        pictures.keep(photo())
    assert refused.value.code == "paper.no_space"
    assert not list(picture_path("ab" * 32, "large").parent.parent.rglob("*.part"))
