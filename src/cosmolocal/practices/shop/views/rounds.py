"""The steward's desk: rounds planned, opened, closed, ordered, settled, paid."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents import sessions
from cosmolocal.agents.choosing import are_many
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.pages import long_work
from cosmolocal.agents.queries import reader
from cosmolocal.kernel import clock, errands, ids, outside
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import Wish
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused
from cosmolocal.look.dates import format_day
from cosmolocal.money import queries as purse
from cosmolocal.practices.shop import operations, policy, queries, rules
from cosmolocal.practices.shop.forms.rounds import (
    CancelForm,
    ReopenForm,
    RoundForm,
    SettingsForm,
    typed,
    typed_settings,
)
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.pages import buyers, extras
from cosmolocal.practices.shop.queries import oddities
from cosmolocal.practices.shop.steps import steps_of

A_WEEK = 7


def actor(request: HttpRequest) -> Agent:
    """Who does the deed; the door let nobody in who has not signed in."""
    agent = reader(request).agent
    assert agent is not None
    return agent


def open_round(request: HttpRequest, pk: int) -> OrderRound:
    """A round this reader may see at the desk, or 404."""
    return get_object_or_404(queries.visible_to(reader(request)), pk=pk)


@open_to("auditor_reads")
def rounds(request: HttpRequest) -> HttpResponse:
    """Rounds that run, and those before."""
    every = list(queries.visible_to(reader(request)).order_by("-handover__begins", "-id")[:60])
    over = (OrderRound.State.SETTLED, OrderRound.State.CANCELLED)
    context = {
        "running": [round for round in reversed(every) if round.state not in over],
        "past": [round for round in every if round.state in over],
        "last": queries.desk.next_from(clock.now()),
        "may_run": policy.may_run(reader(request)),
        "settings": queries.settings(),
    }
    return render(request, "shop/desk/rounds.html", context)


@open_to("steward")
def plan(request: HttpRequest) -> HttpResponse:
    """A new round, from nothing or like the last one a week later."""
    if not Place.objects.filter(is_handover=True).exists():
        return render(request, "shop/desk/no_place.html", {"may_run": policy.may_run(reader(request))})
    source = _source(request)
    form = RoundForm(request.POST or None, initial=_later(source) if source else None)
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            planned = operations.plan_round(by=actor(request), wish=form.wish(), like=source, key=data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            return redirect("shop:round_goods", planned.pk)
    return _round_form(request, form, _("Plan a round"), _("Go on to the goods"), reverse("shop:rounds"))


@open_to("steward")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, a word to the members."""
    round = open_round(request, pk)
    form = RoundForm(request.POST or None, initial=typed(round))
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_round(by=actor(request), round=round, wish=form.wish(), key=form.cleaned_data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            return redirect("shop:round_desk", pk)
    return _round_form(request, form, _("Change the round"), _("Save"), reverse("shop:round_desk", args=[pk]))


@open_to("auditor_reads")
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: how it stands, and the one thing to do next."""
    round = open_round(request, pk)
    now = clock.now()
    context: dict[str, Any] = {
        "round": round,
        "now": now,
        "steps": steps_of(round),
        "standing": queries.standing(round),
        "progress": queries.desk.progress(round),
        "currency": round.account.currency,
        "may_run": policy.may_run(reader(request)),
        "has_given_back": queries.credits.of_round(round).exists(),
        "may_swap": round.state == OrderRound.State.SETTLED and policy.may_run(reader(request)),
        "may_pay": reader(request).has("treasurer"),
        "may_reopen": policy.may_reopen(round, now),
        "grace_ends": rules.grace_ends(round.closed_at, round.grace_minutes) if round.closed_at else None,
        "short": queries.short_goods(round) if round.state in ("open", "grace") else [],
        "sums": queries.sums_of([round]) if round.state == OrderRound.State.SETTLED else None,
        "target_bp": queries.settings().target_bp,
        **(_writers() if round.state == OrderRound.State.OPEN else {}),
    }
    return render(request, "shop/desk/desk.html", context)


def _writers() -> dict[str, Any]:
    """Who may have written an order on paper: a list of them, or a line to type a name in where there are many."""
    everybody = buyers.everybody()
    return {"are_many": True} if are_many(everybody) else {"buyers": everybody}


@open_to("steward")
@require_POST
def deed(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One of the deeds without a form: open, close, send, remind, give up what was never open."""
    round, by = open_round(request, pk), actor(request)
    key = request.POST.get("key") or ids.fresh_key()
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "open": (lambda: operations.open_round(by=by, round=round, key=key), _("The round is open.")),
        "close": (lambda: operations.close_round(by=by, round=round, key=key), _("The round is closed.")),
        "send": (
            lambda: operations.send_producer_orders(by=by, round=round, key=key),
            _("The farms are being told what to bring."),
        ),
        "remind": (lambda: operations.remind(by=by, round=round, key=key), _("Who has not ordered gets a word.")),
        "cancel": (lambda: operations.cancel_round(by=by, round=round, key=key), _("The round is given up.")),
    }
    if name not in acts:
        return redirect("shop:round_desk", pk)
    if name == "send" and queries.is_large(round):
        desk_url = reverse("shop:round_desk", args=[pk])
        return long_work(request, Wish("shop.send_producer_orders", [pk], _("Order from the farms"), desk_url))
    act, said = acts[name]
    try:
        act()
        messages.success(request, said)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("shop:round_desk", pk)


