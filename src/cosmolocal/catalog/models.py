"""What is offered: what it is (product), as what one buys it (item), at which price for whom (price version)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import titled
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel.columns import LineField
from cosmolocal.kernel.evidence import kept, sealed


class Category(models.Model):
    name = LineField(max_length=120, unique=True)
    drawing = models.CharField(max_length=20, default="leaf")  # the picture shown where a product has no photo
    weight = models.PositiveSmallIntegerField(default=50)

    def __str__(self) -> str:
        return self.name


@sealed("code", "symbol", "unit", "quantity")
class Measure(models.Model):
    """A unit people really use: jin is 500 of kg's grams, a dozen is 12 pieces."""

    code = models.CharField(max_length=20, unique=True)
    symbol = models.CharField(max_length=20)
    unit = models.ForeignKey("flows.Unit", models.PROTECT, related_name="measures")
    quantity = models.PositiveIntegerField()  # base units in one

    def __str__(self) -> str:
        return self.symbol


@sealed("code", "kind", "name", "sentence")
class TaxCode(models.Model):
    """A dated tax treatment; its rates stand in TaxRate, its sentence must stand on paper."""

    class Kind(models.TextChoices):
        RATE = "rate", _("taxed at a rate")
        ZERO = "zero", _("zero rate")
        EXEMPT = "exempt", _("exempt")
        OUTSIDE = "outside", _("outside the tax")

    code = models.CharField(max_length=40, unique=True)
    name = LineField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sentence = models.CharField(max_length=240, blank=True)

    def __str__(self) -> str:
        return self.name


@kept()
@sealed("tax_code", "rate_bp", "since")
class TaxRate(models.Model):
    """`rate_bp`: hundredths of a per cent (900 is 9 %), valid from `since`."""

    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="rates")
    rate_bp = models.PositiveIntegerField()
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tax_code", "since"], name="tax_rate_once")]


class Terms(models.Model):
    """Who sells, net or gross list, who bears a loss."""

    class Seller(models.TextChoices):
        LOCAL = "local", _("the local buys and resells")
        PRODUCER = "producer", _("the producer sells, the local takes a fee")
        ACCOUNT = "account", _("the local sells for the producer's account")

    seller = models.CharField(max_length=8, choices=Seller.choices, default=Seller.LOCAL)
    list_is_gross = models.BooleanField(default=True)
    loss_after_packing = models.CharField(max_length=8, default="local")  # who bears it: local, producer

    class Meta:
        abstract = True


@titled(_("How your farm and the community work together"))
@sealed("producer", "seller", "list_is_gross", "loss_after_packing")
class SupplierTerms(Terms):
    """How a producer and the local work together from now on."""

    producer = models.OneToOneField(Agent, models.PROTECT, related_name="supplier_terms")
    order_by = models.CharField(max_length=8, default="mail")  # mail, call
    notice = models.CharField(max_length=240, blank=True)
    share_is_public = models.BooleanField(default=False)  # strangers too may read what the producer gets


@kept()
@sealed("agreement", "seller", "list_is_gross", "loss_after_packing")
class AgreedTerms(Terms):
    """The terms of a producer as they stood when one agreement with her was made: a later change leaves it as it is.

    They hang on the agreement, since whoever receives, loses or settles what was promised finds it from there.
    """

    agreement = models.OneToOneField("flows.Agreement", models.PROTECT, related_name="terms")


@titled(_("Goods"))
@sealed("specification", "producer", "name", "origin", "certificate", "is_active")
class Product(models.Model):
    """What it is: one specification, whose hands made it, where it comes from."""

    specification = models.OneToOneField("flows.ResourceSpecification", models.PROTECT, related_name="product")
    producer = models.ForeignKey(Agent, models.PROTECT, related_name="products")
    name = LineField(max_length=160)
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    description = models.TextField(blank=True)
    origin = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    certificate = LineField(max_length=160, blank=True)  # "organic" may be said only where this names one
    picture_id = models.BigIntegerField(null=True, blank=True)
    search = models.TextField(blank=True)  # NFKC, casefolded: names, producer, category, sku
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="product_by_name"),
            models.Index(fields=["producer", "name"], name="product_of_producer"),
        ]

    def __str__(self) -> str:
        return self.name


