"""Packing on a phone: a list of crates, one crate a page, several people at once."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents.pages import actor, form_page, key_of, long_work, number, post
from cosmolocal.agents.queries import reader
from cosmolocal.handovers import operations, policy, queries
from cosmolocal.handovers.forms import LossForm
from cosmolocal.handovers.models import Crate
from cosmolocal.handovers.queries import CrateSheet, Line
from cosmolocal.handovers.views.pages import get_crate_or_404, get_handover_or_404, head, may_pack, say_where_charged
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.kernel.outside import NumberUnclear
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look import questions
from cosmolocal.look.forms import stepped
from cosmolocal.look.pages import say
from cosmolocal.look.questions import ORDERED, Asked, Expectation, Question, Typed

PER_PAGE = 60


@open_to("packer")
def packing(request: HttpRequest, pk: int) -> HttpResponse:
    """Crates page by page, how far packing is, who is at it. A screen that watches is drawn anew after changes only."""
    handover = get_handover_or_404(request, pk)
    stamp = queries.stamp(handover)
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    state, words = request.GET.get("state", ""), request.GET.get("q", "")
    progress = queries.progress(handover)
    found = queries.found(handover, words)
    if state in (Crate.State.TO_PACK, Crate.State.PACKED):
        found = found.filter(state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    ways = (
        ("", _("All"), progress.total),
        (Crate.State.TO_PACK, _("To pack"), progress.to_pack),
        (Crate.State.PACKED, _("Packed"), progress.packed),
    )
    context = head(request, handover, "packing") | {
        "progress": progress,
        "page": page,
        "rows": queries.rows_of(handover, page.object_list),
        "next": queries.next_crate(handover, actor(request)),
        "stamp": stamp,
        "words": words,
        "state": state,
        "is_long": progress.total > PER_PAGE,
        "tabs": [
            {"url": f"?state={name}", "label": label, "count": count, "current": name == state}
            for name, label, count in ways
        ],
        "again": _again(request, stamp),
        "may_set_weights": reader(request).has("steward"),
    }
    part = request.GET.get("part") == "crates"
    return render(request, "handovers/parts/crates.html" if part else "handovers/packing.html", context)


def _again(request: HttpRequest, stamp: str) -> str:
    """Where the part with the numbers asks for itself: the same page, and what it has seen."""
    wanted = request.GET.copy()
    wanted["part"], wanted["seen"] = "crates", stamp
    return f"?{wanted.urlencode()}"


@open_to("packer")
@require_POST
def make_crates(request: HttpRequest, pk: int) -> HttpResponse:
    """Crates for whom something is due and who has none yet."""
    handover = get_handover_or_404(request, pk)
    return post(
        request,
        lambda _key: operations.make_crates(by=actor(request), handover=handover),
        to=reverse("handovers:packing", args=[pk]),
    )


@open_to("packer")
@require_POST
def pack_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything was packed as ordered."""
    handover, here = get_handover_or_404(request, pk), reverse("handovers:packing", args=[pk])
    if queries.is_large(handover):
        return long_work(request, ErrandDraft("handovers.pack_all", [pk], _("Pack everything"), here))

    def act(key: str) -> None:
        operations.pack_all(by=actor(request), handover=handover, key=key)
        messages.info(request, queries.packed_words(handover))

    return post(request, act, to=here)


@open_to("steward")
@require_POST
def weights(request: HttpRequest, pk: int) -> HttpResponse:
    """A steward says whether what is paid by weight may be ticked without one."""
    handover, allowed = get_handover_or_404(request, pk), request.POST.get("allowed") == "1"
    if allowed:
        said = _("For this round a tick without a weight counts as ordered.")
    else:
        said = _("What is paid by weight is weighed again before it is ticked.")
    return post(
        request,
        lambda _key: operations.allow_unweighed(by=actor(request), handover=handover, allowed=allowed),
        to=reverse("handovers:packing", args=[pk]),
        said=said,
    )


