"""What people fill in about goods: amounts as they say them (500 g, 2 jin), words, photos, prices."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.queries import producers
from cosmolocal.catalog import packs, queries, rules, usual
from cosmolocal.catalog.intake.cells import Cells, amount_text
from cosmolocal.catalog.intake.reading import known_measures
from cosmolocal.catalog.intake.rows import RowRefused
from cosmolocal.catalog.models import Category, Item, Measure, PriceVersion, Product, TaxCode
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductFacts
from cosmolocal.catalog.usual import UNTIL_NOW
from cosmolocal.look import questions
from cosmolocal.look.forms import AmountInput, BigChoice, FileInput, KeyedForm, MoneyField, QuantityField
from cosmolocal.look.questions import Asked, Expectation, Question, ask

UNITS = [("kg", gettext_lazy("Kilograms")), ("piece", gettext_lazy("Pieces")), ("l", gettext_lazy("Litres"))]
UNIT_NOTES = {
    "kg": gettext_lazy("Vegetables, meat, rice: also what is sold by the jin or bunch."),
    "piece": gettext_lazy("Eggs, tofu, baskets."),
    "l": gettext_lazy("Oil, wine, juice."),
}
BILLED = [("piece", gettext_lazy("The pack as it is")), ("weight", gettext_lazy("What it really weighs"))]
BILLED_NOTES = {
    "piece": gettext_lazy("A jar, a box of ten: one price."),
    "weight": gettext_lazy("Weighed when packed; the order says about how much."),
}
_LINES = forms.Textarea(attrs={"rows": 4})


class AmountField(forms.CharField):
    """An amount with its unit: 500 g, 2 jin. Its form reads it once the unit is known, and may ask about it."""

    question: Question | None = None

    def __init__(self, **options: Any) -> None:
        # Words, so the whole keyboard of a phone.
        widget = AmountInput({"inputmode": "text", "class": False})
        super().__init__(max_length=40, widget=widget, **options)


class AmountsForm(KeyedForm):
    """A form with amounts in words; `amount` reads one of them once the unit is known."""

    def amount(self, name: str, unit: str, expected: Expectation = questions.NOTHING) -> int:
        """Base units of what was typed, 0 where nothing was; a sentence at the field where it cannot be read, a
        question where it is far from what was expected.
        """
        field = self.fields[name]
        assert isinstance(field, AmountField)
        if not self.cleaned_data.get(name):
            return 0
        try:
            return questions.settle(
                self[name].data,
                expected,
                read=lambda text, _expected: self.read(name, unit, text),
                write=lambda base: packs.unit_text(unit, "", rules.UNITS[unit], base),
            )
        except RowRefused as refused:
            self.add_error(name, str(refused))
        except Asked as asked:
            field.question = asked.question
            self.add_error(name, forms.ValidationError(asked.question.sentence, code="asked"))
        return 0

    def read(self, name: str, unit: str, text: str) -> int:
        """Base units of such a text, 0 of none. Raises RowRefused."""
        if not text.strip():
            return 0
        cells = Cells({}, None, queries.currency()[1], known_measures())
        return cells.quantity(str(self.fields[name].label), unit, text.strip())


class ItemForm(AmountsForm):
    """One pack of some goods."""

    label = forms.CharField(
        label=gettext_lazy("What is one called?"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("A jar, a box of 10, one of about 700 g. Empty: just the amount."),
    )
    pack = AmountField(
        label=gettext_lazy("How much is in it?"),
        help_text=gettext_lazy("Write 500 g, 2 jin, 0.75 l or 10."),
    )
    billed_by = forms.ChoiceField(
        label=gettext_lazy("What is paid?"), choices=BILLED, widget=BigChoice(notes=BILLED_NOTES), initial="piece"
    )
    tolerance_bp = QuantityField(
        label=gettext_lazy("How much heavier may it be?"),
        unit="%",
        decimals=2,
        maximum=rules.WHOLE_BP,
        required=False,
        help_text=gettext_lazy("So much is set aside when it is ordered. What weighs more is given at this cap."),
    )
    measure = forms.ChoiceField(label=gettext_lazy("Counted in"), required=False)
    sku = forms.CharField(label=gettext_lazy("Number of the producer"), max_length=60, required=False)
    case_count = QuantityField(label=gettext_lazy("Packs in a case"), minimum=1, maximum=1_000_000, required=False)
    stock = QuantityField(
        label=gettext_lazy("How many packs are there in a round?"),
        maximum=10**9,
        required=False,
        help_text=gettext_lazy("Empty: as many as are wished."),
    )

    def __init__(self, *args: Any, product: Product, item: Item | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.product, self.item = product, item
        self.unit = unit = product.specification.unit.code
        measures = Measure.objects.filter(unit__code=unit).order_by("quantity", "code")
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            ("", _("the usual unit")),
            *((measure.code, f"{measure.symbol} = {amount_text(measure.quantity, unit)}") for measure in measures),
        ]
        code, decimals = queries.currency()
        self.fields["deposit"] = MoneyField(
            label=_("Deposit"), currency=code, decimals=decimals, minimum=0, required=False
        )

    def clean(self) -> dict[str, Any]:
        """Reads the amount in the unit of the goods; asks about what is far from this pack until now, or from others:
        grams for kilograms, cents for a whole.
        """
        self.cleaned_data["pack_quantity"] = self.amount("pack", self.unit, usual.pack(self.product, self.item))
        if self.cleaned_data.get("deposit"):
            ask(self, "deposit", usual.deposit(self.item, self.costs(self.cleaned_data["pack_quantity"])))
        ask(self, "case_count", usual.case(self.item))
        ask(self, "stock", usual.stock(self.item.stock if self.item else None))
        return self.cleaned_data

    def costs(self, pack_quantity: int) -> int | None:
        """What one pack costs, minor units; None where nobody knows."""
        price = queries.current_prices([self.item.pk]).get(self.item.pk) if self.item else None
        return _of_one(price, pack_quantity) if price else None

    def draft(self, *, is_active: bool = True, prices: Sequence[PriceDraft] = ()) -> ItemDraft:
        """What was filled in."""
        data = self.cleaned_data
        return ItemDraft(
            label=data["label"],
            sku=data["sku"],
            billed_by=data["billed_by"],
            pack_quantity=data["pack_quantity"],
            tolerance_bp=data["tolerance_bp"] or 0,
            measure=data["measure"],
            deposit=data["deposit"] or 0,
            case_count=data["case_count"] or 1,
            stock=data["stock"],
            is_active=is_active,
            prices=tuple(prices),
        )

    @staticmethod
    def values_of(item: Item) -> dict[str, Any]:
        """An item as the form shows it."""
        return {
            "label": item.label,
            "sku": item.sku,
            "billed_by": item.billed_by,
            "pack": amount_text(item.pack_quantity, item.product.specification.unit.code),
            "tolerance_bp": item.tolerance_bp,
            "measure": item.measure.code if item.measure else "",
            "deposit": item.deposit,
            "case_count": item.case_count,
            "stock": item.stock,
        }


PURCHASE = gettext_lazy("what the producer gets")
TRADE = 10  # times the purchase: no local sells at that


class PriceForm(AmountsForm):
    """What an item costs from now on."""

    price_for = AmountField(
        label=gettext_lazy("For how much?"),
        required=False,
        help_text=gettext_lazy("500 g, 1 jin, 1 kg. Empty: for one pack."),
    )
    tax_code = forms.ModelChoiceField(
        TaxCode.objects.order_by("name"),
        label=gettext_lazy("Tax"),
        empty_label=gettext_lazy("choose one"),
        help_text=gettext_lazy("A rate that is missing is added at Goods, Kinds and taxes."),
    )
    group = forms.ChoiceField(label=gettext_lazy("For whom?"), required=False)
    field_order = ("price", "price_for", "purchase", "tax_code", "group", "key")

    def __init__(self, *args: Any, unit: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unit = unit
        code, decimals = queries.currency()
        money: dict[str, Any] = {"currency": code, "decimals": decimals, "minimum": 0, "maximum": rules.LARGEST - 1}
        self.fields["price"] = MoneyField(label=_("Price, with tax"), **money)
        self.fields["purchase"] = MoneyField(
            label=_("What the producer gets"),
            help_text=_("For the same amount. With tax, where her list has it."),
            **money,
        )
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")),
            *((group, group) for group in queries.customer_groups()),
        ]
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Reads what the price is for; a producer gets no more than the price."""
        expected = usual.price_for(self.unit, self._standing_for())
        self.cleaned_data["per_quantity"] = self.amount("price_for", self.unit, expected)
        price, purchase = self.cleaned_data.get("price"), self.cleaned_data.get("purchase")
        if price is not None and purchase is not None and purchase > price:
            self.add_error("purchase", _("That is more than the price. Look at both again."))
        self._look_for_slips(purchase)
        return self.cleaned_data

    def _look_for_slips(self, purchase: int | None) -> None:
        """Against the price until now where it is for the same amount, else against what the producer gets."""
        is_same = self.cleaned_data["per_quantity"] == self._standing_for()
        for name in ("price", "purchase"):
            before = self.initial.get(name) if is_same else None
            if isinstance(before, int) and before:
                ask(self, name, Expectation(before, UNTIL_NOW, is_price=True))
            elif name == "price" and purchase:
                ask(self, name, Expectation(purchase, PURCHASE, far=TRADE))

    def _standing_for(self) -> int | None:
        """For how much the price until now is, in base units; None where its measure is not known any more."""
        try:
            return self.read("price_for", self.unit, self.initial.get("price_for") or "")
        except RowRefused:
            return None

    def draft(self) -> PriceDraft:
        """What was filled in."""
        data = self.cleaned_data
        return PriceDraft(data["price"], data["purchase"], data["tax_code"].code, data["per_quantity"], data["group"])


