"""What every page does alike: who acts, a form filled in, a button pressed, a list, a file, numbers, the way back."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import limits, queries
from cosmolocal.agents import listing as lists
from cosmolocal.agents.listing import Asked, Beside, Column, Listing
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import errands, ids, outside
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.kernel.operation import noticing
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.forms import check_answers
from cosmolocal.look.pages import page_of_ours, refused, say_how_read, status_of
from cosmolocal.look.questions import how_read
from cosmolocal.paper import downloads, images, pictures
from cosmolocal.paper.pictures import KeptFiles

A_PAGE, MANY_COLUMNS = 50, 6  # of a list
MOST_ROWS = {"csv": 50_000, "xlsx": 50_000, "pdf": 5_000}  # of a list in one file
PHOTOS_AN_HOUR = 60  # of one person: a farm that shows all of its goods in one evening
AT_ONCE = {"csv": 1000, "xlsx": 1000, "xml": 1000, "pdf": 200}  # rows that take about half a second


class Check(NamedTuple):
    """What a page says that is read once more before anything happens: rows of `label` and `value`, and a warning."""

    rows: Iterable[Mapping[str, Any]]
    title: str = ""
    warning: str = ""


def actor(request: HttpRequest) -> Agent:
    """Who does it; the door has let in only somebody signed in."""
    agent = queries.reader(request).agent
    if agent is None:
        raise LookupError("this page states an access that lets strangers in")
    return agent


def key_of(request: HttpRequest) -> str:
    """What makes a form that is sent twice one deed: the page's key, or a fresh one for a client that sends none."""
    return request.POST.get("key") or ids.fresh_key()