@open_to("packer")
def crate(request: HttpRequest, pk: int) -> HttpResponse:
    """One crate: tick, weigh, missing, next."""
    found = get_crate_or_404(request, pk)
    if may_pack(request, found.handover) and found.state == Crate.State.TO_PACK and found.packer_id is None:
        found.packer = actor(request)
    return _crate_page(request, found)


@open_to("packer")
@require_POST
def tick(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """A line lies in the crate, with what the scale said; ticked again, it is taken out."""
    found = get_crate_or_404(request, pk)
    data, is_step = stepped(request.POST, request.POST.get("step", "1"))
    # Also what was taken out of the order since the page was opened: what lies in the crate is written down.
    one = next((row for row in _sheet(found, also=line).lines if row.commitment_id == line), None)
    if one is None:
        return _gone(request, found)
    typed = Typed.of(data, one.field)
    if is_step:
        return _crate_page(request, found, now=line, typed=typed)
    if one.is_packed and "untick" in request.POST:
        operations.unpack_line(by=actor(request), crate=found, commitment_id=line, key=key_of(request))
        return _after(request, found, _("%(name)s: taken out") % {"name": one.goods.name}, now=line)
    try:
        _into_crate(request, found, one, typed)
    except Asked as asked:
        return _crate_page(request, found, now=line, typed=typed, question=asked.question, status=422)
    except NumberUnclear:
        messages.error(request, _unclear(one, typed))
        return _crate_page(request, found, now=line, typed=typed, status=422)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _crate_page(request, get_crate_or_404(request, pk), now=line, typed=typed, status=422)
    if found.state == Crate.State.COLLECTED or found.handover.begins <= clock.now():
        say_where_charged(request, found.handover)
    now = next(row for row in _sheet(found, also=line).lines if row.commitment_id == line)
    if now.is_stray and now.quantity:
        _say_stray(request, found, now)
    said = _("%(name)s: missing") if not now.quantity else _("%(name)s: in the crate, %(amount)s")
    return _after(request, found, said % {"name": one.goods.name, "amount": now.quantity_text})


@open_to("packer")
def lose_packed(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Something in the crate spoiled or broke: it comes out, and is a loss of its lot."""
    found = get_crate_or_404(request, pk)
    one = next((row for row in _sheet(found).lines if row.commitment_id == line and row.quantity), None)
    if one is None:
        return _gone(request, found)
    lot = found.lines.values_list("lot_id", flat=True).filter(commitment=line).first()
    makers = queries.may_be_from(found.handover, lot, one.specification_id)
    form = LossForm(request.POST or None, goods=one.goods, most=one.quantity, makers=makers)

    def act(data: dict[str, Any]) -> None:
        operations.lose_packed(
            by=actor(request),
            crate=found,
            commitment_id=line,
            quantity=data["quantity"],
            reason=data["reason"],
            producer=form.producer,
            key=data["key"],
        )
        if not say_where_charged(request, found.handover):
            messages.success(request, _("Noted. The household does not pay for it."))

    return form_page(
        request,
        form,
        act,
        title=_("Spoiled or broken: %(name)s") % {"name": one.goods.name},
        lead=_("In the crate: %(amount)s") % {"amount": one.quantity_text},
        submit=_("Take it out"),
        back=reverse("handovers:crate", args=[pk]),
    )


@open_to("packer")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """This crate is packed; the next one opens."""
    found = get_crate_or_404(request, pk)

    def act(key: str) -> str:
        operations.close_crate(by=actor(request), crate=found, key=key)
        following = queries.next_crate(found.handover, actor(request), found.number)
        if following is None:
            messages.success(request, _("That was the last crate. Thank you!"))
            return reverse("handovers:packing", args=[found.handover_id])
        operations.claim_crate(by=actor(request), crate=following)
        return reverse("handovers:crate", args=[following.pk])

    here = reverse("handovers:crate", args=[pk])
    return post(request, act, to=here, refused_to=here)


def _into_crate(request: HttpRequest, found: Crate, line: Line, typed: Typed) -> None:
    """What was typed, or a tick without a number. Raises Asked, NumberUnclear, Refusal."""
    common: dict[str, Any] = {"by": actor(request), "crate": found, "commitment_id": line.commitment_id}
    common["key"] = key_of(request)
    if "missing" in request.POST:
        operations.pack_line(**common, quantity=0)
    elif not typed.strip():
        operations.tick_line(**common)
    else:
        expected = Expectation(line.asked, ORDERED)
        quantity = questions.settle(typed, expected, read=line.goods.read, write=line.goods.text)
        operations.pack_line(**common, quantity=quantity)


def _say_stray(request: HttpRequest, found: Crate, line: Line) -> None:
    """What lies in the crate though nobody asks for it: with why, where all of it was given up."""
    words = _(
        "%(name)s: it was taken out of the order meanwhile. It is written down as lying in the crate. Take it out and "
        "press its tick once more; if it is wanted after all, ask who hands over to add it."
    )
    if why := policy.called_off(found.handover, line.commitment_id):
        words = _("%(name)s: written down as lying in the crate. Take it out and press its tick once more.")
        if not policy.called_off(found.handover):  # else it stands on the page
            messages.warning(request, why)
    messages.warning(request, words % {"name": line.goods.name})


def _gone(request: HttpRequest, found: Crate) -> HttpResponse:
    """A page from before named what is not in this crate any more: nothing was written, and she reads so."""
    words = _("That is not in this crate any more. Nothing was written down; look at the crate as it is now.")
    messages.warning(request, words)
    return _after(request, found, words)


def _unclear(line: Line, typed: str) -> str:
    if line.goods.weigh:
        sentence = _("“%(typed)s” is not an amount. Write it like 2.1, or 0 if it is missing.")
    else:
        sentence = _("“%(typed)s” is no whole number. Write how many there are, or 0 if it is missing.")
    return sentence % {"typed": typed[:20]}


def _after(request: HttpRequest, found: Crate, sentence: str, now: int = 0) -> HttpResponse:
    """The crate again: as a part of the page where htmx asked, else by a redirect."""
    if getattr(request, "htmx", False):
        return say(_crate_page(request, get_crate_or_404(request, found.pk), now=now), sentence)
    address = reverse("handovers:crate", args=[found.pk])
    return redirect(f"{address}?line={now}#line-{now}" if now else address)


def _sheet(found: Crate, *, also: int | None = None) -> CrateSheet:
    return queries.crate_sheet(found, also=also)


def _crate_page(
    request: HttpRequest,
    found: Crate,
    *,
    now: int = 0,
    typed: str = "",
    question: Question | None = None,
    status: int = 200,
) -> HttpResponse:
    sheet = _sheet(found, also=now or None)
    chosen = now or number(request.GET, "line")
    open_lines = [line for line in sheet.lines if not line.is_packed]
    if found.state == Crate.State.COLLECTED:
        current = next((line for line in sheet.lines if line.commitment_id == chosen), None)  # to put right
    else:
        current = next((line for line in open_lines if line.commitment_id == chosen), next(iter(open_lines), None))
    progress = queries.progress(found.handover)
    context: dict[str, Any] = head(request, found.handover, "packing") | {
        "crate": found,
        "sheet": sheet,
        "current": current,
        "typed": typed,
        "question": question,
        "needs_weight": current is not None and current.goods.weigh and not found.handover.may_tick_unweighed,
        "progress": progress,
        "others": [name for name in progress.packers if name != actor(request).name],
    }
    part = context["is_part"] = bool(getattr(request, "htmx", False)) and request.method == "POST"
    return render(request, "handovers/parts/crate.html" if part else "handovers/crate.html", context, status=status)