@open_to("steward")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """What cancelling an open round will do, and why it is done."""
    round = open_round(request, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.cancel_round(by=actor(request), round=round, reason=data["reason"], key=data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The round is cancelled, and who had ordered is being told."))
            return redirect("shop:round_desk", pk)
    elif request.method != "POST" and round.state != OrderRound.State.OPEN:
        return redirect("shop:round_desk", pk)
    standing = queries.standing(round)
    lead = ngettext(
        "%(count)d household has ordered. Its order is cancelled, what was set aside is free again, and it is told "
        "why.",
        "%(count)d households have ordered. Their orders are cancelled, what was set aside is free again, and they are "
        "told why.",
        standing.orders,
    )
    context = {
        "form": form,
        "title": _("Cancel the round “%(name)s”?") % {"name": round.name},
        "lead": lead % {"count": standing.orders},
        "submit": _("Cancel the round"),
        "danger": True,
        "back": reverse("shop:round_desk", args=[pk]),
        "back_label": _("The round"),
    }
    return render(request, "look/form.html", context, status=422 if form.errors else 200)


@open_to("steward")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Closed by mistake."""
    round = open_round(request, pk)
    later = max(round.closes_at, clock.now() + rules.HOUR)
    form = ReopenForm(request.POST or None, initial={"closes_at": later})
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            operations.reopen_round(by=actor(request), round=round, closes_at=data["closes_at"], key=data["key"])
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The round is open again. All orders are as they were."))
            return redirect("shop:round_desk", pk)
    return _round_form(
        request, form, _("Open the round again"), _("Open it again"), reverse("shop:round_desk", args=[pk])
    )


@open_to("steward")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """What settling will do, and the button that does it."""
    round = open_round(request, pk)
    if request.method == "POST":
        try:
            sessions.require_own()  # who does it later in the background knows of no session
            if queries.is_large(round):
                return long_work(request, Wish("shop.settle_round", [pk], _("Settle the round"), request.path))
            operations.settle_round(by=actor(request), round=round, key=request.POST.get("key", ""))
            messages.success(request, _("The round is settled. Its account is exactly 0."))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("shop:settle", pk)
        return redirect("shop:round_desk", pk)
    if round.state != OrderRound.State.ORDERED:
        return redirect("shop:round_desk", pk)
    under_way = errands.last("shop.settle_round", [pk], by_id=actor(request).pk)
    if under_way and not under_way.is_over:
        return redirect("errand", under_way.pk)
    preview, progress = operations.preview(round), queries.desk.progress(round)
    names = dict(Agent.objects.filter(pk__in=list(preview.parts.producers)).values_list("pk", "name"))
    far = oddities.payments(round, preview.parts.producers)
    surplus = preview.taken_back
    receivers = {credit.line.order.household_id for credit in surplus}
    crates = dict(round.handover.crates.filter(receiver__in=receivers).values_list("receiver_id", "pk"))
    context = {
        "round": round,
        "preview": preview,
        "taken_back": [(credit, crates.get(credit.line.order.household_id)) for credit in surplus],
        "extras": extras.rows(preview.extras),
        "waiting": progress.crates - progress.collected if round.handover.ends > clock.now() else 0,
        "currency": round.account.currency,
        "producers": sorted((names[pk], amount, pk in far) for pk, amount in preview.parts.producers.items()),
        "odd": oddities.lines(round),
        "is_far": bool(far),
        "funds": [
            (_("Tax owed"), sum(preview.parts.tax.values())),
            (_("Deposits held"), preview.parts.deposits),
            (_("Transport"), preview.parts.transport),
            (_("Store and people"), preview.parts.running),
            (_("Rounding"), preview.parts.rounding),
        ],
        "may_run": policy.may_run(reader(request)),
        "lent": sessions.words(),
    }
    return render(request, "shop/desk/settle.html", context)


@open_to("auditor_reads")
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of what each farm gets, from which box; a second person then agrees."""
    round = open_round(request, pk)
    boxes = list(purse.boxes(round.account.currency))
    if request.method == "POST":
        box = next((box for box in boxes if str(box.pk) == request.POST.get("box")), boxes[0])
        try:
            made = operations.pay_producers(by=actor(request), round=round, box=box, key=request.POST.get("key", ""))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("shop:pay", pk)
        messages.success(request, _("The list is drawn up. A second person has to agree."))
        return redirect("money:payout", made.pk)
    if round.state != OrderRound.State.SETTLED:
        return redirect("shop:round_desk", pk)
    due = {int(producer): amount for producer, amount in round.result["producers"].items()}
    names = dict(Agent.objects.filter(pk__in=list(due)).values_list("pk", "name"))
    context = {
        "round": round,
        "boxes": boxes,
        "currency": round.account.currency,
        "producers": sorted((names[pk], amount) for pk, amount in due.items()),
        "total": sum(due.values()),
    }
    return render(request, "shop/desk/pay.html", context)


@open_to("steward")
def settings(request: HttpRequest) -> HttpResponse:
    """How the shop works from now on."""
    form = SettingsForm(request.POST or None, initial=typed_settings(queries.settings()))
    if request.method == "POST" and form.is_valid():
        operations.change_settings(by=actor(request), key=form.cleaned_data["key"], **form.basis_points())
        return redirect("shop:rounds")
    return _round_form(request, form, _("How the shop works"), _("Save"), reverse("shop:rounds"))


def _round_form(request: HttpRequest, form: Any, title: str, submit: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "back": back}
    return render(request, "look/form.html", context, status=422 if form.errors else 200)


def _source(request: HttpRequest) -> OrderRound | None:
    wanted = outside.whole(request.GET.get("like"))
    return queries.visible_to(reader(request)).filter(pk=wanted).first() if wanted else None


def _later(round: OrderRound) -> dict[str, Any]:
    """The same times on the wall, the first whole weeks later that are still to come, around holidays."""
    weeks = 1
    while (times := queries.times_later(round, A_WEEK * weeks)).closes_at <= clock.now():
        weeks += 1
    return {**typed(round), **asdict(times), "name": format_day(times.begins)}