def form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    *,
    said: str = "",
    to: str = "",
    check: Callable[[Any], Check] | None = None,
    **page: Any,
) -> HttpResponse:
    """A page with one form. `act(cleaned_data)` does it; then `said` is said and page `to` opens (without: the page
    `back`), or the address that `act` gives. Operations give no text, so a lambda that calls one will do.

    A Refusal lands in the form, at its field, with everything as it was typed (422; 503 where it may come again).
    `check(form)`: a page between shows what was written, and nothing happens before it is confirmed.
    `page`: title, lead, submit, danger, back (address, or address and name), template, and what else its template
    shows; `go_on`: what stands on the button before a check.
    """
    _take_back(page)
    is_sent = request.method == "POST" and not (check and "again" in request.POST)
    if is_sent and form.is_valid():
        try:
            if check and "confirmed" not in request.POST:
                return _check_page(request, form, check(form), page)
            with noticing() as before:
                found = act(form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            _say_done(request, said, before)
            say_how_read(request, form)
            return redirect(found if isinstance(found, str) else to or page["back"] or request.path)
    if check:
        page["submit"] = page.get("go_on") or _("Go on")
    status = max(status_of(form), 422 if is_sent else 200)
    return render(request, page.get("template", "look/form.html"), {**page, "form": form}, status=status)


def _take_back(page: dict[str, Any]) -> None:
    back = page.get("back") or ""
    page["back"], page["back_label"] = (back, "") if isinstance(back, str) else back


def _check_page(request: HttpRequest, form: forms.Form, asked: Check, page: Mapping[str, Any]) -> HttpResponse:
    return check_answers(
        request,
        form,
        title=asked.title or _("Is this right?"),
        submit=page.get("submit") or _("Yes, book it"),
        rows=asked.rows,
        warning=" ".join(filter(None, (asked.warning, *how_read(form)))),
        back=page["back"],
        back_label=page["back_label"],
    )


def post(
    request: HttpRequest,
    act: Callable[[str], object],
    *,
    to: str,
    said: str = "",
    refused_to: str | Callable[[], HttpResponse] = "",
) -> HttpResponse:
    """A button without a form. `act(key)` does it; then `said` is said and page `to` opens, or the address `act` gives.

    A Refusal is said on top of page `refused_to`, an address, or a function that draws the page with what was typed;
    without one it has a page of its own.
    """
    try:
        with noticing() as before:
            found = act(key_of(request))
    except Refusal as refusal:
        if not refused_to:
            raise
        messages.error(request, str(refusal))
        return redirect(refused_to) if isinstance(refused_to, str) else refused_to()
    _say_done(request, said, before)
    return redirect(found if isinstance(found, str) else to)


def _say_done(request: HttpRequest, said: str, before: Collection[str]) -> None:
    """`before`: deeds that this page had done already. Who went back to it may have meant the same once more."""
    if said:
        messages.success(request, said)
    if before:
        messages.info(request, _("It was sent twice and counts once. To do the same again, open the page anew."))


def number(sent: QueryDict, name: str, *, most: int = outside.LARGEST) -> int | None:
    """An id or a count in an address or a hidden field; None where it is none."""
    return outside.whole(sent.get(name), most=most)


def numbers(sent: QueryDict, name: str) -> list[int]:
    """All of that name (ticks); what is no number is left out."""
    return [value for text in sent.getlist(name) if (value := outside.whole(text)) is not None]


def kept_photo(request: HttpRequest, sent: UploadedFile[bytes] | None) -> KeptFiles | None:
    """A photo of a form, its files kept. They stay for a day also where the deed is refused, so they are counted: at
    most `PHOTOS_AN_HOUR` of one person. Refuses as `limits.require` and `pictures.keep`.
    """
    if not sent:
        return None
    limits.require("photo", limits.who(request), times=PHOTOS_AN_HOUR, seconds=3600)
    return pictures.keep(sent.read(images.LARGEST_BYTES + 1))


def back_to(request: HttpRequest, usual: str) -> str:
    """The page of ours that the form names as `back`, else the usual one."""
    return page_of_ours(request.POST.get("back")) or usual


def long_work(request: HttpRequest, wish: ErrandDraft) -> HttpResponseRedirect:
    """Has the worker do it, and shows how far it is. A file may be asked for by a link: the books stay as they are."""
    made = errands.ask(wish, by_id=actor(request).pk, key=key_of(request))
    return HttpResponseRedirect(reverse("errand", args=[made.pk]))


def file(
    request: HttpRequest, wish: ErrandDraft, *, kind: str, rows: int, kinds: Collection[str] = downloads.TYPES
) -> HttpResponse:
    """The file that an errand makes: at once where it has few rows, else by the worker. Not one of `kinds`: 404."""
    if kind not in kinds:
        raise Http404
    if rows > AT_ONCE[kind]:
        return long_work(request, wish)
    made = errands.at_once(wish, by_id=actor(request).pk)
    return downloads.file(made.data, made.name, made.content_type, inline=kind == "pdf")


def listing_page(request: HttpRequest, listing: Listing, *about: Any, **page: Any) -> HttpResponse:
    """A declared list: searched, ordered by a column and paged by its address; `as` gives it as a file.

    `page`: title where it is another than that of its files, lead, back (address, or address and name), `deeds`
    (label, address, icon; the first stands out), template, and what else its template shows; `beside(rows)` gives more
    of it for the prepared rows of this page; `row_deeds` and `row_tick` the buttons and the box of a row. What it is
    `about` (ids, texts) the view has looked at: 404 where a reader may not. View and list state one access: the file
    is fetched later.
    """
    view = request.resolver_match.func if request.resolver_match else None
    if getattr(view, "open_to", "") != listing.open_to:
        raise TypeError(f"list {listing.code} states another access than its view")
    wish = Asked.of(request.GET)
    every = listing.rows(queries.reader(request), *about)
    found = listing.found(every, wish)
    if request.GET.get("as"):
        return _listing_file(request, listing, about, found.order_by().count())
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    rows = listing.prepare(list(shown.object_list))

    def address(column: Column) -> str:
        return _query(request, sort=f"-{column.name}" if wish.sort == column.name else column.name)

    sums, title = listing.totals(found) if rows else {}, page.pop("title", "") or listing.title_of(about)
    table = lists.on_screen(
        listing,
        rows,
        sums,
        caption=title,
        beside=Beside(page.pop("row_deeds", None), page.pop("row_tick", None)),
        address=address,
        now=wish.sort,
    )
    _take_back(page)
    beside, show = page.pop("beside", None), listing.shown(wish.show)
    context = {
        "title": title,
        "listing": listing,
        "table": table,
        "width": "wide" if len(table.columns) > MANY_COLUMNS else "",
        "page": shown,
        "rows": rows,
        "words": wish.words,
        "kept": [(name, value) for name, value in request.GET.items() if value and name not in ("q", "page", "as")],
        "empty": show.empty if show and show.empty else listing.empty,
        "tabs": _shows(request, listing, every, wish),
        "orders": [head for head in table.heads() if head.href],
        "files": [(kind, _query(request, **{"as": kind})) for kind in listing.files],
        **page,
        **(beside(rows) if beside else {}),
    }
    return render(request, page.get("template", "look/list_page.html"), context)


def _listing_file(request: HttpRequest, listing: Listing, about: tuple[Any, ...], rows: int) -> HttpResponse:
    kind, asked = request.GET["as"], _query(request).removeprefix("?")
    if rows > MOST_ROWS.get(kind, rows):
        words = _("These are %(rows)s rows, and such a file holds at most %(most)s. Search for fewer, or take CSV.")
        raise Refusal("agents.too_many_rows", words % {"rows": rows, "most": MOST_ROWS[kind]})
    args = [listing.code, kind, asked, *about]
    return file(
        request,
        ErrandDraft("agents.listing_file", args, listing.title_of(about), f"{request.path}?{asked}"),
        kind=kind,
        rows=rows,
        kinds=listing.files,
    )


def _shows(request: HttpRequest, listing: Listing, every: QuerySet[Any], wish: Asked) -> list[dict[str, Any]]:
    now = listing.shown(wish.show)
    return [
        {
            "url": _query(request, show=one.name),
            "label": one.title,
            "current": one is now,
            **({"count": one.rows(every).order_by().count()} if one.counted else {}),
        }
        for one in listing.shows
    ]


def _query(request: HttpRequest, **changed: str) -> str:
    """The address of this page with other values, from its first page on."""
    asked = request.GET.copy()
    for name in ("page", "as", *changed):
        asked.pop(name, None)
    for name, value in changed.items():
        asked[name] = value
    return f"?{asked.urlencode()}"
