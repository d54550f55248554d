"""The steward's desk: rounds planned, opened, closed, ordered, cancelled."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.choosing import are_many
from cosmolocal.agents.models import Place
from cosmolocal.agents.pages import actor, form_page, long_work, number, post
from cosmolocal.agents.queries import reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.look.dates import format_day
from cosmolocal.practices.shop import operations, policy, queries, rules
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.orders.pages import buyers
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.rounds.forms import (
    CancelForm,
    ReopenForm,
    RoundForm,
    SettingsForm,
    typed,
    typed_settings,
)
from cosmolocal.practices.shop.steps import steps_of

A_WEEK = 7


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
    form = RoundForm(request.POST or None, initial=_later(source) if source else _first())

    def act(data: dict[str, Any]) -> str:
        planned = operations.plan_round(by=actor(request), draft=form.draft(), like=source, key=data["key"])
        return reverse("shop:round_goods", args=[planned.pk])

    return form_page(
        request, form, act, title=_("Plan a round"), submit=_("Go on to the goods"), back=reverse("shop:rounds")
    )


@open_to("steward")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, a word to the members."""
    round = get_round_or_404(request, pk)
    form = RoundForm(request.POST or None, initial=typed(round))
    return form_page(
        request,
        form,
        lambda data: operations.change_round(by=actor(request), round=round, draft=form.draft(), key=data["key"]),
        title=_("Change the round"),
        submit=_("Save"),
        back=reverse("shop:round_desk", args=[pk]),
    )


@open_to("auditor_reads")
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: how it stands, and the one thing to do next."""
    round = get_round_or_404(request, pk)
    now = clock.now()
    context: dict[str, Any] = {
        "round": round,
        "now": now,
        "steps": steps_of(round, reader(request)),
        "standing": queries.standing(round),
        "progress": queries.desk.progress(round),
        "currency": round.account.currency,
        "may_run": policy.may_run(reader(request)),
        "has_given_back": queries.credits.of_round(round).exists(),
        "may_swap": round.state == OrderRound.State.SETTLED and policy.may_run(reader(request)),
        "may_pack": agents_policy.may_enter(reader(request), "packer"),
        "may_settle": agents_policy.may_enter(reader(request), "steward"),
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
    round, by, desk_url = get_round_or_404(request, pk), actor(request), reverse("shop:round_desk", args=[pk])
    acts: dict[str, tuple[Callable[[str], object], str]] = {
        "open": (lambda key: operations.open_round(by=by, round=round, key=key), _("The round is open.")),
        "close": (lambda key: operations.close_round(by=by, round=round, key=key), _("The round is closed.")),
        "send": (
            lambda key: operations.send_producer_orders(by=by, round=round, key=key),
            _("The farms are being told what to bring."),
        ),
        "remind": (lambda key: operations.remind(by=by, round=round, key=key), _("Who has not ordered gets a word.")),
        "cancel": (lambda key: operations.cancel_round(by=by, round=round, key=key), _("The round is given up.")),
    }
    if name not in acts:
        return redirect(desk_url)
    if name == "send" and queries.is_large(round):
        return long_work(request, ErrandDraft("shop.send_producer_orders", [pk], _("Order from the farms"), desk_url))
    act, said = acts[name]
    return post(request, act, to=desk_url, said=said, refused_to=desk_url)


@open_to("steward")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """What cancelling an open round will do, and why it is done."""
    round = get_round_or_404(request, pk)
    if request.method != "POST" and round.state != OrderRound.State.OPEN:
        return redirect("shop:round_desk", pk)
    standing = queries.standing(round)
    lead = ngettext(
        "%(count)d household has ordered. Its order is cancelled, what was set aside is free again, and it is told "
        "why.",
        "%(count)d households have ordered. Their orders are cancelled, what was set aside is free again, and they are "
        "told why.",
        standing.orders,
    )
    return form_page(
        request,
        CancelForm(request.POST or None),
        lambda data: operations.cancel_round(by=actor(request), round=round, **data),
        said=_("The round is cancelled, and who had ordered is being told."),
        title=_("Cancel the round “%(name)s”?") % {"name": round.name},
        lead=lead % {"count": standing.orders},
        submit=_("Cancel the round"),
        danger=True,
        back=(reverse("shop:round_desk", args=[pk]), _("The round")),
    )


@open_to("steward")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Closed by mistake."""
    round = get_round_or_404(request, pk)
    later = max(round.closes_at, clock.now() + rules.HOUR)
    return form_page(
        request,
        ReopenForm(request.POST or None, initial={"closes_at": later}),
        lambda data: operations.reopen_round(by=actor(request), round=round, **data),
        said=_("The round is open again. All orders are as they were."),
        title=_("Open the round again"),
        submit=_("Open it again"),
        back=reverse("shop:round_desk", args=[pk]),
    )


@open_to("steward")
def settings(request: HttpRequest) -> HttpResponse:
    """How the shop works from now on."""
    form = SettingsForm(request.POST or None, initial=typed_settings(queries.settings()))
    return form_page(
        request,
        form,
        lambda data: operations.change_settings(by=actor(request), key=data["key"], **form.basis_points()),
        title=_("How the shop works"),
        submit=_("Save"),
        back=reverse("shop:rounds"),
    )


def _first() -> dict[str, Any]:
    """What a round without one before it may be like, to be changed: orders for three days from now on, collected in
    the afternoon after, at the only place where there is one.
    """
    now, places = clock.now(), Place.objects.filter(is_handover=True)[:2]
    begins = _at(clock.day_of(now) + timedelta(days=4), 16)
    return {
        "name": format_day(begins),
        "opens_at": now.replace(second=0, microsecond=0),
        "closes_at": _at(clock.day_of(now) + timedelta(days=3), 20),
        "begins": begins,
        "ends": begins + timedelta(hours=3),
        "place": places[0].pk if len(places) == 1 else None,
    }


def _at(day: date, hour: int) -> datetime:
    return clock.from_wall(datetime.combine(day, time(hour)))


def _source(request: HttpRequest) -> OrderRound | None:
    wanted = number(request.GET, "like")
    return queries.visible_to(reader(request)).filter(pk=wanted).first() if wanted else None


def _later(round: OrderRound) -> dict[str, Any]:
    """The same times on the wall, the first whole weeks later that are still to come, around holidays."""
    weeks = 1
    while (times := queries.times_later(round, A_WEEK * weeks)).closes_at <= clock.now():
        weeks += 1
    return {**typed(round), **asdict(times), "name": format_day(times.begins)}
