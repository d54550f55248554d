"""What a keeper types at the door about one household: something extra, money back, cash."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.choosing import AgentField
from cosmolocal.agents.models import Agent
from cosmolocal.handovers.forms import limited
from cosmolocal.handovers.queries import Measured
from cosmolocal.look.forms import KeyedForm, MoneyField, QuantityField
from cosmolocal.look.questions import Expectation, ask
from cosmolocal.money.forms.fields import HappenedField, today
from cosmolocal.practices.shop.models import Order, RoundOffer
from cosmolocal.practices.shop.orders.queries import usual

TO_PAY = _("what is still to pay")
WHY = (
    ("refused", _("not taken: bad, or not what was ordered")),
    ("broken", _("broken")),
    ("spoiled", _("spoiled")),
    ("wrong", _("something else was in the crate")),
)
HOW = (
    ("taken", _("they took each other's")),
    ("handed", _("we handed them out wrongly")),
    ("mistaken", _("a swap that was written before was wrong")),
)


class CreditForm(KeyedForm):
    """How much of a line is given back, and why."""

    def __init__(self, *args: Any, goods: Measured, most: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quantity"] = limited(goods, most, label=_("How much of it"), minimum=1, initial=most)
        self.fields["reason"] = forms.ChoiceField(label=_("Why"), choices=WHY)


class CashForm(KeyedForm):
    """Cash taken for an order, and into which box; once the day of the hand-over has passed, on which day."""

    def __init__(
        self, *args: Any, due: int, currency: str, boxes: Sequence[Any], handed_over: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        expected = Expectation(due, TO_PAY)
        self.fields["amount"] = MoneyField(
            currency=currency, label=_("Taken"), initial=due, minimum=1, expected=expected
        )
        there = {str(box.pk): box for box in boxes}
        choices = [(pk, f"{box} · {box.place}" if box.place else str(box)) for pk, box in there.items()]
        said = {"invalid_choice": _("This box belongs to another place, or is gone. Choose one of these.")}
        self.fields["box"] = forms.TypedChoiceField(
            label=_("Into"), choices=choices, coerce=there.__getitem__, error_messages=said
        )
        if handed_over < today():
            self.fields["on"] = HappenedField(initial=handed_over)


class CashBackForm(KeyedForm):
    """Which entry of cash was not taken, and how that came about."""

    deed_id = forms.TypedChoiceField(label=_("What was written"), coerce=int)
    reason = forms.CharField(label=_("Why it is taken back"), max_length=240)

    def __init__(self, *args: Any, entries: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["deed_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(entries)


class LateForm(KeyedForm):
    """New counts for things on offer, after closing."""

    offer = forms.TypedChoiceField(label=_("What"), coerce=int)
    count = QuantityField(label=_("How many in all"), maximum=9999, help_text=_("0 takes it out."))

    def __init__(self, *args: Any, offers: Sequence[RoundOffer], household: Agent, **options: Any) -> None:
        super().__init__(*args, **options)
        self.household = household
        field = self.fields["offer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(offer.pk), _words(offer)) for offer in offers]

    def clean(self) -> dict[str, Any]:
        """Many more than people like her order of it are asked about."""
        data = super().clean() or self.cleaned_data
        offer, count = data.get("offer"), data.get("count")
        if offer and count and usual.suspects({offer: count}, {}):
            most = usual.most_ordered(self.household, [offer]).get(offer)
            ask(self, "count", Expectation(most, is_rough=True))
        return data


class SwapForm(KeyedForm):
    """Whose crate she took."""

    other = forms.TypedChoiceField(label=_("She took the crate of"), coerce=int)

    def __init__(self, *args: Any, orders: Sequence[Order], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["other"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(order.pk), order.household.name) for order in orders]


class SwappedForm(KeyedForm):
    """Whose crates were taken for each other, and how it came."""

    first = AgentField(Agent.objects.none(), label=_("The crate packed for"))
    second = AgentField(Agent.objects.none(), label=_("was confused with the crate packed for"))
    reason = forms.ChoiceField(label=_("How it came"), choices=HOW)

    def __init__(self, *args: Any, households: "QuerySet[Agent]", **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("first", "second"):
            field = self.fields[name]
            assert isinstance(field, AgentField)
            field.choose_from(households)


def _words(offer: RoundOffer) -> str:
    name = f"{offer.item} · {offer.item.product.producer.name}"
    return f"{name} ({_('extra')})" if offer.lot_id else name
