"""One deed a form: money in, out, between boxes and accounts, counted, given back, limited."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.models import Place
from cosmolocal.kernel import clock
from cosmolocal.look.forms import BigChoice, KeyedForm, MoneyField
from cosmolocal.look.questions import IN_BOOKS, Expectation, ask
from cosmolocal.money import policy, queries
from cosmolocal.money.forms.fields import AccountField, BoxField, FundField, HappenedField, amount_field
from cosmolocal.money.models import Account, Carriage, Currency, MoneyBox
from cosmolocal.money.words import COSTS, REASONS

MONEY_FAR = 10  # times the most that went over an account of late


class CurrencyForm(KeyedForm):
    """A form that counts in one currency. `about`: whose account it is, where no field says it."""

    about: Account | MoneyBox | None = None

    def __init__(self, *args: Any, currency: Currency, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """A sum far above what usually goes over this account, or through this box, is asked about."""
        data = super().clean() or self.cleaned_data
        things = [data.get(name) for name in ("account", "payee", "target", "source", "box")]
        thing = next((one for one in (*things, self.about) if one), None)
        if thing is not None and isinstance(self.fields.get("amount"), MoneyField):
            ask(self, "amount", Expectation(queries.usual_amount(thing), far=MONEY_FAR, is_rough=True))
        return data


class ComeInForm(CurrencyForm):
    """Money came: how much, where it lies now, for whom, on which day, with which words."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = amount_field(self.currency)
        self.fields["box"] = BoxField(currency=self.currency, label=_("Where is it now"))
        self.fields["account"] = AccountField(
            accounts=queries.members(currency=self.currency),
            label=_("For whom"),
            required=False,
            help_text=_(
                "A name, a number, or what was written with the payment. Leave it empty when you do not know: it then "
                "waits under “Payer unknown”."
            ),
        )
        self.fields["on"] = HappenedField()
        self.fields["payer"] = forms.CharField(
            label=_("Who paid"),
            required=False,
            max_length=120,
            help_text=_("Only if it was somebody else, or as the bank writes it."),
        )
        self.fields["words"] = forms.CharField(label=_("What the payer wrote"), required=False, max_length=240)


class MatchForm(CurrencyForm):
    """Whose money it was, and how much of it."""

    def __init__(self, *args: Any, most: int, first: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account"] = AccountField(
            accounts=queries.members(currency=self.currency), label=_("Whose money is it")
        )
        self.fields["amount"] = amount_field(
            self.currency,
            maximum=most,
            initial=most,
            help_text=_("Less, where one payment was for several members."),
        )
        self.fields["on"] = day = HappenedField()
        day.first = first


class CostForm(CurrencyForm):
    """Something was paid: which fund bears it, what for, from where."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = ("running", "transport", "tax", "reserve", "solidarity", "goodwill")
        self.fields["amount"] = amount_field(self.currency)
        self.fields["reason"] = forms.ChoiceField(
            label=_("What for"), choices=[(code, REASONS[code]) for code in COSTS]
        )
        self.fields["fund"] = FundField(codes=codes, label=_("Who bears it"), initial="running")
        self.fields["box"] = BoxField(currency=self.currency, label=_("From where was it paid"))
        self.fields["on"] = HappenedField()
        self.fields["payee"] = AccountField(
            accounts=queries.members(currency=self.currency),
            label=_("To whom"),
            required=False,
            help_text=_("Only if it was a member or a farm. Whoever it was: somebody else looks at it afterwards."),
        )


class MoveForm(CurrencyForm):
    """Money carried from one place to another."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["source"] = BoxField(currency=self.currency, label=_("From"))
        self.fields["target"] = BoxField(currency=self.currency, label=_("To"))
        self.fields["amount"] = amount_field(self.currency)
        self.fields["on"] = HappenedField()


class HandOverForm(CurrencyForm):
    """How much of a box was brought where."""

    def __init__(self, *args: Any, box: MoneyBox, targets: Collection[MoneyBox], **options: Any) -> None:
        super().__init__(*args, currency=box.currency, **options)
        self.about = box
        self.fields["amount"] = amount_field(self.currency)
        ids = [target.pk for target in targets]
        self.fields["target"] = BoxField(currency=self.currency, ids=ids, label=_("Where is it now"))
        self.fields["on"] = HappenedField()


