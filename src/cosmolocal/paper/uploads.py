"""How a table that somebody sends in is kept until its rows are taken over. Call these inside operations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from cosmolocal.kernel.operation import running
from cosmolocal.paper.models import Upload

Verdicts = Sequence[Sequence[Any]]  # [row, verdict, what, sentence] each


def add_upload(kind: str, name: str, data: bytes) -> Upload:
    """A new upload, waiting to be read, made by whoever runs the operation."""
    return Upload.objects.create(
        kind=kind, name=name[-200:] or kind, made_by_id=running().by_id, at=running().at, data=data
    )


def keep_verdicts(upload: Upload, verdicts: Verdicts, state: str, sentence: str = "") -> None:
    """What became, or would become, of each row. Leaves the bytes of the file alone."""
    upload.verdicts, upload.counts = [list(verdict) for verdict in verdicts], counted(verdicts)
    upload.state, upload.sentence = state, sentence
    upload.save(update_fields=["verdicts", "counts", "state", "sentence", "mapping"])


def finish(upload: Upload) -> None:
    """The file itself is not needed any more; what became of its rows stays."""
    upload.data = b""
    upload.save(update_fields=["data"])


def counted(verdicts: Iterable[Sequence[Any]]) -> dict[str, int]:
    """How many rows of each verdict."""
    return dict(Counter(str(verdict[1]) for verdict in verdicts))
