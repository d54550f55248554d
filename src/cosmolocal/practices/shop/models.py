"""An order round and the orders in it: what was offered, wished, granted, and how each price was split."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import names, titled
from cosmolocal.agents.models import Agent
from cosmolocal.catalog.models import Item, PackVersion, PriceVersion
from cosmolocal.catalog.rules import line_amount
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel.columns import JsonField, LineField
from cosmolocal.kernel.evidence import derived, kept, operational, sealed
from cosmolocal.messages.models import Letter
from cosmolocal.practices.shop import rules


class OnHoliday(models.TextChoices):
    """What happens to a day that falls on a holiday."""

    BEFORE = "before", _("the last day before it")
    AFTER = "after", _("the first day after it")
    DROP = "drop", _("that week there is none")


@sealed("target_bp", "transport_bp", "grace_minutes", "handover_on_holiday", "closing_on_holiday")
class ShopSettings(models.Model):
    """How this local's shop works; one row, read through `queries.settings()`. Rates in hundredths of a per cent."""

    target_bp = models.PositiveIntegerField(default=7600)  # the share of sales that is to reach producers
    transport_bp = models.PositiveIntegerField(default=900)  # of the net price, for new rounds
    grace_minutes = models.PositiveIntegerField(default=30)  # for new rounds
    handover_on_holiday = models.CharField(max_length=6, choices=OnHoliday.choices, default=OnHoliday.AFTER)
    closing_on_holiday = models.CharField(max_length=6, choices=OnHoliday.choices, default=OnHoliday.BEFORE)


@kept(free=("payments", "name", "note"), once="{row}.state = 'settled'")
@sealed(
    *("name", "state", "opens_at", "closes_at", "grace_minutes", "handover", "account", "proposal", "transport_bp"),
    *("allow_cash", "follows_prices", "closed_at", "settled_at", "result", "payments"),
)
class OrderRound(models.Model):
    """One order round: open, order, close, pack, collect, settle. `closes_at` was set in the local's wall time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        OPEN = "open", _("open")
        GRACE = "grace", _("closed, can still be reopened")
        ORDERED = "ordered", _("ordered from producers")
        SETTLED = "settled", _("settled")
        CANCELLED = "cancelled", _("cancelled")

    name = LineField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    grace_minutes = models.PositiveIntegerField(default=30)
    handover = models.ForeignKey(Handover, models.PROTECT, related_name="+")
    account = models.OneToOneField("money.Account", models.PROTECT, related_name="+")
    proposal = models.OneToOneField("flows.Proposal", models.PROTECT, null=True, related_name="+")
    transport_bp = models.PositiveIntegerField(default=900)  # of the net price, to the transport fund
    allow_cash = models.BooleanField(default=True)
    follows_prices = models.BooleanField(default=False)  # lines take the price in force when they close
    note = models.TextField(blank=True)
    reminded_at = models.DateTimeField(null=True)
    ready_told_at = models.DateTimeField(null=True)  # it was written to members that all crates are packed
    closed_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=240, blank=True)  # read by who had ordered
    settled_at = models.DateTimeField(null=True)
    result = JsonField(most=4_000_000, default=dict)  # frozen when settled, minor units: see operations.settling
    payments = models.ForeignKey("money.PaymentList", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "closes_at"], name="round_due")]

    def __str__(self) -> str:
        return self.name


@kept()
@sealed("round", "secret", "mark")
class Draw(models.Model):
    """By what lots are drawn in a round where there is too little: a secret number, made when it opens. `mark`, its
    SHA-256, is shown from then on, and the number itself with what was drawn.
    """

    round = models.OneToOneField(OrderRound, models.PROTECT, related_name="draw")
    secret = models.CharField(max_length=64)
    mark = models.CharField(max_length=64)


@kept()
@sealed("draw", "intent", "available", "entries", "at")
class DrawnGoods(models.Model):
    """One kind of goods that was shared out by lot, as it was: `entries` are who took part (a household's id), how many
    packs were wished, base units of a pack, and base units got.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="drawn")
    intent = models.ForeignKey("flows.Intent", models.PROTECT, related_name="+", db_index=False)
    available = models.BigIntegerField()  # base units
    entries = JsonField(most=4_000_000)
    at = models.DateTimeField()


@derived("put together from settled orders, and thrown away without loss")
class RoundFigures(models.Model):
    """What the page of figures needs of a settled round's orders, so that it does not read them again: minor units.

    Put together from what was frozen when the round was settled, and thrown away without loss.
    """

    round = models.OneToOneField(OrderRound, models.CASCADE, related_name="figures")
    median = models.BigIntegerField()  # of its orders; the lower of two in the middle
    households = models.PositiveIntegerField()  # orders of households with something in them
    households_sum = models.BigIntegerField()
    restaurants = models.PositiveIntegerField()
    restaurants_sum = models.BigIntegerField()


