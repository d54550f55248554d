"""Settling a round, and paying its farms: each says first what it will do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import actor, long_work, number, post
from cosmolocal.agents.queries import reader
from cosmolocal.kernel import clock, errands
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, policy, queries
from cosmolocal.practices.shop.door.pages import extras
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.settling.queries import oddities


@open_to("steward")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """What settling will do, and the button that does it."""
    round = get_round_or_404(request, pk)

    def act(key: str) -> str | None:
        seen = request.POST.get("seen", "")
        sessions.require_own()  # who does it later in the background knows of no session
        if queries.is_large(round):
            draft = ErrandDraft("shop.settle_round", [pk, seen], _("Settle the round"), request.path)
            return long_work(request, draft).url
        operations.settle_round(by=actor(request), round=round, seen=seen, key=key)
        messages.success(request, _("The round is settled. Its account is exactly 0."))
        return None

    if request.method == "POST":
        return post(request, act, to=reverse("shop:round_desk", args=[pk]), refused_to=request.path)
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
        "unasked": extras.unasked(preview.extras, preview.lost),
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
    round = get_round_or_404(request, pk)
    boxes = list(money_queries.boxes(round.account.currency))
    if request.method == "POST":
        box = next((box for box in boxes if box.pk == number(request.POST, "box")), boxes[0])

        def act(key: str) -> str:
            made = operations.pay_producers(by=actor(request), round=round, box=box, key=key)
            return reverse("money:payout", args=[made.pk])

        said = _("The list is drawn up. A second person has to agree.")
        return post(request, act, to=request.path, said=said, refused_to=request.path)
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
