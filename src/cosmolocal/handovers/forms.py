"""What people type at a hand-over: what came, what of it is good, what was lost."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog.models import Product
from cosmolocal.handovers import queries
from cosmolocal.handovers.models import Receipt
from cosmolocal.handovers.operations import ReceiptLine
from cosmolocal.handovers.queries import Arrival, Delivery, LotHere, Measured
from cosmolocal.kernel.outside import LONGEST, whole
from cosmolocal.look.forms import AmountInput, KeyedForm, QuantityField
from cosmolocal.look.questions import PROMISED, USUAL, Expectation, Question

PACKS = 100
CAME = _("what came")
LOSSES = (("spoiled", _("spoiled")), ("broken", _("broken")), ("missing", _("missing")))


def amount(goods: Measured, **options: Any) -> QuantityField:
    """A field in the measure of the goods; gives base units."""
    return QuantityField(unit=goods.unit, decimals=goods.decimals, per=goods.per, **options)


def limited(goods: Measured, most: int, **options: Any) -> QuantityField:
    """A field for something of what is there, `most` base units: how it is read hangs on that; a little is not odd."""
    most = max(most, 1)
    return amount(goods, maximum=most, expected=Expectation(most, USUAL, is_rough=True), **options)


def usual(goods: Measured, specification_id: int) -> Expectation:
    """What may be expected of goods that nobody promised: the most that came of late, else a hundred packs."""
    most = queries.most_received(specification_id)
    if most is None and goods.words.quantity:
        most = goods.words.quantity * PACKS
    return Expectation(most, USUAL, is_rough=True)


class ReceiveForm(KeyedForm):
    """One producer's delivery: for each thing what came, and what of it is good where that is less. What was sent stays
    in it though somebody else has written it down meanwhile: the operation says so, and a second press finds the first.
    """

    def __init__(self, *args: Any, delivery: Delivery, **options: Any) -> None:
        super().__init__(*args, **options)
        self.delivery = delivery
        self.open_arrivals = [a for a in delivery.arrivals if a.commitment_id and (self.is_bound or not a.receipts)]
        for arrival in self.open_arrivals:
            label = _("%(name)s came") % {"name": arrival.goods.name}
            self.fields[f"came_{arrival.commitment_id}"] = amount(
                arrival.goods,
                label=label,
                initial=arrival.promised,
                expected=Expectation(arrival.promised, PROMISED),
            )
            label = _("%(name)s, of it good") % {"name": arrival.goods.name}
            self.fields[f"good_{arrival.commitment_id}"] = amount(
                arrival.goods, label=label, required=False, expected=Expectation(arrival.promised, PROMISED)
            )

    def rows(self) -> list[tuple[Arrival, Any, Any]]:
        """Each thing still to receive with its two fields."""
        return [(a, self[f"came_{a.commitment_id}"], self[f"good_{a.commitment_id}"]) for a in self.open_arrivals]

    def leave_received(self) -> bool:
        """Drops what is written down already; whether anything is left to write down."""
        self.open_arrivals = [arrival for arrival in self.open_arrivals if not arrival.receipts]
        return bool(self.open_arrivals)

    @staticmethod
    def sent(data: QueryDict) -> list[int]:
        """Which promises a posted form is about."""
        return [
            id for name in data if name.startswith("came_") and (id := whole(name.removeprefix("came_"))) is not None
        ]

    def lines(self) -> list[ReceiptLine]:
        """What was typed, in base units."""
        made = []
        for arrival in self.open_arrivals:
            came = self.cleaned_data[f"came_{arrival.commitment_id}"]
            good = self.cleaned_data[f"good_{arrival.commitment_id}"]
            accepted = came if good is None else min(good, came)
            reason = "short" if came < arrival.promised else "spoiled" if accepted < came else ""
            made.append(ReceiptLine(arrival.specification_id, came, accepted, arrival.commitment_id, reason=reason))
        return made


class GoodsField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """One of the goods, said with whose they are."""

    def label_from_instance(self, obj: Product) -> str:
        """Cabbage · Huang Dacheng."""
        return f"{obj.name} · {obj.producer.name}"


class MeasureField(forms.CharField):
    """An amount of goods that are chosen in the same form; `measure` reads it in their measure."""

    question: Question | None = None
    read_as = ""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, widget=AmountInput, **options)

    def measure(self, typed: str, goods: Measured, expected: Expectation) -> int:
        """Base units, or a sentence, or a question."""
        field = amount(goods)
        try:
            return field.clean(typed, expected) or 0
        finally:
            self.question, self.read_as = field.question, field.read_as


class ExtraForm(KeyedForm):
    """Something nobody had ordered."""

    product = GoodsField(label=_("What came"), queryset=Product.objects.none())
    amount = MeasureField(label=_("How much"), help_text=_("In the measure in which it is sold."))

    def __init__(self, *args: Any, products: QuerySet[Product], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = products.select_related("producer").order_by("producer__name", "name")

    def clean(self) -> dict[str, Any]:
        """Reads the amount in the measure of the goods chosen."""
        data = super().clean() or self.cleaned_data
        product = data.get("product")
        if product is not None and data.get("amount"):
            goods = queries.measured([product.specification_id])[product.specification_id]
            field = self.fields["amount"]
            assert isinstance(field, MeasureField)
            try:
                data["base"] = field.measure(self["amount"].data, goods, usual(goods, product.specification_id))
            except ValidationError as error:
                self.add_error("amount", error)
            else:
                if not data["base"]:
                    self.add_error("amount", _("Write how much came."))
        return data

    def line(self) -> ReceiptLine:
        """As unordered."""
        base = self.cleaned_data["base"]
        return ReceiptLine(self.cleaned_data["product"].specification_id, base, base, reason="unordered")


class CorrectionForm(KeyedForm):
    """The right numbers. Who changes the first only, where all was good, means that all of it is good."""

    def __init__(self, *args: Any, goods: Measured, receipt: Receipt, **options: Any) -> None:
        super().__init__(*args, **options)
        expected = usual(goods, receipt.specification_id)
        if receipt.promised:
            expected = Expectation(receipt.promised, PROMISED)
        self.fields["came"] = amount(goods, label=_("What came"), initial=receipt.received, expected=expected)
        self.fields["good"] = amount(
            goods,
            label=_("Of it good, and paid for"),
            help_text=_("Empty: all of it."),
            expected=expected,
            initial=receipt.accepted if receipt.accepted != receipt.received else None,
            required=False,
        )

    def clean_came(self) -> Any:
        """How much of it is good is read by what came."""
        if came := self.cleaned_data["came"]:
            self.fields["good"].expected = Expectation(came, CAME)  # type: ignore[attr-defined]
        return came

    def clean(self) -> dict[str, Any]:
        """No more can be good than came."""
        data = super().clean() or self.cleaned_data
        came, good = data.get("came"), data.get("good")
        if came is not None and good is None and "good" not in self.errors:
            data["good"] = came
        elif came is not None and good is not None and good > came:
            self.add_error("good", _("That is more than what came. Look at both numbers again."))
        return data


TAKEN = _("what was taken")


class DivideForm(KeyedForm):
    """A lot is divided, or cut up into other goods: how much is taken, what comes of it."""

    into = GoodsField(
        label=_("What comes of it"),
        queryset=Product.objects.none(),
        help_text=_("The same goods, or those of the same farm that they are sold as from now on."),
    )
    made = MeasureField(
        label=_("How much comes of it"),
        help_text=_("Weigh or count it afterwards. What is less than was taken is written down as lost in cutting."),
    )

    def __init__(self, *args: Any, here: LotHere, products: QuerySet[Product], **options: Any) -> None:
        super().__init__(*args, **options)
        self.here = here
        self.fields["taken"] = limited(
            here.goods, here.free, label=_("How much is taken"), minimum=1, initial=here.free
        )
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = products.select_related("producer", "specification").order_by("name")
        field.initial = products.filter(specification=here.lot.conforms_to_id).first()
        self.order_fields(["taken", "into", "made", "key"])

    def clean(self) -> dict[str, Any]:
        """Reads what came of it in the measure of those goods."""
        data = super().clean() or self.cleaned_data
        product = data.get("into")
        if product is not None and data.get("made"):
            goods = queries.measured([product.specification_id])[product.specification_id]
            is_same = product.specification_id == self.here.lot.conforms_to_id
            field = self.fields["made"]
            assert isinstance(field, MeasureField)
            try:
                expected = Expectation(data.get("taken") if is_same else None, TAKEN)
                data["made"] = field.measure(self["made"].data, goods, expected)
            except ValidationError as error:
                self.add_error("made", error)
            else:
                if not data["made"]:
                    self.add_error("made", _("Write how much came of it."))
        return data


class MixForm(KeyedForm):
    """Lots go into one bin: how much of each."""

    def __init__(self, *args: Any, lots: Sequence[LotHere], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lots = lots
        for one in lots:
            label = _("%(name)s of %(farm)s, lot %(lot)s") % {
                "name": one.goods.name,
                "farm": one.goods.producer,
                "lot": one.lot.lot,
            }
            self.fields[f"lot_{one.lot.pk}"] = limited(
                one.goods, one.free, label=label, initial=one.free, required=False
            )

    def taken(self) -> dict[int, int]:
        """Lot -> base units."""
        return {one.lot.pk: self.cleaned_data[f"lot_{one.lot.pk}"] or 0 for one in self.lots}


class LossForm(KeyedForm):
    """What spoiled, broke or is missing, and why; with `makers` also whose it was, since only a person can tell."""

    def __init__(self, *args: Any, goods: Measured, most: int, makers: Sequence[Agent] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.makers = {str(maker.pk): maker for maker in makers}
        self.fields["quantity"] = limited(goods, most, label=_("How much"), minimum=1)
        self.fields["reason"] = forms.ChoiceField(label=_("Why"), choices=LOSSES)
        if makers:
            self.fields["maker"] = forms.ChoiceField(
                label=_("Who brought it?"),
                choices=[("", _("please choose")), *((id, maker.name) for id, maker in self.makers.items())],
                help_text=_("Nobody has written down yet what came. What is agreed with her says who bears it."),
            )

    @property
    def producer(self) -> Agent | None:
        """Who was chosen; None where nobody had to be."""
        return self.makers.get(self.cleaned_data.get("maker", ""))