@derived("put together from settled rounds, and made anew when one is added")
class YearFigures(models.Model):
    """The median of all orders of a year's settled rounds, for exactly these rounds (ids, rising)."""

    year = models.PositiveIntegerField(unique=True)
    rounds = JsonField(most=1_000_000, default=list)
    median = models.BigIntegerField()


class OfferQuerySet(models.QuerySet["RoundOffer"]):
    """Offers, chosen by whether they may still be ordered."""

    def on_sale(self) -> "OfferQuerySet":
        """Neither withdrawn from the round nor resting in the catalog; an extra is sold as long as its lot has some."""
        is_active = Q(item__is_active=True, item__product__is_active=True)
        return self.filter(Q(lot__isnull=False) | is_active, withdrawn_at=None)


@derived("`doctor` compares of which goods it is with price and pack of each line, and adds up what is left")
class RoundOffer(models.Model):
    """One item on sale in a round; items of one product draw on the same intent. `lot`: what came unordered."""

    round = models.ForeignKey(OrderRound, models.PROTECT, related_name="offers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    intent = models.ForeignKey("flows.Intent", models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey("flows.EconomicResource", models.PROTECT, null=True, related_name="+")
    closes_at = models.DateTimeField(null=True, blank=True)  # earlier than the round (bread on Monday)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # taken off sale; what is ordered stays ordered

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "item"], condition=Q(lot=None), name="offer_once"),
            models.UniqueConstraint(fields=["round", "lot"], name="extra_once"),
        ]


@titled(_("Orders"))
@names(did=("placed_by",))
@kept(free=("paid_cash", "version", "changed_at"), once="{row}.state = 'settled'")
@sealed("round", "household", "agreement", "pays", "state", "final", when="{row}.state = 'settled'")
class Order(models.Model):
    """What one household orders in one round; its lines are commitments of one agreement."""

    class State(models.TextChoices):
        OPEN = "open", _("ordered")
        FIXED = "fixed", _("fixed")
        COLLECTED = "collected", _("collected")
        SETTLED = "settled", _("settled")
        CANCELLED = "cancelled", _("cancelled")

    class Pays(models.TextChoices):
        PREPAID = "prepaid", _("from the account")
        CASH = "cash", _("in cash on collecting")

    round = models.ForeignKey(OrderRound, models.PROTECT, related_name="orders", db_index=False)  # `order_once`
    household = models.ForeignKey(Agent, models.PROTECT, related_name="orders")
    placed_by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    agreement = models.OneToOneField("flows.Agreement", models.PROTECT, related_name="+")
    payment = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+", db_index=False)
    pays = models.CharField(max_length=8, choices=Pays.choices, default=Pays.PREPAID)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    estimate = models.BigIntegerField(default=0)  # minor units, as ordered
    upper = models.BigIntegerField(default=0)  # minor units, with tolerance: what is set aside
    final = models.BigIntegerField(null=True)  # minor units, as weighed
    paid_cash = models.BigIntegerField(default=0)  # minor units, taken at the hand-over
    version = models.PositiveIntegerField(default=1)  # two tabs: a change names the version it saw
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "household"], name="order_once")]


