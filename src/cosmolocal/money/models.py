"""Currencies and accounts as flows: which kinds of money there are, whose account is which resource, who pays whom."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import names, titled
from cosmolocal.agents.models import Agent, Approval, Place
from cosmolocal.kernel.columns import LineField
from cosmolocal.kernel.evidence import kept, sealed
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.sets import among
from cosmolocal.money.words import FUND_LABELS


@kept(free=("code", "decimals", "cash_step", "start_floor", "warn_below", "agreed_by", "agreed_needed"))
@sealed(
    *("code", "kind", "specification", "money", "decimals", "cash_step", "start_floor", "warn_below", "agreed_by"),
    "agreed_needed",
)
class Currency(models.Model):
    """A medium of exchange and its policy. National: `specification` is what the local owes, `money` what it has."""

    class Kind(models.TextChoices):
        NATIONAL = "national", _("national currency")

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.NATIONAL)
    specification = models.OneToOneField("flows.ResourceSpecification", models.PROTECT, related_name="currency")
    money = models.OneToOneField("flows.ResourceSpecification", models.PROTECT, null=True, related_name="money_of")
    decimals = models.PositiveSmallIntegerField(default=2)
    cash_step = models.PositiveIntegerField(default=1)  # smallest coin in minor units (5: 0.05)
    start_floor = models.BigIntegerField(default=0)  # floor of a member's account when opened; below 0: credit
    warn_below = models.BigIntegerField(default=0)  # a friendly word when a member's balance falls under it
    # The circle of which `agreed_needed` people say yes to payments out; null: another treasurer does.
    agreed_by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_needed = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class AccountQuerySet(models.QuerySet["Account"]):
    def open(self) -> "AccountQuerySet":
        """Accounts that still take part."""
        return self.filter(closed_at=None)

    def held_by(self, holders: Iterable[Agent | int]) -> "AccountQuerySet":
        """Accounts of these households, organisations, producers."""
        return self.filter(holder__in=among(holder if isinstance(holder, int) else holder.pk for holder in holders))

    def labelled(self) -> "AccountQuerySet":
        """With what a list needs to name an account and say how it stands: one statement."""
        return self.select_related("holder", "currency", "resource")


@titled(_("Accounts"))
@kept(free=("holder", "code", "name", "warn_below", "closed_at"))
@sealed("resource", "currency", "holder", "kind", "code", "warn_below", "closed_at", personal=("name",))
class Account(models.Model):
    """Whose account a resource is. Balance = accounting quantity: above 0 the local owes the holder."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("member")  # a household, a restaurant, a person
        PRODUCER = "producer", _("producer")
        FUND = "fund", _("fund")
        ROUND = "round", _("round")
        WALK_IN = "walk_in", _("walk-in customers")

    resource = models.OneToOneField("flows.EconomicResource", models.PROTECT, related_name="account")
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="accounts")
    holder = models.ForeignKey(Agent, models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=40, blank=True)  # funds: "transport", "tax", ...; rounds: "round-<id>"
    name = LineField(max_length=120, blank=True)  # empty: the holder's, who may change or erase it
    warn_below = models.BigIntegerField(null=True, blank=True)  # null: the currency's
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "currency", "kind"],
                condition=Q(kind__in=["member", "producer", "walk_in"], closed_at=None),
                name="one_account_each",
            ),
            models.UniqueConstraint(fields=["currency", "code"], condition=~Q(code=""), name="account_code_once"),
        ]

    def __str__(self) -> str:
        """What a person reads: the fund in her language, the round's name, or the holder."""
        if self.code in FUND_LABELS:
            return str(FUND_LABELS[self.code])
        return self.name or self.holder.name