class NewItemForm(ItemForm):
    """One more pack, together with its price."""

    def __init__(self, *args: Any, product: Product, **options: Any) -> None:
        super().__init__(*args, product=product, **options)
        self.price = PriceForm(*args, unit=self.unit, **options)

    def costs(self, pack_quantity: int) -> int | None:
        """What was typed below."""
        return _of_one(self.price.draft(), pack_quantity) if self.price.is_valid() else None

    def is_valid(self) -> bool:
        """Both are read, so that whatever is wrong is said at once."""
        return all([super().is_valid(), self.price.is_valid()])


def _of_one(price: PriceDraft | PriceVersion, pack_quantity: int) -> int | None:
    per = price.per_quantity or pack_quantity
    return rules.line_amount(price.price, per_quantity=per, pack=pack_quantity, quantity=pack_quantity) if per else None


class DescribeForm(KeyedForm):
    """What a producer tells about her own goods."""

    description = forms.CharField(
        label=gettext_lazy("How is it grown or made?"), max_length=5000, required=False, widget=_LINES
    )

    def __init__(self, *args: Any, product: Product, **options: Any) -> None:
        super().__init__(*args, **options)
        self.product = product

    def facts(self) -> ProductFacts:
        """What was filled in; all else as it stands."""
        return ProductFacts(self.cleaned_data["description"], self.product.origin_id, self.product.certificate)


