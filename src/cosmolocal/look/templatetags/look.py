"""The tags a template writes numbers, parts and drawings with: `{% load look %}`. README.md shows each one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from cosmolocal.kernel import ids
from cosmolocal.look import numbers, pictures
from cosmolocal.look.drawings import icons, produce
from cosmolocal.look.tables import Deed, Table
from cosmolocal.look.templatetags import figures

register = template.Library()
register.tags |= figures.register.tags
register.filters |= figures.register.filters

for picture in (pictures.price_bar, pictures.sparkline, pictures.bands, pictures.path_map):
    register.simple_tag(picture)

# Small signs


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """A small sign; with `label` it has a name of its own."""
    return icons.icon(name, str(label), extra)


@register.simple_tag
def badge(text: object, tone: str = "quiet") -> SafeString:
    """A few words on a tinted ground: today, late, ready, quiet."""
    return format_html('<span class="badge tone-{}">{}</span>', tone, text) if text else mark_safe("")


@register.simple_tag
def avatar(name: object, size: str = "", initial: str = "") -> SafeString:
    """The first letter of a name in a circle; silent, since the name stands beside it."""
    letter = initial or next(iter(str(name).strip()), "·").upper()
    return format_html('<span class="avatar {}" aria-hidden="true">{}</span>', size, letter)


@register.simple_tag
def product_drawing(kind: str | None, extra: str = "") -> SafeString:
    """The placeholder picture of a kind of goods."""
    return produce.product_drawing(kind or "", extra)


@register.simple_tag
def product_picture(url: str | None, kind: str | None = "", alt: str = "") -> SafeString:
    """The photo, or the drawing of its kind."""
    if not url:
        return produce.product_drawing(kind or "")
    return format_html('<img class="photo" src="{}" alt="{}" width="96" height="96" loading="lazy">', url, alt)


# Deeds


@register.simple_tag
def button(
    label: object,
    href: str = "",
    *,
    kind: str = "primary",
    icon: str = "",
    small: bool = False,
    wide: bool = False,
    **attributes: object,
) -> SafeString:
    """A link that looks like a deed, or (without `href`) a submit button. Other attributes pass through."""
    classes = f"button {kind}" + (" small" if small else "") + (" wide" if wide else "")
    drawn = icons.icon(icon) if icon else mark_safe("")
    if href:
        rest = _attributes(attributes)
        return format_html('<a class="{}" href="{}"{}>{}<span>{}</span></a>', classes, href, rest, drawn, label)
    attributes.setdefault("type", "submit")
    return format_html(
        '<button class="{}"{}>{}<span>{}</span></button>', classes, _attributes(attributes), drawn, label
    )


@register.simple_tag(takes_context=True)
def form_key(context: Context, key: str = "") -> SafeString:
    """Hidden inputs of a POST form: csrf token and idempotency key."""
    request = context.get("request")
    token = context.get("csrf_token") or (get_token(request) if request else "")
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}', token, key_field(key))


@register.simple_tag
def key_field(key: str = "") -> SafeString:
    """The hidden idempotency key alone."""
    return format_html('<input type="hidden" name="key" value="{}">', key or ids.fresh_key())


@register.simple_tag(takes_context=True)
def deed(
    context: Context,
    label: object,
    url: str,
    *,
    kind: str = "primary",
    icon: str = "",
    small: bool = False,
    **attributes: Any,
) -> SafeString:
    """A form with one POST button and nothing to fill in; `name` and `value` go with it. Nothing for who may not post
    there.
    """
    may_post_to = getattr(context.get("request"), "may_post_to", None)
    if may_post_to is not None and not may_post_to(url):
        return mark_safe("")
    return format_html(
        '<form class="deed" method="post" action="{}">{}{}</form>',
        url,
        form_key(context),
        button(label, kind=kind, icon=icon, small=small, **attributes),
    )


def _attributes(attributes: Mapping[str, object]) -> SafeString:
    pairs = [
        (name.rstrip("_").replace("_", "-"), "" if value is True else value)
        for name, value in attributes.items()
        if value is not None and value is not False
    ]
    return format_html_join("", ' {}="{}"', pairs)


# Parts made by templates


def _part(name: str, values: dict[str, Any]) -> SafeString:
    return render_to_string(f"look/parts/{name}.html", values)


@register.simple_block_tag(end_name="endcard")
def card(content: str, title: object = "", *, level: int = 2, **options: Any) -> SafeString:
    """One deed on one card. Options: badge, tone, href, icon, id, extra."""
    return _part("card", {"content": content, "title": title, "level": level, **options})


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, tone: str = "note", *, title: object = "", id: str = "") -> SafeString:
    """Something to know before going on: note, good, warn, bad."""
    sign = {"good": "check", "warn": "warn", "bad": "warn"}.get(tone, "info")
    return _part("notice", {"content": content, "tone": tone, "title": title, "id": id, "sign": sign})


@register.simple_block_tag(end_name="endpagehead")
def pagehead(content: str, title: object, **options: Any) -> SafeString:
    """The `h1` of the page. Options: lead, badge, tone, back, back_label, drawing."""
    return _part("pagehead", {"content": content, "title": title, **options})


@register.simple_tag
def stepper(
    name: str, value: object, *, label: object, unit: object = "", step: str = "1", **options: Any
) -> SafeString:
    """− value +. Options: min, max, id, disabled, form, small."""
    options.setdefault("min", "0")
    options.setdefault("id", f"id_{name}")
    options["mark"] = numbers.marks()[0]
    return _part("stepper", {"name": name, "value": value, "label": label, "unit": unit, "step": step, **options})


@register.simple_tag
def first_submit(name: str = "", value: str = "") -> SafeString:
    """What Enter presses in a form where steppers stand before its own button; nobody sees or reaches it."""
    rest = _attributes({"name": name or None, "value": value or None})
    return format_html('<button class="first-submit" tabindex="-1" aria-hidden="true"{}></button>', rest)


@register.simple_tag
def key_figure(label: object, value: object, note: object = "", tone: str = "") -> SafeString:
    """One number that matters, with its name."""
    return _part("key_figure", {"label": label, "value": value, "note": note, "tone": tone})


@register.simple_tag
def progress(done: int, total: int, label: object, id: str = "") -> SafeString:
    """How far a piece of work is; a total of 0 is still unknown."""
    share = numbers.format_percent(done, total) if total else ""
    return _part("progress", {"done": done, "total": total, "label": label, "share": share, "id": id})


@register.simple_tag
def nothing(title: object, text: object = "", **options: Any) -> SafeString:
    """Nothing here yet, and what to do about it. Options: icon or drawing; url, label and kind of a button."""
    return render_to_string("look/empty.html", {"title": title, "text": text, **options})


@register.inclusion_tag("look/parts/table.html", takes_context=True)
def data_table(context: Context, table: Table) -> dict[str, Any]:
    """A table that stacks on a phone."""
    shown = {"table": table, "heads": table.heads(), "lines": table.lines(), "sums": table.sums()}
    return {"request": context.get("request"), **shown}


@register.simple_tag(takes_context=True)
def row_deed(context: Context, one: Deed) -> SafeString:
    """One button of a row of a table."""
    rest: dict[str, Any] = {"kind": one.kind, "icon": one.icon, "small": True, "name": one.name, "value": one.value}
    if one.posts:
        return deed(context, one.label, one.href, aria_label=one.about, **rest)
    return button(one.label, one.href, aria_label=one.about, **rest)


@register.simple_tag
def facts(pairs: Sequence[tuple[object, object]]) -> SafeString:
    """Names and what belongs to them."""
    rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", pairs)
    return format_html('<dl class="facts">{}</dl>', rows)


@register.simple_tag
def ledger(rows: Sequence[tuple[object, object]], total: tuple[object, object] | None = None) -> SafeString:
    """A bill: what and how much, with a total at the foot."""
    return _part("ledger", {"rows": rows, "total": total})


@register.simple_tag
def tabs(items: Sequence[Mapping[str, Any]], label: object) -> SafeString:
    """Views of one thing, as links."""
    return _part("tabs", {"items": items, "label": label})


@register.simple_tag
def crumbs(items: Sequence[Mapping[str, Any]]) -> SafeString:
    """The way down to this page; the last item is the page itself."""
    return _part("crumbs", {"items": items})


@register.simple_tag
def back(url: str, label: object) -> SafeString:
    """The way back."""
    return format_html('<a class="back" href="{}">{}<span>{}</span></a>', url, icons.icon("back"), label)


@register.simple_tag(takes_context=True)
def pages(context: Context, page: Page[Any]) -> SafeString:
    """Pagination; the other values of the address stay."""
    if page.paginator.num_pages < 2:
        return mark_safe("")
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)

    def address(number: int) -> str:
        query["page"] = str(number)
        return "?" + query.urlencode()

    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    numbered = [(n, address(n) if isinstance(n, int) else "") for n in shown]
    before = address(page.previous_page_number()) if page.has_previous() else ""
    after = address(page.next_page_number()) if page.has_next() else ""
    return _part("pages", {"page": page, "numbered": numbered, "before": before, "after": after})


@register.simple_tag
def search_field(value: object = "", *, label: object, placeholder: object = "", name: str = "q") -> SafeString:
    """One search field with its button."""
    return _part("search", {"value": value or "", "label": label, "placeholder": placeholder, "name": name})


@register.simple_tag
def steps(items: Sequence[Mapping[str, Any]], label: object = "") -> SafeString:
    """Where a person is in a task of several pages."""
    return _part("steps", {"items": items, "label": label})


@register.simple_tag
def stops(items: Sequence[Mapping[str, Any]]) -> SafeString:
    """The numbered stops of a round."""
    return _part("stops", {"items": items})


@register.simple_tag
def path(items: Sequence[Mapping[str, Any]]) -> SafeString:
    """From field to door, one below the other."""
    return _part("path", {"items": items})


@register.simple_tag
def copy_link(url: str, title: object = "") -> SafeString:
    """An address with a button that copies or shares it."""
    return _part("copy_link", {"url": url, "title": title})


@register.simple_tag
def form_errors(form: Any) -> SafeString:
    """What must be put right, linked to the fields; nothing while there is nothing."""
    return render_to_string("look/forms/summary.html", {"form": form}) if form.errors else mark_safe("")


@register.simple_tag(takes_context=True)
def passkeys_possible(context: Context) -> bool:
    """Passkeys belong to a host name: False on a bare IP address, or without encryption away from localhost."""
    request = context.get("request")
    if request is None:
        return False
    host = request.get_host().rsplit(":", 1)[0]
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return bool(request.is_secure() and host.replace(".", "").strip("0123456789") and not host.startswith("["))


@register.simple_tag(takes_context=True)
def page_theme(context: Context) -> str:
    """light or dark as this browser chose, empty to follow the device."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in {"light", "dark"} else ""
