"""A thing that is booked in time, the terms it is lent on, who has it when, and what was seen of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import names, titled
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel.columns import LineField
from cosmolocal.kernel.evidence import kept, sealed
from cosmolocal.paper.models import Picture


@titled(_("Things that are yours"))
@sealed("practice", "resource", "holder", "kind", "name", "place", "state")
class Thing(models.Model):
    """Something that one has to herself for a time. `holder`: whose it is; `practice`: whose pages show it."""

    class Kind(models.TextChoices):
        BIKE = "bike", _("cargo bike")
        CAR = "car", _("car or van")
        TRAILER = "trailer", _("trailer")
        MACHINE = "machine", _("machine")
        TOOL = "tool", _("tool")
        TENT = "tent", _("tent")
        ROOM = "room", _("room")

    class State(models.TextChoices):
        READY = "ready", _("can be booked")
        MISSING = "missing", _("not found at the inventory")
        SOLD = "sold", _("sold or given away")
        WORN = "worn", _("worn out")
        LOST = "lost", _("lost")
        LEFT = "left", _("went with its owner")

    GONE = (State.SOLD, State.WORN, State.LOST, State.LEFT)
    METERED = (Kind.BIKE, Kind.CAR, Kind.TRAILER)

    practice = models.CharField(max_length=20)
    resource = models.OneToOneField("flows.EconomicResource", models.PROTECT, related_name="+")
    holder = models.ForeignKey(Agent, models.PROTECT, related_name="things")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = LineField(max_length=120)
    about = models.TextField(blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    code = LineField(max_length=40, blank=True)  # of its lock; only who has it then reads it
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)

    def __str__(self) -> str:
        return self.name

    @property
    def has_meter(self) -> bool:
        """Whether kilometres mean anything for it."""
        return self.kind in self.METERED


@kept()
@sealed(
    *("thing", "who", "circle", "introduced", "by_hour", "by_day", "by_km", "deposit", "owner_bp", "by", "at"),
    *("notice_minutes", "longest_minutes", "ahead_days", "rest_minutes"),
)
class Terms(models.Model):
    """Who may book a thing, when, at which price; the newest row holds, and a booking keeps the one it was made on.

    Money is in minor units of the local's currency. `owner_bp`: the owner's share of the income, in hundredths of a
    percent.
    """

    class Who(models.TextChoices):
        MEMBERS = "members", _("all members")
        CIRCLE = "circle", _("people of one circle")
        HOUSEHOLDS = "homes", _("households, no organisations")

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="terms")
    who = models.CharField(max_length=8, choices=Who.choices, default=Who.MEMBERS)
    circle = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)
    introduced = models.BooleanField(default=False)  # only who was shown how, with a licence where one is needed
    notice_minutes = models.PositiveIntegerField(default=0)
    longest_minutes = models.PositiveIntegerField(default=7 * 24 * 60)
    ahead_days = models.PositiveIntegerField(default=90)
    rest_minutes = models.PositiveIntegerField(default=0)
    by_hour = models.BigIntegerField(default=0)
    by_day = models.BigIntegerField(default=0)
    by_km = models.BigIntegerField(default=0)
    deposit = models.BigIntegerField(default=0)
    owner_bp = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by_hour__gte=0, by_day__gte=0, by_km__gte=0, deposit__gte=0, owner_bp__lte=10_000),
                name="terms_not_negative",
            )
        ]


@sealed("practice", "who", "longest_minutes")
class UsualTerms(models.Model):
    """What a new thing of a practice starts from; one row a practice, none where nobody chose."""

    practice = models.CharField(max_length=20)
    who = models.CharField(max_length=8, choices=Terms.Who.choices, default=Terms.Who.MEMBERS)
    longest_minutes = models.PositiveIntegerField(default=7 * 24 * 60)


@titled(_("Things you were introduced to"))
@kept(free=("since", "until", "made_by"))
@sealed("thing", "agent", "since", "until", "made_by")
class Introduction(models.Model):
    """Somebody was shown how a thing is used, and may use it until that day. `since` empty: she has asked for it."""

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="introductions")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="introductions")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    made_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)


@titled(_("What you booked"))
@sealed(
    *("thing", "commitment", "agreement", "agent", "household", "terms", "purpose", "state", "held_until", "km"),
    *("payment", "charged", "made_by"),
)
class Booking(models.Model):
    """Who has a thing when: its time is that of its commitment. Several of one deed share their agreement."""

    class Purpose(models.TextChoices):
        USE = "use", _("use")
        REPAIR = "repair", _("repair")

    class State(models.TextChoices):
        HELD = "held", _("held for a while")
        BOOKED = "booked", _("booked")
        OUT = "out", _("picked up")
        BACK = "back", _("given back")
        CANCELLED = "off", _("cancelled")
        LOST = "lost", _("never came back")
        MISSED = "missed", _("not fetched")

    COMING = (State.HELD, State.BOOKED)

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="bookings")
    commitment = models.OneToOneField("flows.Commitment", models.PROTECT, related_name="+")
    agreement = models.ForeignKey("flows.Agreement", models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="bookings")  # the person who uses it
    household = models.ForeignKey(Agent, models.PROTECT, related_name="bookings_paid")  # whose account it is
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=6, choices=Purpose.choices, default=Purpose.USE)
    state = models.CharField(max_length=6, choices=State.choices, default=State.BOOKED)
    held_until = models.DateTimeField(null=True)
    km = models.PositiveIntegerField(default=0)  # as far as she thinks; charged is what the meter says
    payment = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+", db_index=False)
    charged = models.BigIntegerField(null=True)  # minor units, once it is back
    words = LineField(max_length=160, blank=True)
    made_by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=["held", "booked", "out"]), name="bookings_open")
        ]


@titled(_("How things were when you had them"))
@kept()
@sealed("thing", "booking", "what", "at", "meter", "state", "by", "event")
class Report(models.Model):
    """What was seen of a thing when it was picked up, given back or counted; `meter`: its kilometres."""

    class What(models.TextChoices):
        OUT = "out", _("picked up")
        BACK = "back", _("given back")
        COUNT = "count", _("inventory")

    class State(models.TextChoices):
        GOOD = "good", _("all is well")
        DIRTY = "dirty", _("dirty or something is missing")
        DAMAGED = "damaged", _("damaged, but can be used")
        BROKEN = "broken", _("cannot be used any more")
        MISSING = "missing", _("not there")

    thing = models.ForeignKey(Thing, models.PROTECT, related_name="seen")
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, related_name="reports")
    what = models.CharField(max_length=6, choices=What.choices)
    at = models.DateTimeField()
    meter = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GOOD)
    words = models.CharField(max_length=500, blank=True)
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey("flows.EconomicEvent", models.PROTECT, null=True, related_name="+", db_index=False)


@titled(_("Damages"))
@names(did=("closed_by",))
@kept(free=("amount", "closed_at", "closed_by"))
@sealed("booking", "amount", "closed_at", "closed_by")
class Damage(models.Model):
    """A quiet case: who had the thing, whose it is, and a steward say what was, and what is paid for it."""

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="damage")
    amount = models.BigIntegerField(null=True)  # minor units, once it is closed
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)


@titled(_("What was said about damages"))
@kept(free=("words",))
@sealed("damage", "by", "at", personal=("words",))
class DamageWord(models.Model):
    """What one of them said."""

    damage = models.ForeignKey(Damage, models.PROTECT, related_name="said")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    words = models.CharField(max_length=1000)
