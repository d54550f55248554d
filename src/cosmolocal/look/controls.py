"""The simplest controls of a form, drawn without a template: a farm with 130 goods has 260 of them on one page.

What they write is what Django's own templates would.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

AMOUNT = "look/forms/amount.html"  # the name of what `amount` draws


def drawing_of(template_name: str) -> Callable[[Mapping[str, Any]], SafeString] | None:
    """What draws a control in the place of its template; takes `widget` of its context."""
    return _DRAWINGS.get(template_name)


def plain_input(widget: Mapping[str, Any]) -> SafeString:
    """An <input>."""
    value = "" if widget["value"] is None else format_html(' value="{}"', _text(widget["value"]))
    return format_html('<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], value, _attrs(widget))


def amount(widget: Mapping[str, Any]) -> SafeString:
    """A number, with what stands before and after it; before it what somebody was sure of."""
    sure = format_html_join(
        "", '<input type="hidden" name="sure" value="{}={}">', ((widget["name"], parts) for parts in widget["sure"])
    )
    before, after, number = widget["before"], widget["after"], plain_input(widget)
    if not before and not after:
        return format_html("{}{}", sure, number)
    if before:
        before = format_html('<span class="amount-before" aria-hidden="true">{}</span>', before)
    if after:
        id = widget["attrs"].get("id", "")
        after = format_html('<span class="amount-after" id="{}_unit">{}</span>', id, after)
    return format_html('{}<span class="amount-box" dir="ltr">{}{}{}</span>', sure, before, number, after)


def _attrs(widget: Mapping[str, Any]) -> SafeString:
    told = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    parts = [f" {name}" if value is True else f' {name}="{conditional_escape(_text(value))}"' for name, value in told]
    return mark_safe("".join(parts))  # noqa: S308 - names are written by us, values are escaped


def _text(value: Any) -> Any:
    """Numbers as they are, in no language's way."""
    return value if isinstance(value, str) else str(value)


_KINDS = ("text", "hidden", "number", "email", "tel", "url", "search")
_DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], SafeString]] = {
    AMOUNT: amount,
    **{f"django/forms/widgets/{kind}.html": plain_input for kind in _KINDS},
}
