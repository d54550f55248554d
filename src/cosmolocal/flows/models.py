"""Valueflows 1.0 as tables: what exists, what is promised, what happened (see docs/concepts.md)."""

from typing import overload

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import titled
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel.columns import JsonField, LineField
from cosmolocal.kernel.evidence import kept, sealed
from cosmolocal.kernel.models import Operation


@sealed("code", "label", "symbol", "decimals", "dimension", "external_code")
class Unit(models.Model):
    """How something is counted; `decimals` says what one integer of it means (kg with 3: grams)."""

    code = models.CharField(max_length=20, unique=True)  # "kg", "piece", "l", "min", "CNY"
    label = models.CharField(max_length=60)
    symbol = models.CharField(max_length=12)
    decimals = models.PositiveSmallIntegerField(default=0)
    dimension = models.CharField(max_length=12)  # mass, count, volume, time, energy, money, length
    external_code = models.CharField(max_length=20, blank=True)  # UN/ECE Recommendation 20 or ISO 4217

    def __str__(self) -> str:
        return self.code


@sealed("name", "unit", "effort_unit", "substitutable", "medium_of_exchange")
class ResourceSpecification(models.Model):
    """What kind of thing: pak choi of this farm, an hour of help, a currency."""

    name = LineField(max_length=160)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    effort_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    classifications = JsonField(most=10_000, default=list, blank=True)
    substitutable = models.BooleanField(default=False)
    medium_of_exchange = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


@titled(_("Stocks and accounts"))
@sealed("conforms_to", "primary_accountable", "floor", "lot", "expires_on")
class EconomicResource(models.Model):
    """A lot, a stock, a thing, an account. Quantities change by events only; `floor` null: may fall freely."""

    conforms_to = models.ForeignKey(ResourceSpecification, models.PROTECT, related_name="resources")
    name = LineField(max_length=160, blank=True)
    primary_accountable = models.ForeignKey(Agent, models.PROTECT, related_name="resources")
    location = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    contained_in = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="contents")
    stage = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=40, blank=True)
    lot = LineField(max_length=60, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    tracking_identifier = LineField(max_length=80, blank=True)
    accounting_quantity = models.BigIntegerField(default=0)
    onhand_quantity = models.BigIntegerField(default=0)
    promised_quantity = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True, default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(promised_quantity__gte=0), name="promised_not_negative")]

    def __str__(self) -> str:
        return self.name or self.lot or f"#{self.pk}"


class ProcessSpecification(models.TextChoices):
    """What can be done to goods; the code is also the stage of what comes out."""

    GROW = "grow", _("grown or made")
    SPLIT = "split", _("divided")
    MIX = "mix", _("put together")
    REPACK = "repack", _("packed anew")
    PACK = "pack", _("packed")


@kept()
@sealed("based_on", "at", "day", "place", "certificate", "operation")
class Process(models.Model):
    """Something done to resources: grown on a field, a cheese cut, two lots put into one bin; never changed (triggers).

    `at` is when it was written down, `day` the day it was done where that is known, `place` where. Who: its operation.
    """

    based_on = models.CharField(max_length=20, choices=ProcessSpecification.choices)
    at = models.DateTimeField()
    day = models.DateField(null=True, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    certificate = LineField(max_length=120, blank=True)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+", db_index=False)


class Agreement(models.Model):
    """What two sides agreed; commitments are its clauses."""

    name = LineField(max_length=160, blank=True)
    at = models.DateTimeField()


class Proposal(models.Model):
    """An offer or a request, published for a while; its intents say what of."""

    class Purpose(models.TextChoices):
        OFFER = "offer"
        REQUEST = "request"

    name = LineField(max_length=160, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="proposals")
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)
    unit_based = models.BooleanField(default=False)