@sealed(
    *("product", "billed_by", "pack_quantity", "tolerance_bp", "deposit", "case_count"),
    *("label", "sku", "measure", "stock", "is_active"),
)
class Item(models.Model):
    """As what one buys it: a bunch, a jar, a jin. `pack_quantity` base units each (an estimate when weighed)."""

    class Billed(models.TextChoices):
        PIECE = "piece", _("by the piece")
        WEIGHT = "weight", _("by weight")

    product = models.ForeignKey(Product, models.PROTECT, related_name="items")
    label = LineField(max_length=80, blank=True)
    sku = LineField(max_length=60, blank=True)
    billed_by = models.CharField(max_length=6, choices=Billed.choices, default=Billed.PIECE)
    pack_quantity = models.PositiveBigIntegerField(default=1)
    tolerance_bp = models.PositiveIntegerField(default=0)  # 1000: up to 10 % heavier may be given
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="+")
    deposit = models.BigIntegerField(default=0)  # minor units each
    case_count = models.PositiveIntegerField(default=1)  # packs in one case of the producer; 1: no cases
    stock = models.BigIntegerField(null=True, blank=True)  # announced per round in packs; null: as much as wished
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pack_quantity__gt=0), name="item_pack_positive"),
            models.CheckConstraint(condition=Q(case_count__gt=0), name="item_case_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.label}" if self.label else str(self.product)


@kept()
@sealed("item", "name", "label", "billed_by", "quantity", "symbol", "per", "tolerance_bp", "deposit")
class PackVersion(models.Model):
    """An item as it was when somebody ordered it: words and contents. Never changed, so that an order, what a farm is
    asked for and what packers read go on speaking of the pack that was meant, whatever the item becomes.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    name = models.CharField(max_length=160)  # of the goods
    label = models.CharField(max_length=80, blank=True)
    billed_by = models.CharField(max_length=6, choices=Item.Billed.choices)
    quantity = models.PositiveBigIntegerField()  # base units
    symbol = models.CharField(max_length=20, blank=True)  # of the measure
    per = models.PositiveIntegerField(default=0)  # base units in one of the measure; 0: none
    tolerance_bp = models.PositiveIntegerField(default=0)
    deposit = models.BigIntegerField(default=0)  # minor units each

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "item",
                    *("name", "label", "billed_by", "quantity", "symbol", "per", "tolerance_bp", "deposit"),
                ],
                name="pack_version_once",
            )
        ]


@kept()
@sealed("item", "operation")
class PackChange(models.Model):
    """Another pack was made of an item, or it was taken off the list: by which deed, of a page or of a file. Who
    ordered it meanwhile is asked about.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="changes", db_index=False)
    operation = models.ForeignKey("kernel.Operation", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "operation"], name="pack_change_once")]


@kept()
class PromisedPack(models.Model):
    """In which packs a promise was made: one for a household, one or several in what a farm is asked for."""

    # `promised_pack_once` finds them; nobody asks which promises a pack was in.
    commitment = models.ForeignKey("flows.Commitment", models.PROTECT, related_name="packs", db_index=False)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()  # base units, as promised

    class Meta:
        constraints = [models.UniqueConstraint(fields=["commitment", "pack"], name="promised_pack_once")]


@kept()
@sealed("item", "group", "price", "purchase", "per_quantity", "tax_code", "valid_from", "operation")
class PriceVersion(models.Model):
    """What one item costs, for whom, from when on. Never changed: a later price is a later row (trigger)."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="prices")
    group = models.CharField(max_length=40, blank=True)  # customer group; "": everybody
    price = models.BigIntegerField()  # minor units, tax included, per `per_quantity`
    purchase = models.BigIntegerField()  # minor units the producer gets, same basis, before tax where the list is net
    per_quantity = models.PositiveBigIntegerField(default=0)  # base units the price is for; 0: one item
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    operation = models.ForeignKey("kernel.Operation", models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["item", "group", "-valid_from"], name="price_current")]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0) & Q(purchase__gte=0), name="price_not_negative"),
        ]
