"""A list of goods sent in by browser, step by step: kept, read, names decided, begun, taken over batch by batch."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Agent
from cosmolocal.catalog.intake.names import Names
from cosmolocal.catalog.intake.rows import Row
from cosmolocal.catalog.operations.imports import import_rows
from cosmolocal.kernel import jobs
from cosmolocal.kernel.models import Progress
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.models import Upload
from cosmolocal.paper.tables import LARGEST_BYTES
from cosmolocal.paper.uploads import add_upload, finish, keep, keep_verdicts, require_own

KIND = "products"
PROGRESS = "catalog.import"
AT_ONCE_BYTES = 40_000  # a smaller file is read while the person waits; a larger one by a job
State = Upload.State


@operation("catalog.receive_upload", said=gettext_lazy("gave in a file of products"))
def receive_upload(*, by: Agent, name: str, data: bytes, key: str = "") -> Upload:
    """Keeps a list of goods; one that is large is read by a job. Refuses with agents.not_allowed, paper.too_large."""
    agents_policy.permit(by, agents_policy.STEWARD)
    if len(data) > LARGEST_BYTES:
        raise Refusal(
            "paper.too_large",
            _("This file is larger than 10 MB. Take out pictures, or send it in several parts."),
            "file",
        )
    upload = add_upload(KIND, name, data)
    if len(data) > AT_ONCE_BYTES:
        jobs.announce("catalog.check_upload", upload.pk, by.pk)
    return upload


@operation("catalog.keep_check", said=gettext_lazy("checked a list of products"))
def keep_check(
    *,
    by: Agent,
    upload: Upload,
    verdicts: Sequence[Sequence[Any]],
    mapping: Mapping[str, Any],
    sentence: str = "",
    key: str = "",
) -> Upload:
    """What would become of each row; `sentence`: why the file as a whole cannot be read.

    `mapping` holds the names decided so far and, under "unknown", those that nobody has decided about.
    Refuses with agents.not_allowed, catalog.upload_is_over, paper.not_as_sent.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    upload = _locked(upload, State.READ)
    upload.mapping = dict(mapping)
    state = State.REFUSED if sentence else State.MAPPED if mapping.get("unknown") else State.CHECKED
    keep_verdicts(upload, verdicts, state, sentence)
    if state == State.REFUSED:
        finish(upload)
    return upload


@operation("catalog.choose_names", said=gettext_lazy("chose names for a list of products"))
def choose_names(*, by: Agent, upload: Upload, names: Names, key: str = "") -> Upload:
    """What the names in a file mean, and what part of a price the producer gets; the file is then read again.

    Refuses with agents.not_allowed, catalog.upload_is_over, paper.not_as_sent, catalog.share_out_of_range.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    upload = _locked(upload, State.MAPPED, State.CHECKED)
    if not 0 <= names.producer_share_bp <= 10_000:
        raise Refusal("catalog.share_out_of_range", _("A share lies between 0 and 100 per cent."), "producer_share")
    upload.mapping = {**upload.mapping, **names.plain(), "decided": True}
    upload.state = State.READ
    keep(upload, "mapping", "state")
    if len(upload.data) > AT_ONCE_BYTES:
        jobs.announce("catalog.check_upload", upload.pk, by.pk)
    return upload


@operation("catalog.start_import", said=gettext_lazy("had products brought in"))
def start_import(*, by: Agent, upload: Upload, key: str = "") -> Upload:
    """The rows are taken over by a job from now on; refused ones are left out.

    Refuses with agents.not_allowed, catalog.upload_is_over, paper.not_as_sent.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    upload = _locked(upload, State.MAPPED, State.CHECKED)
    upload.state = State.IMPORTING
    keep(upload, "state")
    _note(upload, "waiting", 0, sum(upload.counts.values()))
    jobs.announce("catalog.import_upload", upload.pk, by.pk)
    return upload


@operation("catalog.import_batch", said=gettext_lazy("brought products in"))
def import_batch(
    *,
    by: Agent,
    upload: Upload,
    rows: Sequence[Row],
    shared: Sequence[tuple[str, str]],
    done: int,
    key: str = "",
) -> list[str]:
    """Takes over one batch of an upload, `done` rows after it; answers as `import_rows`. Refuses as that does."""
    verdicts = import_rows(by=by, rows=rows, names=Names.from_mapping(upload.mapping), shared=shared)
    _note(upload, "running", done, sum(upload.counts.values()))
    return verdicts


@operation("catalog.end_import", said=gettext_lazy("finished a list of products"))
def end_import(
    *, by: Agent, upload: Upload, verdicts: Sequence[Sequence[Any]], sentence: str = "", key: str = ""
) -> Upload:
    """Every row has its verdict; the file itself goes. `sentence`: why the import ended early."""
    agents_policy.permit(by, agents_policy.STEWARD)
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    keep_verdicts(upload, verdicts, State.REFUSED if sentence else State.DONE, sentence)
    finish(upload)
    _note(upload, "refused" if sentence else "done", len(verdicts), len(verdicts), sentence)
    return upload


@operation("catalog.drop_upload", said=gettext_lazy("dropped a file of products"))
def drop_upload(*, by: Agent, upload: Upload, key: str = "") -> None:
    """Nothing of this file is wanted. Refuses with agents.not_allowed, catalog.upload_is_over."""
    agents_policy.permit(by, agents_policy.STEWARD)
    _there(upload, State.READ, State.MAPPED, State.CHECKED, State.REFUSED).delete()


def _locked(upload: Upload, *states: str) -> Upload:
    found = _there(upload, *states)
    require_own(found)
    return found


def _there(upload: Upload, *states: str) -> Upload:
    found = Upload.objects.select_for_update().filter(pk=upload.pk, kind=KIND, state__in=states).first()
    if found is None:
        raise Refusal(
            "catalog.upload_is_over",
            _("This file is being taken over already, or it is gone. Look at the list of files."),
        )
    return found


def _note(upload: Upload, state: str, done: int, total: int, sentence: str = "") -> None:
    """Where the import is, for the page."""
    Progress.objects.update_or_create(
        kind=PROGRESS,
        subject_id=upload.pk,
        defaults={"state": state, "done": done, "total": total, "sentence": sentence, "changed_at": running().at},
    )