@titled(_("What was offered or asked for"))
class Intent(models.Model):
    """What somebody would give or take. `available_quantity` null: unlimited, still counted."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, blank=True, related_name="publishes")
    is_reciprocal = models.BooleanField(default=False)
    action = models.CharField(max_length=20)
    provider = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="+")
    receiver = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="+")
    specification = models.ForeignKey(ResourceSpecification, models.PROTECT, related_name="intents")
    resource = models.ForeignKey(EconomicResource, models.PROTECT, null=True, blank=True, related_name="intents")
    available_quantity = models.BigIntegerField(null=True, blank=True)
    promised_quantity = models.BigIntegerField(default=0)
    finished = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(promised_quantity__gte=0), name="intent_promised_positive")]


@titled(_("What was promised"))
@sealed(
    *("agreement", "action", "provider", "receiver", "specification", "resource", "quantity", "begins", "ends"),
    "finished",
    when="{row}.begins IS NOT NULL",
)
class Commitment(models.Model):
    """What was promised; no effect on stocks. The promise lies on `resource` once it is set, else on `satisfies`.

    `quantity` is of the goods; of effort (the kind's effort unit) where the action promises effort: `use` and `work`,
    which leave the thing as much as it was, so that nothing of them lies on `resource`.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, blank=True, related_name="commitments")
    is_reciprocal = models.BooleanField(default=False)
    action = models.CharField(max_length=20)
    provider = models.ForeignKey(Agent, models.PROTECT, related_name="commitments_given", db_index=False)
    receiver = models.ForeignKey(Agent, models.PROTECT, related_name="commitments_received", db_index=False)
    specification = models.ForeignKey(ResourceSpecification, models.PROTECT, related_name="commitments", db_index=False)
    resource = models.ForeignKey(
        EconomicResource, models.PROTECT, null=True, blank=True, related_name="commitments", db_index=False
    )
    to_resource = models.ForeignKey(
        EconomicResource, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    satisfies = models.ForeignKey(
        Intent, models.PROTECT, null=True, blank=True, related_name="satisfied_by", db_index=False
    )
    quantity = models.BigIntegerField()
    fulfilled_quantity = models.BigIntegerField(default=0)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    due = models.DateTimeField(null=True, blank=True)  # when the window begins
    # A time that belongs to this promise alone, half-open: nobody else has `resource` in it while it is not finished.
    # What refuses a second one is `operations.promises`; PostgreSQL has an exclusion constraint besides.
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)
    output_of = models.ForeignKey(Process, models.PROTECT, null=True, related_name="+", db_index=False)  # packed in it
    finished = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="commitment_not_negative"),
            models.CheckConstraint(
                condition=Q(begins__isnull=True, ends__isnull=True) | Q(begins__lt=F("ends")),
                name="commitment_begins_before_it_ends",
            ),
        ]
        # What is promised at a hand-over, and for whom. The local promises or is promised nearly everything, goods are
        # the same in each round: an index by provider or goods would only lead the database through all years. By
        # receiver only what is open is asked for, and by lot what was not done: what was done, its events name.
        indexes = [
            models.Index(
                fields=["place", "due", "receiver"], condition=Q(place__isnull=False), name="commitment_due_for"
            ),
            models.Index(fields=["receiver", "due"], condition=Q(finished=False), name="commitment_open_for"),
            models.Index(
                fields=["resource"], condition=Q(fulfilled_quantity__lt=F("quantity")), name="commitment_undone_on"
            ),
            models.Index(
                fields=["resource", "ends", "begins"], condition=Q(begins__isnull=False), name="commitment_times"
            ),
        ]


@kept()
@sealed(
    *("action", "provider", "receiver", "resource", "to_resource", "specification", "quantity", "effort_quantity"),
    *("at", "value_on", "to_location", "state", "reason", "agreement", "fulfils", "input_of", "output_of", "corrects"),
    whole="operation",
    noted=False,
    later=("begins", "ends"),
)
@titled(_("What happened"))
class EconomicEvent(models.Model):
    """What happened; never changed or deleted (triggers). A null side means "outside our books"."""

    action = models.CharField(max_length=20)
    provider = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    receiver = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    resource = models.ForeignKey(EconomicResource, models.PROTECT, null=True, related_name="events", db_index=False)
    to_resource = models.ForeignKey(
        EconomicResource, models.PROTECT, null=True, related_name="events_to", db_index=False
    )
    specification = models.ForeignKey(ResourceSpecification, models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField(default=0)
    effort_quantity = models.BigIntegerField(null=True)
    begins = models.DateTimeField(null=True)  # how long it went on, where that is known
    ends = models.DateTimeField(null=True)
    at = models.DateTimeField()  # has point in time, always in an open month; when it was typed is operation.at
    value_on = models.DateField(null=True)  # the true date, where its month was already closed
    to_location = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)  # a code such as "spoiled", "count", never personal text
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="events", db_index=False)
    fulfils = models.ForeignKey(Commitment, models.PROTECT, null=True, related_name="fulfilled_by", db_index=False)
    input_of = models.ForeignKey(Process, models.PROTECT, null=True, related_name="inputs", db_index=False)
    output_of = models.ForeignKey(Process, models.PROTECT, null=True, related_name="outputs", db_index=False)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by", db_index=False)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="events")

    class Meta:
        # Only a reversal counts backwards; it repeats the event that it takes back.
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0) | Q(corrects__isnull=False), name="event_quantity_not_negative"
            )
        ]
        indexes = [
            # What happened on an account since a day, at the same price in any year.
            models.Index(fields=["resource", "at"], name="event_resource_at"),
            # Most events name none of these, and an index of nothing costs as much to write as one of something.
            models.Index(fields=["to_resource", "at"], condition=Q(to_resource__isnull=False), name="event_into_at"),
            # Under which agreement money went to an account; goods are asked for by their promises.
            models.Index(
                fields=["agreement"],
                condition=Q(agreement__isnull=False, to_resource__isnull=False),
                name="event_agreement",
            ),
            models.Index(fields=["fulfils"], condition=Q(fulfils__isnull=False), name="event_fulfils"),
            models.Index(fields=["input_of"], condition=Q(input_of__isnull=False), name="event_input_of"),
            models.Index(fields=["output_of"], condition=Q(output_of__isnull=False), name="event_output_of"),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="event_corrects"),
        ]


@overload
def row_id(row: models.Model | int) -> int: ...
@overload
def row_id(row: models.Model | int | None) -> int | None: ...
def row_id(row: models.Model | int | None) -> int | None:
    """The id of a row, given as a row or as its id."""
    return row.pk if isinstance(row, models.Model) else row