@kept(free=("name", "number", "number_deed", "bank_name", "place", "counted_at", "closed_at"))
@sealed("resource", "currency", "kind", "name", "number", "number_deed", "bank_name", "place", "closed_at")
class MoneyBox(models.Model):
    """Where real money lies: a bank account, a cash box, a till drawer, money in transit."""

    class Kind(models.TextChoices):
        BANK = "bank", _("bank account")
        CASH = "cash", _("cash box")
        DRAWER = "drawer", _("till drawer")
        TRANSIT = "transit", _("on its way")

    resource = models.OneToOneField("flows.EconomicResource", models.PROTECT, related_name="money_box")
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="boxes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = LineField(max_length=120)
    number = LineField(max_length=42, blank=True)  # IBAN or account number
    # What changed the number, where there was one before: members see it once somebody else has looked at that deed.
    number_deed = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")
    bank_name = LineField(max_length=120, blank=True)
    # Whose keepers use what lies there in coins; none: those of the whole house.
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    counted_at = models.DateTimeField(null=True, blank=True)  # up to when somebody counted what lies there
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "name"], condition=Q(closed_at=None), name="box_name_once")
        ]

    def __str__(self) -> str:
        return self.name


@titled(_("Money that was carried"))
@names(about=("carrier",))
@kept(free=("arrived", "box", "received"))
@sealed("carrier", "source", "target", "amount", "left", "arrived", "box", "received")
class Carriage(models.Model):
    """Money that somebody carries from one box to another: on its way until it is written down what arrived, and where
    (`box`: `target`, or wherever else it came).
    """

    carrier = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(MoneyBox, models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(MoneyBox, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()  # minor units that left
    left = models.ForeignKey("flows.EconomicEvent", models.PROTECT, related_name="+", db_index=False)
    arrived = models.BigIntegerField(null=True)  # minor units
    box = models.ForeignKey(MoneyBox, models.PROTECT, null=True, related_name="+", db_index=False)
    received = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="carriage_positive")]
        indexes = [models.Index(fields=["id"], condition=Q(arrived=None), name="carriage_on_its_way")]


@kept(free=("approval", "state", "dropped_by"))
@sealed("currency", "box", "name", "made_by", "made_at", "approval", "state", "dropped_by")
class PaymentList(models.Model):
    """Payments out that are made together: drawn up by one, agreed by another, then confirmed one by one."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for a second person")
        AGREED = "agreed", _("agreed")
        DONE = "done", _("paid")
        DROPPED = "dropped", _("dropped")

    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+")
    box = models.ForeignKey(MoneyBox, models.PROTECT, related_name="+")
    name = LineField(max_length=120)
    made_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    approval = models.OneToOneField(Approval, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    dropped_by = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")  # its note says why


@titled(_("Payments out"))
@kept(free=("paid_to", "commitment", "state", "paid_by", "lowered", "left"))
@sealed("list", "account", "amount", "reference", "paid_to", "commitment", "state", "paid_by", "lowered", "left")
class Payment(models.Model):
    """One line of a payment list; the promise lies on the account until the money left or the line is dropped."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        PAID = "paid", _("paid")
        RETURNED = "returned", _("came back")
        DROPPED = "dropped", _("dropped")

    list = models.ForeignKey(PaymentList, models.PROTECT, related_name="payments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="payments")
    amount = models.BigIntegerField()
    reference = LineField(max_length=140, blank=True)
    paid_to = models.CharField(max_length=32, blank=True)  # mark of the bank account that was agreed: rules.mark_of
    commitment = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    paid_by = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")  # the deed that booked it
    lowered = models.ForeignKey("flows.EconomicEvent", models.PROTECT, null=True, related_name="+")
    left = models.ForeignKey("flows.EconomicEvent", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]


@kept(free=("left", "payer", "words"))
@sealed("box", "amount", "left", "on", "booked_at", "typed_by", personal=("payer", "words"))
class Unmatched(models.Model):
    """Money that came from somebody nobody knows yet; what is `left` lies in the fund "unmatched"."""

    box = models.ForeignKey(MoneyBox, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    left = models.BigIntegerField()
    on = models.DateField()  # when the bank booked it
    booked_at = models.DateTimeField(null=True)  # when it counts in our books; later where that month was closed
    payer = LineField(max_length=120, blank=True)  # as the bank wrote it
    words = models.CharField(max_length=240, blank=True)
    typed_by = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(left__gte=0), name="unmatched_not_negative")]
        ordering = ["on", "pk"]