class ArrivedForm(CurrencyForm):
    """How much of carried money arrived, and where it lies now."""

    def __init__(self, *args: Any, carriage: Carriage, boxes: Collection[int], **options: Any) -> None:
        start = {"arrived": carriage.amount, "box": carriage.target_id}
        super().__init__(*args, currency=carriage.source.currency, initial=start, **options)
        self.carried = carriage.amount
        self.fields["arrived"] = amount_field(
            self.currency, minimum=0, label=_("How much arrived"), help_text=_("0 when nothing did.")
        )
        self.fields["box"] = BoxField(currency=self.currency, ids=boxes, label=_("Where is it now"))
        first = clock.day_of(carriage.left.at)
        self.fields["on"] = HappenedField()
        self.fields["on"].first = carriage.left.value_on or first  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A sum far from what left is asked about."""
        data = super().clean()
        ask(self, "arrived", Expectation(self.carried, IN_BOOKS, is_price=True, asks_of_none=True))
        return data


class CountForm(CurrencyForm):
    """What was found in a box."""

    def __init__(self, *args: Any, box: MoneyBox, **options: Any) -> None:
        super().__init__(*args, currency=box.currency, **options)
        self.box = box
        self.fields["counted"] = MoneyField(
            currency=self.currency.code,
            decimals=self.currency.decimals,
            minimum=0,
            label=_("How much is in it"),
            help_text=_("Count first, then look what the books say. A difference is written down, not punished."),
        )
        self.fields["on"] = HappenedField(help_text=_("An earlier day: what lay there at the end of it."))

    def clean(self) -> dict[str, Any]:
        """What is far from the books, or nothing where they say that something lies there, is asked about."""
        data = super().clean()
        day = data.get("on") or clock.today()
        self.lies = self.box.resource.accounting_quantity if day == clock.today() else queries.held_on(self.box, day)
        ask(self, "counted", Expectation(self.lies, IN_BOOKS, is_price=True, asks_of_none=True))
        return data

    def difference_words(self) -> str:
        """What is asked before a count that differs from the books is written down; empty where it agrees."""
        difference = self.cleaned_data["counted"] - self.lies
        if not difference:
            return ""
        more = _("By the books, %(amount)s less lies there. Please count once more: what you find is written down.")
        less = _("By the books, %(amount)s more lies there. Please count once more: what you find is written down.")
        return (more if difference > 0 else less) % {"amount": queries.format(abs(difference), self.currency)}


class RefundForm(CurrencyForm):
    """Money given back to a member, and why."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = amount_field(self.currency)
        self.fields["fund"] = FundField(
            codes=("goodwill", "deposits", "running", "solidarity", "share_capital"),
            label=_("Who bears it"),
            initial="goodwill",
        )
        self.fields["reason"] = forms.CharField(label=_("Why"), max_length=240)
        self.fields["on"] = HappenedField()


class TransferForm(CurrencyForm):
    """From one account to another, funds among them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        accounts = queries.everyone(self.currency)
        self.fields["source"] = AccountField(accounts=accounts, label=_("From"))
        self.fields["target"] = AccountField(
            accounts=accounts, label=_("To"), help_text=_("Nobody moves money to herself: ask another treasurer.")
        )
        self.fields["amount"] = amount_field(self.currency)
        self.fields["reason"] = forms.CharField(
            label=_("What for"), max_length=240, help_text=_("It stands on the statements of both accounts.")
        )
        self.fields["on"] = HappenedField()


class _LevelsForm(CurrencyForm):
    """Sums at which something changes: far from 0 where those that stand are near it, one is asked about."""

    def clean(self) -> dict[str, Any]:
        """Compared by size: a level may lie below 0."""
        data = super().clean()
        standing = (abs(level) for level in self.initial.values() if isinstance(level, int))
        usual = max(queries.usual_level(self.currency), *standing)
        for name in [name for name, field in self.fields.items() if isinstance(field, MoneyField)]:
            near = usual if (data.get(name) or 0) >= 0 else -usual
            ask(self, name, Expectation(near, far=MONEY_FAR, is_rough=True))
        return data


class LimitsForm(_LevelsForm):
    """When a holder gets a friendly word, and where it stops."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        money: dict[str, Any] = {"currency": self.currency.code, "decimals": self.currency.decimals}
        self.fields["warn_below"] = MoneyField(
            **money, label=_("A friendly word below"), help_text=_("Members see it on their own page.")
        )
        self.fields["floor"] = MoneyField(
            **money,
            label=_("Nothing more is ordered below"),
            help_text=_("0: what is paid in beforehand. Below 0: credit, for example −500 for a restaurant."),
        )


