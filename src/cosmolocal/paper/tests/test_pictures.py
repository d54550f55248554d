"""Kept pictures: who may see them, which files are swept, and what a full disk says."""

import io
import os
import time
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve
from PIL import Image

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import pictures
from cosmolocal.paper.models import Picture, picture_path
from cosmolocal.paper.tests.test_images import photo


@pytest.fixture(autouse=True)
def files_folder(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def asked(address: str, person: object, method: str = "get") -> HttpResponseBase:
    """What the view says, without the pages of other apps."""
    request = getattr(RequestFactory(), method)(address)
    request.user = person
    found = resolve(address.partition("?")[0])
    return found.func(request, *found.args, **found.kwargs)


@pytest.mark.django_db
def test_pictures_are_seen_by_whom_they_are_for() -> None:
    kept = pictures.keep(photo())
    open_to_all = pictures.add_picture(kept, public=True)
    for_members = pictures.add_picture(kept, public=False)
    stranger, member = AnonymousUser(), get_user_model()(email="amina@example.org")

    answer = asked(open_to_all.get_absolute_url(), stranger)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    with pytest.raises(Http404):
        asked(for_members.get_absolute_url(), stranger)
    answer = asked(for_members.small_url, member)
    assert answer["Cache-Control"].startswith("private")
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (320, 160)
    with pytest.raises(Http404):
        asked("/paper/pictures/999/large/", member)
    other = pictures.add_picture(kept, public=False)
    for guessed in (other.small_url.partition("?")[0], f"{other.small_url.partition('?')[0]}?mark={for_members.mark}"):
        with pytest.raises(Http404):  # a number is guessed, an address of a page she cannot open is not
            asked(guessed, member)
    picture_path(kept.digest, "small").unlink()
    with pytest.raises(Http404):
        asked(for_members.small_url, member)
    assert asked(open_to_all.get_absolute_url(), member, "post").status_code == 405


@pytest.mark.django_db
def test_same_picture_is_one_file_and_unused_files_are_swept() -> None:
    used, unused = pictures.keep(photo()), pictures.keep(photo((300, 300)))
    assert pictures.keep(photo()) == used
    pictures.add_picture(used, public=True)
    paths = [picture_path(digest, size) for digest in (used.digest, unused.digest) for size in ("large", "small")]
    for path in paths:
        os.utime(path, (time.time(),) * 2)  # files carry the machine's time, tests may stand in another one
    assert pictures.sweep_files() == 0  # too young: its operation may still be on the way
    for path in paths:
        os.utime(path, (time.time() - 90_000,) * 2)
    assert pictures.sweep_files() == 2
    assert picture_path(used.digest, "large").exists()
    assert not picture_path(unused.digest, "large").exists()
    assert Picture.objects.count() == 1


def test_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal) as refused:
        pictures.keep(photo())
    assert refused.value.code == "paper.no_space"
    assert not list(picture_path("ab" * 32, "large").parent.parent.rglob("*.part"))
