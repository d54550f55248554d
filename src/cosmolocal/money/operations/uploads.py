"""A file of opening books on its way: kept, mapped, judged, taken over; where the work is stands in Progress."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.models import Progress
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.opening import columns, judging
from cosmolocal.money.operations.opening import check_balances
from cosmolocal.paper.models import Upload
from cosmolocal.paper.uploads import add_upload, keep, require_own

KIND = "money.opening_books"


@dataclass(frozen=True)
class Head:
    """What the page that asks what columns mean shows of a file: titles, the first rows, and how many there are."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int


@dataclass(frozen=True)
class Judgement:
    """What a dry run found: `[row, verdict, what, sentence]` a row, how many of each, sums in minor units; `odd`: what
    is out of proportion, `[row, who, sentence]`; `changes`: how many amounts.
    """

    verdicts: Sequence[Sequence[object]]
    counts: Mapping[str, int]
    boxes: int
    accounts: int
    odd: Sequence[Sequence[object]] = ()
    changes: int = 0


@operation("money.keep_file", said=gettext_lazy("gave in a file of opening books"))
def keep_file(*, by: Agent, name: str, data: bytes, on: date, head: Head, key: str = "") -> Upload:
    """Keeps a file of opening books, with its guessed columns and the day on which the books begin."""
    policy.permit_house(by)
    mapping = {"columns": columns.guess(head.header), "on": on.isoformat(), "head": asdict(head)}
    return add_upload(KIND, name, data, mapping=mapping)


@operation("money.map_file", said=gettext_lazy("said what the columns of a file mean"))
def map_file(*, by: Agent, upload: Upload, mapping: Mapping[str, int], judgement: Judgement, key: str = "") -> Upload:
    """Keeps which column means what, and what the dry run with it found.

    Refuses: money.file_taken, paper.not_as_sent.
    """
    kept = _open(by, upload)
    kept.mapping = {**kept.mapping, "columns": dict(mapping), "judged_by": by.pk}
    kept.verdicts = [list(row) for row in judgement.verdicts]
    sums = {"boxes": judgement.boxes, "accounts": judgement.accounts}
    odd = [list(one) for one in judgement.odd]
    kept.counts = {**judgement.counts, **sums, "odd": odd, "changes": judgement.changes}
    kept.state = Upload.State.CHECKED
    keep(kept, "mapping", "verdicts", "counts", "state")
    return kept


@operation("money.take_file_over", said=gettext_lazy("had opening books brought in"))
def take_file_over(*, by: Agent, upload: Upload, accept_difference: bool, key: str = "") -> Upload:
    """Begins the taking over in the background.

    Refuses: money.file_taken, paper.not_as_sent, money.sums_differ, money.none_read, and what `check_take_over`
    refuses.
    """
    kept = _open(by, upload)
    check_take_over(by, kept)
    if sentence := judging.none_read(kept.verdicts):
        raise Refusal("money.none_read", sentence)
    if kept.counts.get("boxes") != kept.counts.get("accounts") and not accept_difference:
        raise Refusal(
            "money.sums_differ",
            _("The sums do not agree. Correct the file, or choose to book the difference."),
            field="accept",
        )
    kept.mapping = {**kept.mapping, "accept": accept_difference, "by": by.pk}
    kept.state = Upload.State.IMPORTING
    keep(kept, "mapping", "state")
    Progress.objects.update_or_create(
        kind=KIND,
        subject_id=kept.pk,
        defaults={"done": 0, "total": len(kept.verdicts), "state": "waiting", "changed_at": running().at},
    )
    announce("money.take_file_over", kept.pk)
    return kept


@operation("money.note_progress", said=gettext_lazy("noted how far a file is"), fact=True)
def note_progress(*, by: Agent, upload: Upload, done: int, state: str, sentence: str = "", key: str = "") -> None:
    """Says how far the taking over is: `state` running, done or refused; at the end the file's bytes are let go."""
    policy.permit_house(by)
    Progress.objects.filter(kind=KIND, subject_id=upload.pk).update(
        done=done, state=state, sentence=sentence, changed_at=running().at
    )
    if state in ("done", "refused"):
        Upload.objects.filter(pk=upload.pk).update(state=state, sentence=sentence, data=b"")


def check_take_over(by: Agent, kept: Upload) -> None:
    """May she take this file over as it was looked at? Asked by the page too, before it shows the button.

    Refuses: money.looked_at_by_another, agents.not_allowed, agents.right_too_new, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    if kept.counts.get("changes"):
        check_balances(by, queries.default_currency())
    if kept.mapping.get("judged_by") != by.pk:
        raise Refusal(
            "money.looked_at_by_another",
            _("Somebody else looked at this file, and other rows may be left out for you. Open “Columns” and look."),
        )


def require_open(by: Agent, upload: Upload) -> None:
    """Before the rows of a kept file are read. Refuses: agents.not_allowed, money.file_taken, paper.not_as_sent."""
    policy.permit_house(by)
    if upload.state not in (Upload.State.READ, Upload.State.MAPPED, Upload.State.CHECKED):
        raise Refusal("money.file_taken", _("This file is being taken over or done with. Send a new one."))
    require_own(upload)


def _open(by: Agent, upload: Upload) -> Upload:
    kept = Upload.objects.select_for_update().get(pk=upload.pk)
    require_open(by, kept)
    return kept
