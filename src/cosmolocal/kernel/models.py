"""Rows of the kernel: this node, every operation that happened, and the state of jobs and timers."""

import uuid
from typing import TYPE_CHECKING

from django.db import models

from cosmolocal.kernel.ahead import near
from cosmolocal.kernel.columns import JsonField, LineField
from cosmolocal.kernel.evidence import kept, sealed

if TYPE_CHECKING:
    from cosmolocal.agents.models import Agent


@sealed(
    *("name", "place_name", "about", "zone", "language", "currency", "practices", "setup_digest", "is_demo"),
    "ready_at",
)
class Node(models.Model):
    """This local's settings; exactly one row. Read it through `kernel.node.current()`."""

    name = LineField(max_length=120)
    place_name = LineField(max_length=120, blank=True)
    about = models.TextField(blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=12, default="en")
    currency = models.CharField(max_length=3, default="EUR")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    practices = JsonField(most=2_000, default=list)
    setup_digest = models.CharField(max_length=64, blank=True)
    is_demo = models.BooleanField(default=False)
    ready_at = models.DateTimeField(null=True)

    @property
    def place(self) -> str:
        """Where it is, in words: what stands under the name on each page."""
        return self.place_name

    @property
    def initial(self) -> str:
        """The letter in the round mark."""
        return self.name[:1]


@kept(free=("result",), check="OLD.result IS NULL AND NEW.result IS NOT NULL")
@sealed("code", "by", "on_behalf_of", "at", "key", "fingerprint", "result", noted=False)
class Operation(models.Model):
    """One thing a person or the system did: audit trail, retry safety and provenance in one row. Never deleted."""

    code = models.CharField(max_length=60)
    by: "models.ForeignKey[Agent, Agent]" = models.ForeignKey(
        "agents.Agent", models.PROTECT, related_name="+", db_index=False
    )
    on_behalf_of: "models.ForeignKey[Agent | None, Agent | None]" = models.ForeignKey(
        "agents.Agent", models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=32)
    result = JsonField(most=4_000_000, null=True)  # written once, when it ends; JSON's null: it gives nothing

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "code", "key"], name="operation_once")]
        indexes = [
            models.Index(fields=["at"], name="operation_at"),
            # The newest deeds of somebody, for somebody, of a kind: at the same price in any year.
            models.Index(fields=["by", "at"], name="operation_by_at"),
            models.Index(
                fields=["on_behalf_of", "at"], condition=models.Q(on_behalf_of__isnull=False), name="operation_for_at"
            ),
            models.Index(fields=["code", "at"], name="operation_code_at"),
        ]


class Written(models.Model):
    """A row that was written since it was sealed, by which operation: triggers note it, sealing takes it away.

    `operation_id` 0: by an upgrade of the node; null: past every operation, which is never sealed.
    """

    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    operation_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "row_id"], name="written_once")]


@kept()
class Seal(models.Model):
    """One link of the chain: every operation up to `upto`, and every row written meanwhile, signed by the node.

    `root`: Merkle root over the operations (each with its events), then the rows; `prints`: the beginning of each
    operation's hash, so that a later look names the one that was changed; `forms`: table -> what of its rows is sealed;
    `upgrade`: `versions` (app -> last change of its tables in the program that sealed), `open` (tables of which rows
    that an upgrade noted still wait) and `rows` (how many such rows were not as they had been sealed).
    """

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    upto = models.BigIntegerField()
    operations = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)  # digest of the link before
    prints = models.BinaryField()
    forms = JsonField(most=1_000_000, default=dict)
    upgrade = JsonField(most=100_000, default=dict)
    key = models.CharField(max_length=64)  # the node's public key, Ed25519, hex
    signature = models.CharField(max_length=128)


@kept(free=("salt",), check="NEW.salt IS NULL")
class SealedRow(models.Model):
    """One row as it was when it was sealed. `print` null: it was gone; `salt`: thrown away with a personal text."""

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="sealed")
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    operation_id = models.BigIntegerField()
    print = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "row_id", "id"], name="sealed_row")]


class Progress(models.Model):
    """Where a long piece of work is, so that a page can show it and survive being left."""

    kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="waiting")  # waiting, running, done, refused, failed
    sentence = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="progress_once")]


class Errand(models.Model):
    """Long work that somebody asked for on a page: who, what, how it ended, the file it made. Goes after some days."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60)
    args = JsonField(most=1_000_000, default=list)
    made_by_id = models.BigIntegerField()
    mark = models.CharField(max_length=64, blank=True)  # that this node was asked so: `errands`
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)  # in the language of who asked
    language = models.CharField(max_length=12)
    back = models.CharField(max_length=200)  # path of the page it was asked for on
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sentence = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)  # path of the page it leads to
    file_name = models.CharField(max_length=200, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["made_by_id", "key"], name="errand_once")]
        indexes = [models.Index(fields=["made_by_id", "code", "at"], name="errand_of_person")]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.REFUSED, self.State.FAILED)


class JobTrouble(models.Model):
    """A job that was given up, or refused: it stands on the steward's list until somebody looks at it."""

    name = models.CharField(max_length=80)
    args = JsonField(most=1_000_000, default=list)
    key = models.CharField(max_length=80)
    mark = models.CharField(max_length=64, blank=True)  # that this node was asked so: `jobs`
    code = models.CharField(max_length=80, blank=True)
    sentence = models.TextField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)


@near("at", goes=True)
class WorkerBeat(models.Model):
    """A living job worker's last sign of life; jobs of a silent worker are taken back."""

    worker = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()


@near("at", goes=True)
class TimerRun(models.Model):
    """When a timer last ran."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
