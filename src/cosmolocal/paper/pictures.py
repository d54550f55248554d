"""How a picture is kept: files before the operation, the row inside it; files without a row are swept."""

import errno
import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import images
from cosmolocal.paper.models import Picture, picture_path

LARGE_SIDE = 1600
SMALL_SIDE = 320
SWEEP_AFTER_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class KeptFiles:
    """The files of a picture, on disk already; the row is written by the operation that wants it."""

    digest: str
    width: int
    height: int


def keep(upload: bytes) -> KeptFiles:
    """Check, re-encode and write the files, large and small. Call it before the operation, never inside.

    Refuses with `paper.picture_too_large`, `paper.not_a_picture`, `paper.busy` and `paper.no_space`.
    The same picture twice is one file.
    """
    large, small = images.sizes(upload, [LARGE_SIDE, SMALL_SIDE])
    digest = hashlib.sha256(large.data).hexdigest()
    try:
        for size, encoded in (("large", large), ("small", small)):
            _write(picture_path(digest, size), encoded)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Refusal(
            "paper.no_space", _("The disk of this node is full. Tell a steward; nothing was changed.")
        ) from error
    return KeptFiles(digest, large.width, large.height)


def add_picture(files: KeptFiles, *, public: bool) -> Picture:
    """The row of a kept picture. Call it inside the operation that shows the picture."""
    return Picture.objects.create(digest=files.digest, width=files.width, height=files.height, public=public)


def sweep_files() -> int:
    """Remove picture files older than a day that no row points to; returns how many."""
    known = set(Picture.objects.values_list("digest", flat=True))
    oldest = time.time() - SWEEP_AFTER_SECONDS
    removed = 0
    for path in (Path(settings.MEDIA_ROOT) / "pictures").glob("*/*"):
        if path.name.split(".")[0] not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _write(path: Path, encoded: images.EncodedImage) -> None:
    """Whole or not at all: nobody reads half a file. A file that is there already is made young again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        os.utime(path)
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded.data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
