"""Whether a backup is what `backup` writes: somebody may have made one by hand, or changed one."""

import re
import stat
import zipfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cosmolocal.config import backup
from cosmolocal.kernel import node
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.refusal import Refusal

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}")
_DEEPEST = 6
_IS_ENCRYPTED = 1  # in the flags of an entry
_LONGEST_KEY = 1000
# A node with other keys than these does not start.
_KEYS = {
    "secret.key": re.compile(rb"[\x21-\x7e]{32,}\s*"),
    "node.id": re.compile(rb"[A-Za-z0-9_-]{1,40}\s*"),
    "signing.key": re.compile(rb"[0-9a-f]{64}\s*"),
}


def require_shape(manifest: Any) -> dict[str, Any]:
    """The manifest with words that can be shown, each of its kind. Raises ValueError where one is not."""
    wanted = {"migrations": list, "version": str, "made_at": str, "local": str}
    if not isinstance(manifest, dict) or any(not isinstance(manifest.get(name), kind) for name, kind in wanted.items()):
        raise ValueError("manifest.json")
    counts, seal = manifest.get("rows", {}), manifest.get("seal")
    if not isinstance(counts, dict) or not all(type(count) is int for count in counts.values()):
        raise ValueError("rows")
    if seal is not None and not _is_seal(seal):
        raise ValueError("seal")
    if not all(isinstance(name, str) and name.count(".") == 1 for name in manifest["migrations"]):
        raise ValueError("migrations")
    datetime.fromisoformat(manifest["made_at"])
    return {**manifest, **{name: one_line(manifest[name])[:200] for name in ("version", "made_at", "local")}}


def _is_seal(told: Any) -> bool:
    kinds = {"number": int, "digest": str, "key": str}
    return isinstance(told, dict) and all(isinstance(told.get(name), kind) for name, kind in kinds.items())


def require_entries(archive: zipfile.ZipFile) -> None:
    """Only what `backup` writes, each once: the manifest, tables, keys, and plain files in the folder of pictures.

    Refuses: backup.strange_file.
    """
    seen: set[str] = set()
    for info in archive.infolist():
        if info.filename in seen or not _is_ours(info):
            raise strange(info.filename)
        seen.add(info.filename)
    for name in seen:
        if any(str(folder) in seen for folder in PurePosixPath(name).parents):
            raise strange(name)


def _is_ours(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    is_plain = not info.is_dir() and stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
    is_read = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not info.flag_bits & _IS_ENCRYPTED
    media = Path(settings.MEDIA_ROOT).relative_to(settings.HOME).parts
    known = (
        info.filename == "manifest.json"
        or (len(parts) == 2 and parts[0] == "rows")
        or (len(parts) == 2 and parts[0] == "home" and parts[1] in backup.KEPT_FILES)
        or (parts[: 1 + len(media)] == ("home", *media) and 1 + len(media) < len(parts) <= _DEEPEST)
    )
    named = "\\" not in info.filename and all(_PART.fullmatch(part) for part in parts)
    return is_plain and is_read and known and named and info.filename == "/".join(parts)


def strange(name: str) -> Refusal:
    """About an entry that no backup has."""
    return Refusal(
        "backup.strange_file",
        _("The file holds something that no backup holds (%(name)s). Nothing was changed. Use another backup.")
        % {"name": one_line(name)[:80]},
    )


def require_keys(folder: Path) -> None:
    """Keys with which a node can start. Raises ValueError with the name of one that is none."""
    for name, form in _KEYS.items():
        if (folder / name).exists():
            with (folder / name).open("rb") as file:
                if not form.fullmatch(file.read(_LONGEST_KEY)) or file.read(1):
                    raise ValueError(name)


def require_local() -> None:
    """A local that can open its pages. Refuses: backup.no_local. Raises KeyError or ValueError: it is in no zone."""
    if not node.is_ready():
        raise Refusal(
            "backup.no_local", _("No local was set up in this backup. Nothing was changed. Use another backup.")
        )
    with node.at_home():
        return
