"""A place and a window where goods change hands; which crate is whose, how far it is, what came and what was lost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import titled
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel.evidence import kept, sealed


@sealed("place", "begins", "ends", "state", "may_tick_unweighed")
class Handover(models.Model):
    """Goods due at `place` from `begins` on: every commitment with that place and due moment belongs to it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RECEIVING = "receiving", _("goods arrive")
        PACKING = "packing", _("being packed")
        OPEN = "open", _("open for collecting")
        CLOSED = "closed", _("closed")

    place = models.ForeignKey(Place, models.PROTECT, related_name="handovers")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    may_tick_unweighed = models.BooleanField(default=False)  # what is paid by weight may be ticked without a weight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "begins"], name="handover_once")]

    def __str__(self) -> str:
        return f"{self.place}, {self.begins:%Y-%m-%d}"


@titled(_("Crates"))
class Crate(models.Model):
    """What one receiver gets at one hand-over, whatever practice promised it."""

    class State(models.TextChoices):
        TO_PACK = "to_pack", _("to pack")
        PACKED = "packed", _("packed")
        COLLECTED = "collected", _("collected")
        LEFT = "left", _("not collected")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="crates", db_index=False)  # `crate_number_once`
    receiver = models.ForeignKey(Agent, models.PROTECT, related_name="crates")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_PACK)
    packer = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    collected_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "receiver"], name="one_crate_each"),
            models.UniqueConstraint(fields=["handover", "number"], name="crate_number_once"),
        ]

    def __str__(self) -> str:
        return str(self.number)


@titled(_("What was packed"))
class Packed(models.Model):
    """A line that went into a crate: what was asked, what the scale said, from which lot."""

    commitment = models.OneToOneField("flows.Commitment", models.PROTECT, related_name="packed")
    crate = models.ForeignKey(Crate, models.PROTECT, related_name="lines")
    lot = models.ForeignKey("flows.EconomicResource", models.PROTECT, null=True, related_name="+", db_index=False)
    asked = models.BigIntegerField()  # base units
    quantity = models.BigIntegerField()  # base units; 0: missing
    reason = models.CharField(max_length=40, blank=True)  # why it is less: "short", "spoiled", ...
    on_paper = models.BooleanField(default=False)  # written on a sheet first, and keyed in from it
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


@titled(_("What was brought"))
@kept(free=("event", "received", "accepted", "reason"))
@sealed(
    *("handover", "producer", "specification", "commitment", "lot", "event", "promised", "received", "accepted", "by"),
    *("reason", "at"),
)
class Receipt(models.Model):
    """What a producer brought against one promise: counted or weighed once, with the lot it became."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="receipts", db_index=False)
    producer = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    specification = models.ForeignKey("flows.ResourceSpecification", models.PROTECT, related_name="+")
    commitment = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+")  # null: not ordered
    lot = models.ForeignKey("flows.EconomicResource", models.PROTECT, related_name="+")
    event = models.ForeignKey("flows.EconomicEvent", models.PROTECT, null=True, related_name="+")  # null: nothing came
    promised = models.BigIntegerField(default=0)
    received = models.BigIntegerField()  # base units on the scale
    accepted = models.BigIntegerField()  # base units that are paid for
    reason = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(received__gte=0) & Q(accepted__gte=0), name="receipt_not_negative"),
        ]
        indexes = [models.Index(fields=["handover", "specification"], name="receipt_of_goods")]


@kept()
@sealed("handover", "lot", "receipt", "promise", "quantity", "reason", "borne_by", "by", "at")
class Loss(models.Model):
    """Goods of a lot that spoiled, broke or went missing here; who bears it stood in the terms that were agreed."""

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="losses")
    lot = models.ForeignKey("flows.EconomicResource", models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="losses")
    promise = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+")  # nothing had come yet
    quantity = models.BigIntegerField()  # base units
    reason = models.CharField(max_length=40)
    borne_by = models.CharField(max_length=8)  # local, producer
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="loss_positive")]