class LevelsForm(_LevelsForm):
    """What holds for every member's account that has no limits of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        money: dict[str, Any] = {"currency": self.currency.code, "decimals": self.currency.decimals}
        self.fields["warn_below"] = MoneyField(
            **money,
            label=_("A friendly word below"),
            help_text=_("For every member whose account has no limits of its own."),
        )
        self.fields["start_floor"] = MoneyField(
            **money,
            label=_("New accounts may go down to"),
            help_text=_("0: what is paid in beforehand. Below 0: credit for everybody who joins from now on."),
        )


class PayBackForm(CurrencyForm):
    """Money paid back to its holder."""

    def __init__(self, *args: Any, most: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = amount_field(self.currency, maximum=most, initial=most)
        self.fields["box"] = BoxField(currency=self.currency, label=_("From where is it paid"))
        self.fields["words"] = forms.CharField(label=_("Words for the bank"), required=False, max_length=140)


class ReasonForm(KeyedForm):
    """Why: everything that takes something back says so."""

    reason = forms.CharField(
        label=_("Why"), max_length=240, help_text=_("In a few words, so that it is understood in a year.")
    )


class HappenedForm(KeyedForm):
    """On which day it happened, where nothing else is asked."""

    on = HappenedField()


class HappenedReasonForm(ReasonForm):
    """Why, and on which day it happened: `first`, or later."""

    on = HappenedField()

    def __init__(self, *args: Any, first: date, **options: Any) -> None:
        super().__init__(*args, **options)
        day = self.fields["on"]
        assert isinstance(day, HappenedField)
        day.first = first


class _BoxForm(KeyedForm):
    """How a place for money is called, where its coins lie, which account members pay to."""

    name = forms.CharField(label=_("How is it called"), max_length=120)
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("At which place"),
        required=False,
        empty_label=_("the whole house"),
        help_text=_("Only keepers of that place count and use it; what is the whole house’s, keepers of all places."),
    )
    number = forms.CharField(label=_("Account number or IBAN"), required=False, max_length=42)
    bank_name = forms.CharField(label=_("Name of the bank"), required=False, max_length=120)

    def _offer(self, *, also: int | None = None) -> None:
        """The places where goods are handed over, and the one it has; no question where there are none."""
        found = Place.objects.filter(Q(is_handover=True) | Q(pk=also)).order_by("name", "id")
        self.fields["place"].queryset = found  # type: ignore[attr-defined]
        if not found.exists():
            del self.fields["place"]


class ChangeBoxForm(_BoxForm):
    """A box as it is: a bank account has a number, what lies in coins may have a place."""

    def __init__(self, *args: Any, box: MoneyBox, **options: Any) -> None:
        initial = {"name": box.name, "place": box.place_id, "number": box.number, "bank_name": box.bank_name}
        super().__init__(*args, initial=initial, **options)
        self._offer(also=box.place_id)
        is_coins = box.kind in policy.COINS
        for name in ("number", "bank_name") if is_coins else ("place",):
            self.fields.pop(name, None)


# What is on its way has a box of its own, which the books open by themselves.
_KINDS = [(value, label) for value, label in MoneyBox.Kind.choices if value != MoneyBox.Kind.TRANSIT]


class BoxForm(_BoxForm):
    """A new place where money lies."""

    kind = forms.ChoiceField(label=_("What is it"), choices=_KINDS, widget=BigChoice)
    field_order = ("key", "kind")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._offer()
