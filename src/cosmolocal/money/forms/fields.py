"""Fields that forms of money share: whose account, which box, which day, how much."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.kernel import clock
from cosmolocal.look.dates import format_day
from cosmolocal.look.forms import BigChoice, DayField, MoneyField
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.queries.finding import accounts_called, written
from cosmolocal.money.words import FUNDS, before_it

MOST_SUGGESTED = 500
LONGEST = 200  # letters that are looked for


class AccountInput(forms.TextInput):
    """A name typed, with the known ones suggested by the browser; works for three members and for thousands."""

    template_name = "money/widgets/account.html"
    suggested: list[str]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Adds the suggestions."""
        context = super().get_context(name, value, {**(attrs or {}), "autocomplete": "off"})
        context["widget"] |= {"suggested": self.suggested}
        return context


class AccountField(forms.CharField):
    """An account, found by the household's number, a name, or the words that members write with a payment."""

    widget = AccountInput

    def __init__(self, *, accounts: QuerySet[Account], **options: Any) -> None:
        super().__init__(**options)
        self.accounts = accounts
        self.widget.suggested = [written(account) for account in accounts[:MOST_SUGGESTED]]

    def prepare_value(self, value: Any) -> Any:
        """An account as a person would pick it; what was typed stays as it was typed."""
        return written(value) if isinstance(value, Account) else value

    def to_python(self, value: Any) -> Any:
        """The account, or a sentence that says which names there are."""
        typed = str(value or "").strip()
        if not typed:
            return None
        found, is_sure = accounts_called(self.accounts, typed[:LONGEST])
        if is_sure:
            return found[0]
        if not found:
            raise ValidationError(
                _("Nobody here is called “%(name)s” or has this number. Choose from the list.") % {"name": typed[:60]},
                code="nobody",
            )
        names = "; ".join(written(account) for account in found)
        said = _("Several fit: %(names)s. Choose one from the list, or type its name in full.")
        raise ValidationError(said % {"names": names}, code="several")


class BoxField(forms.ModelChoiceField[MoneyBox]):
    """One of the open boxes, as cards with what lies in each; or of `ids`, for who does not read the books: with the
    place only.
    """

    def __init__(self, *, currency: Currency, ids: Collection[int] | None = None, **options: Any) -> None:
        boxes = queries.boxes(currency).exclude(kind=MoneyBox.Kind.TRANSIT)
        if ids is None:
            notes = {str(box.pk): _what_lies(box, currency) for box in boxes}
        else:
            boxes = boxes.filter(pk__in=ids)
            notes = {str(box.pk): str(box.place or box.get_kind_display()) for box in boxes}
        options.setdefault("empty_label", None)
        super().__init__(queryset=boxes, widget=BigChoice(notes=notes), **options)


def _what_lies(box: MoneyBox, currency: Currency) -> str:
    has = queries.format(box.resource.accounting_quantity, currency)
    return f"{has} · {box.place}" if box.place else has


class FundField(forms.ChoiceField):
    """One of the named funds, as cards that say what each is for."""

    def __init__(self, *, codes: Sequence[str], **options: Any) -> None:
        funds = [fund for fund in FUNDS if fund.code in codes]
        widget = BigChoice(notes={fund.code: fund.about for fund in funds})
        super().__init__(choices=[(fund.code, fund.label) for fund in funds], widget=widget, **options)


def amount_field(currency: Currency, **options: Any) -> MoneyField:
    """A sum above 0 in the currency of the books."""
    options.setdefault("label", gettext_lazy("How much"))
    options.setdefault("minimum", 1)
    return MoneyField(currency=currency.code, decimals=currency.decimals, **options)


class HappenedField(DayField):
    """The day on which something happened: today where nothing is said, never a day to come.

    `first`: the day of what it follows, before which it cannot have happened.
    """

    first: date | None = None
    read_as = ""  # a day of a closed month: it counts today

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("On which day"))
        super().__init__(**{"initial": today, **options})

    def clean(self, value: Any) -> date:
        """A day that has come."""
        day: date = super().clean(value or today())
        if day > today():
            raise ValidationError(_("This day has not come yet. Choose today or an earlier day."), code="not_yet")
        if self.first is not None and day < self.first:
            raise ValidationError(before_it(self.first), code="before_it")
        self.read_as = _late_words(day) if day < today() else ""
        return day


def _late_words(day: date) -> str:
    """What a person is told whose day lies in a closed month; empty for every other day."""
    closed = queries.closed_until()
    if closed is None or day > closed:
        return ""
    return _(
        "The books are closed up to %(closed)s. It is booked today, with “for %(day)s” beside it; the closed months "
        "stay as they are."
    ) % {"closed": format_day(closed), "day": format_day(day)}


def today() -> date:
    """Today on the local's wall clock."""
    return clock.today()


def moment_on(day: date) -> datetime | None:
    """None for today (it happens now), else noon of that day on the local's wall clock."""
    if day == today():
        return None
    return clock.from_wall(datetime.combine(day, time(12)))
