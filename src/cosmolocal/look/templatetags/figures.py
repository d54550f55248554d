"""Numbers, money and days as a template writes them: part of `{% load look %}`."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from cosmolocal.kernel import languages
from cosmolocal.look import dates, numbers, terms

register = template.Library()
# Values may be an empty text too: that is what a template has for a variable that is not there.


def money(minor: int | str | None, currency: Any, *, signed: bool = False, bare: bool = False) -> SafeString:
    """A sum in minor units, kept in one piece and left to right; nothing where there is no value."""
    if minor is None or isinstance(minor, str):
        return mark_safe("")
    code, decimals = terms.currency(currency)
    text = numbers.format_number(minor, decimals) if bare else numbers.write_money(minor, code, decimals, signed=signed)
    return format_html('<bdi class="money" dir="ltr">{}</bdi>', text)


def quantity(base: int | str | None, unit: Any) -> SafeString:
    """An amount in smallest parts with its unit; nothing where there is no value."""
    if base is None or isinstance(base, str):
        return mark_safe("")
    symbol, decimals, per = terms.unit(unit)
    return format_html('<bdi class="quantity">{}</bdi>', numbers.format_quantity(base, symbol, decimals, per))


register.simple_tag(money, name="money")
register.filter("money", money)
register.simple_tag(quantity, name="quantity")
register.filter("quantity", quantity)


@register.filter
def number(value: int | str | None) -> str:
    """A whole number with marks between thousands."""
    return "" if value is None or isinstance(value, str) else numbers.format_number(value)


@register.simple_tag
def percent(part: int, whole: int, decimals: int = 0) -> SafeString:
    """`part` of `whole` in percent."""
    return format_html('<bdi class="quantity" dir="ltr">{}</bdi>', numbers.format_percent(part, whole, decimals))


@register.filter
def day(value: date | str | None) -> SafeString:
    """The day with its weekday, in a `<time>`."""
    if value is None or isinstance(value, str):
        return mark_safe("")
    exact = dates.local(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', exact.isoformat(), dates.format_day(exact))


@register.filter
def short_day(value: date) -> str:
    """26 Nov 2026."""
    return languages.write_short_day(value)


@register.filter
def month(value: date) -> str:
    """November 2026."""
    return dates.format_month(value)


@register.filter
def daytime(value: datetime | str | None) -> SafeString:
    """Day and time in the local zone, in a `<time>`."""
    return _time(value, dates.format_daytime)


@register.filter
def soon(value: datetime | str | None) -> SafeString:
    """today 20:00, tomorrow 9:30, Thursday 16:00; later ones in full."""
    return _time(value, dates.format_soon)


@register.filter
def clock(value: datetime | str | None) -> SafeString:
    """The time of day in the local zone."""
    return _time(value, dates.format_clock)


@register.simple_tag
def window(begin: datetime, end: datetime) -> str:
    """From when to when, on which day."""
    return dates.format_window(begin, end)


def _time(value: datetime | str | None, write: Any) -> SafeString:
    if value is None or isinstance(value, str):
        return mark_safe("")
    return format_html('<time datetime="{}">{}</time>', dates.local(value).isoformat(timespec="minutes"), write(value))