@titled(_("Bookings a second person looks at"))
@kept(free=("amount", "said", "state", "asked_by", "decided_by"))
@sealed("deed", "why", "holder", "box", "said", "amount", "state", "asked_by", "decided_by")
class Review(models.Model):
    """A fact that one person booked alone, out of the house or on her own account: somebody else looks at it. A deed
    that concerns several holders, or several account numbers, is a row for each, so that each yes says what it is of.
    """

    class Why(models.TextChoices):
        LEFT = "left", _("money left without a list that was agreed")
        OWN = "own", _("it is the account of who booked it")
        LENT = "lent", _("who booked it had just come in by a code or invitation of somebody else")
        NUMBER = "number", _("members pay to another account number from now on")
        OPENING = "opening", _("a file set balances while the books ran")
        BETWEEN = "between", _("one person changed who of two members pays what")
        LEVELS = "levels", _("accounts may go further down from now on")
        PRICE = "price", _("it is the price of a farm of who set it")
        TERMS = "terms", _("it is what is agreed with a farm of who wrote it, or how its goods are sold")
        TYPED = "typed", _("it came to the household or farm of who had written down that it came")
        GOODS = "goods", _("goods of her own household or farm")
        PAYS = "pays", _("she herself had set what her household pays")
        EXTRA = "extra", _("goods came that nobody had ordered, so the farm is paid for more")
        LOST = "lost", _("goods were lost here, and the farm is paid for them")
        CARRIED = "carried", _("what arrived is not what somebody carried, or only she says that it arrived")
        GIVEN = "given", _("one person gave much money back for goods at the door")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for somebody else")
        QUESTIONED = "questioned", _("a question is open")
        AGREED = "agreed", _("looked at")
        UNDONE = "undone", _("taken back")

    deed = models.ForeignKey(Operation, models.PROTECT, related_name="reviews")
    why = models.CharField(max_length=8, choices=Why.choices)
    holder = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="+")  # who got it, or whose account it is
    box = models.ForeignKey(MoneyBox, models.PROTECT, null=True, related_name="+", db_index=False)  # whose number it is
    said = models.CharField(max_length=240, blank=True)  # what was done for this holder, in words
    amount = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")  # its note: what is asked
    decided_by = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+")  # agreed, or taken back

    class Meta:
        db_table = "money_secondlook"
        indexes = [
            models.Index(fields=["deed"], condition=Q(state__in=["waiting", "questioned"]), name="second_look_open")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["deed", "why", "holder"],
                condition=Q(holder__isnull=False, state="waiting"),
                name="second_look_once",
            )
        ]


@kept(free=("words",), may_go=True)
@sealed("operation", personal=("words",))
class Note(models.Model):
    """What somebody typed to a deed (a reason, a bank reference): erasable, since events and deeds are not."""

    operation = models.OneToOneField(Operation, models.CASCADE, related_name="money_note")
    words = models.CharField(max_length=240)


@kept()
@sealed("until", "by", "at")
class MonthClose(models.Model):
    """The books up to and including `until` are closed; late facts go to the open month with their value date."""

    until = models.DateField(unique=True)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()


@kept()
class MonthEnd(models.Model):
    """A closed month whose balances are written down: those of just before the moment `before`."""

    close = models.OneToOneField(MonthClose, models.PROTECT, related_name="end")
    before = models.DateTimeField()


@kept()
class MonthBalance(models.Model):
    """What an account or a place for money held at the end of a closed month; no row: nothing."""

    end = models.ForeignKey(MonthEnd, models.PROTECT, related_name="balances", db_index=False)
    resource = models.ForeignKey("flows.EconomicResource", models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["end", "resource"], name="month_balance_once")]
