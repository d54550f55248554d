"""How a table that somebody sends in is kept until its rows are taken over. Call these inside operations.

It is taken over in somebody's name, so it carries the node's mark over whose it is, the file, and what was decided.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cosmolocal.kernel import signing
from cosmolocal.kernel.operation import running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.models import Upload

Verdicts = Sequence[Sequence[Any]]  # [row, verdict, what, sentence] each
_OVER = (Upload.State.DONE, Upload.State.REFUSED)


def add_upload(kind: str, name: str, data: bytes, **values: Any) -> Upload:
    """A new upload, waiting to be read, made by whoever runs the operation."""
    made = Upload.objects.create(
        kind=kind, name=name[-200:] or kind, made_by_id=running().by_id, at=running().at, data=data, **values
    )
    keep(made)
    return made


def keep(upload: Upload, *changed: str) -> None:
    """Writes what an operation changed of it, with the mark that it did."""
    upload.mark = signing.mark(*_said(upload))
    upload.save(update_fields=[*changed, "mark"])


def require_own(upload: Upload) -> None:
    """Before anything is made of an upload. Refuses with paper.not_as_sent."""
    if not signing.is_marked(upload.mark, *_said(upload)):
        raise Refusal(
            "paper.not_as_sent",
            _(
                "This file is not as it was sent in: somebody wrote into the database past this program. Nothing of it "
                "is taken over. Send it again, and ask whoever runs the node to look with `cosmolocal doctor`."
            ),
        )


def strange() -> list[str]:
    """Names of the files under way that are not as this node left them."""
    under_way = Upload.objects.exclude(state__in=_OVER)
    return [upload.name for upload in under_way if not signing.is_marked(upload.mark, *_said(upload))]


def _said(upload: Upload) -> tuple[Any, ...]:
    file = hashlib.sha256(bytes(upload.data)).hexdigest()
    decided = [upload.mapping, upload.verdicts, upload.counts, str(upload.state)]
    return "upload", upload.pk, upload.kind, upload.made_by_id, file, *decided


def keep_verdicts(upload: Upload, verdicts: Verdicts, state: str, sentence: str = "") -> None:
    """What became, or would become, of each row."""
    upload.verdicts, upload.counts = [list(verdict) for verdict in verdicts], counted(verdicts)
    upload.state, upload.sentence = state, sentence
    keep(upload, "verdicts", "counts", "state", "sentence", "mapping")


def finish(upload: Upload) -> None:
    """The file itself is not needed any more; what became of its rows stays."""
    upload.data = b""
    keep(upload, "data")


def counted(verdicts: Iterable[Sequence[Any]]) -> dict[str, int]:
    """How many rows of each verdict."""
    return dict(Counter(str(verdict[1]) for verdict in verdicts))