class ProductForm(KeyedForm):
    """What a steward says about goods."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=160,
        help_text=gettext_lazy("In each language that members read: Pak choi 小白菜"),
    )
    category = forms.ModelChoiceField(
        Category.objects.order_by("weight", "name"),
        label=gettext_lazy("Kind of goods"),
        empty_label=gettext_lazy("choose one"),
    )
    description = forms.CharField(
        label=gettext_lazy("How is it grown or made?"), max_length=5000, required=False, widget=_LINES
    )
    origin = forms.ModelChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Where from?"),
        required=False,
        empty_label=gettext_lazy("not said"),
    )
    certificate = forms.CharField(
        label=gettext_lazy("Certificate"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Name and number. Only with one may the word “organic” be used."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        places = Place.objects.filter(is_private=False).order_by("name")
        self.fields["origin"].queryset = places  # type: ignore[attr-defined]

    def facts(self) -> ProductFacts:
        """What was filled in."""
        data = self.cleaned_data
        return ProductFacts(data["description"], data["origin"].pk if data["origin"] else None, data["certificate"])


class NewProductForm(ProductForm):
    """New goods: whose they are and what they are counted in stay as they are said here."""

    producer = forms.ModelChoiceField(
        Agent.objects.none(), label=gettext_lazy("Whose goods?"), empty_label=gettext_lazy("choose one")
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("What are they counted in?"), choices=UNITS, widget=BigChoice(notes=UNIT_NOTES), initial="kg"
    )
    field_order = ("producer", "name", "category", "unit", "description", "origin", "certificate", "key")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["producer"].queryset = producers()  # type: ignore[attr-defined]


class PhotoForm(KeyedForm):
    """A photo of goods."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=FileInput(attrs={"accept": "image/*"}),
        help_text=gettext_lazy("JPEG, PNG or WebP, at most 15 MB. Where and when it was taken is removed."),
    )
