"""A backup that is sent in while a node is set up: what the node could not start with is not kept."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cosmolocal.config import bringing_back
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.once


def sent(rows: str, form: int) -> SimpleUploadedFile:
    told = {"form": form, "version": "0", "made_at": clock.now().isoformat(), "local": "Here", "migrations": []}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(told))
        archive.writestr(f"rows/kernel.node.{'jsonl' if form == 1 else 'tsv'}", rows)
    return SimpleUploadedFile("one.cosmolocal", file.getvalue())


@pytest.mark.parametrize(
    ("form", "demo", "local"),
    [
        (2, "id\tname\tis_demo\n1\tHere\t1\n", "id\tname\tis_demo\n1\tHere\t0\n"),
        (1, '["id", "is_demo"]\n[1, true]\n', '["id", "is_demo"]\n[1, false]\n'),
    ],
)
def test_a_demo_is_not_brought_back_where_a_local_is_set_up(tmp_path: Path, form: int, demo: str, local: str) -> None:
    waiting = tmp_path / "waiting"
    with pytest.raises(Refusal) as refused:
        bringing_back._keep(sent(demo, form), "", waiting)
    assert (refused.value.code, waiting.exists()) == ("backup.is_a_demo", False)
    bringing_back._keep(sent(local, form), "", waiting)
    assert waiting.exists()