@sealed(
    *("offer", "price", "commitment", "count", "granted", "seller", "tax_bp", "deposit", "weighed", "final", "split"),
    when="{row}.final IS NOT NULL",
    whole="order",
    objects={"split": {part: f"for_{part}" for part in rules.PARTS}},
)
@titled(_("What was ordered"))
class OrderLine(models.Model):
    """One item in an order, in its pack as it was then. Price version and how it is meant (seller, list with tax or
    without), and tax are frozen when ordered, since they decide where the price goes that the household agreed to; sums
    are frozen when settled.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)  # `line_once` finds them
    offer = models.ForeignKey(RoundOffer, models.PROTECT, related_name="lines")
    # Nobody asks which lines had a price or a pack.
    price = models.ForeignKey(PriceVersion, models.PROTECT, related_name="+", db_index=False)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    commitment = models.OneToOneField("flows.Commitment", models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()  # items wished
    wished = models.PositiveBigIntegerField()  # the same in base units
    granted = models.PositiveBigIntegerField()  # base units promised, after a shortage
    cap = models.PositiveBigIntegerField()  # base units that may be charged at most
    seller = models.CharField(max_length=8)
    list_is_gross = models.BooleanField(default=True)  # how the purchase price of `price` is meant
    tax_bp = models.PositiveIntegerField()
    estimate = models.BigIntegerField()  # minor units, tax included, without deposit
    upper = models.BigIntegerField()
    deposit = models.BigIntegerField(default=0)
    weighed = models.BigIntegerField(null=True)  # base units handed over
    final = models.BigIntegerField(null=True)  # minor units, tax included, without deposit
    for_producer = models.BigIntegerField(null=True)  # minor units, like the three others: see `split`
    for_tax = models.BigIntegerField(null=True)
    for_transport = models.BigIntegerField(null=True)
    for_running = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)  # why it differs from the wish: see queries.orders.sentence

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "offer"], name="line_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="line_counts"),
        ]

    SPLIT = tuple(f"for_{part}" for part in rules.PARTS)

    @property
    def per_pack(self) -> int:
        """Base units of one pack, as it was ordered."""
        return self.wished // self.count

    def costs(self, quantity: int) -> int:
        """What `quantity` base units of it cost at its price, in minor units, without deposit."""
        return line_amount(
            self.price.price, per_quantity=self.price.per_quantity, pack=self.per_pack, quantity=quantity
        )

    @property
    def split(self) -> rules.Split:
        """Where its price goes: of the estimate, then of the final sum."""
        return rules.Split(*(getattr(self, column) or 0 for column in self.SPLIT))

    @split.setter
    def split(self, parts: rules.Split) -> None:
        for column, amount in zip(self.SPLIT, parts.amounts, strict=True):
            setattr(self, column, amount)


@titled(_("Orders to your farm"))
@sealed("round", "producer", "agreement", "payment")
class ProducerOrder(models.Model):
    """What the round asks of one producer: an agreement whose commitments are the sums, mailed or called.

    Its agreement holds the producer's terms of that moment (catalog.AgreedTerms): who bears a loss is between her and
    the local, and settled as it was agreed here.
    """

    round = models.ForeignKey(OrderRound, models.PROTECT, related_name="producer_orders")
    producer = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    agreement = models.OneToOneField("flows.Agreement", models.PROTECT, related_name="+")
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)  # the mail server took the letter, or somebody called
    told_how = models.CharField(max_length=8, blank=True)  # mail, call; returned: the letter did not reach her
    payment = models.ForeignKey("flows.Commitment", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "producer"], name="producer_order_once")]


@titled(_("What was ordered from your farm"))
@sealed("commitment", "purchase", "promised", whole="order")
class ProducerOrderLine(models.Model):
    """How much of one kind of goods, for which sum (minor units): what is paid follows from what is accepted. What was
    promised for it stands beside the sum, so that both are sealed: `doctor` compares the promise with it.
    """

    order = models.ForeignKey(ProducerOrder, models.PROTECT, related_name="lines")
    commitment = models.OneToOneField("flows.Commitment", models.PROTECT, related_name="+")
    purchase = models.BigIntegerField()
    promised = models.BigIntegerField()  # base units


@titled(_("Money given back"))
@kept()
@sealed("line", "quantity", "amount", "borne_by", "reason", "by", "at")
class LineCredit(models.Model):
    """Money given back for a line: refused at the door, wrong or bad goods. The reason is a code, never a culprit."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="credits")
    quantity = models.BigIntegerField()  # base units
    amount = models.BigIntegerField()  # minor units
    borne_by = models.CharField(max_length=8)  # local, producer; deposits: the deposit of packs that stayed here
    reason = models.CharField(max_length=40)
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    at = models.DateTimeField()


@titled(_("Corrections of what your farm was paid for"))
@kept()
@sealed("round", "producer", "amount", "by", "at")
class FarmCorrection(models.Model):
    """After settling another quantity of a farm's goods was written than it had been paid for: what it got then."""

    round = models.ForeignKey(OrderRound, models.PROTECT, related_name="corrections")
    producer = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()  # minor units; below 0: it gave
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


@derived("a note that a settled round differs from what is written now, compared anew after each fact")
class ChangedLater(models.Model):
    """Facts about the goods of a settled round were written, and nobody has booked yet what follows from them."""

    round = models.OneToOneField(OrderRound, models.CASCADE, related_name="changed_later")
    since = models.DateTimeField()


@titled(_("Crates that were swapped"))
@kept()
@sealed("order", "household", "other", "reason", "by", "at")
class OrderSwap(models.Model):
    """Found after settling: another household had this order's crate, and pays it from now on. Orders stay as they were
    settled; the newest row of an order says who has it. A swap of two writes two rows, each the `other` of the other.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="swaps")
    household = models.ForeignKey(Agent, models.PROTECT, related_name="+")  # who had it
    other = models.ForeignKey(Order, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=8)  # taken, handed, mistaken: a code, never a culprit
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


@titled(_("Baskets"))
@operational("of the moment: it is gone in days, and decides nothing about money or rights")
class Basket(models.Model):
    """What a household is about to order, shared by its people and their devices; gone once it is ordered."""

    round = models.ForeignKey(OrderRound, models.CASCADE, related_name="baskets")
    household = models.ForeignKey(Agent, models.CASCADE, related_name="+")
    counts = JsonField(most=100_000, default=dict)  # offer id (as text) -> items
    changed_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "household"], name="basket_once")]
