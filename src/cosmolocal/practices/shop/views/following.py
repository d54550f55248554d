"""What was put right after settling: who gets or pays what, and the button that books it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cosmolocal.agents import sessions
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.practices.shop import operations, policy
from cosmolocal.practices.shop.operations import following
from cosmolocal.practices.shop.views.rounds import actor, open_round


@open_to("auditor_reads")
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Every difference between what was settled and what is written now."""
    round = open_round(request, pk)
    if request.method == "POST":
        try:
            operations.follow_facts(by=actor(request), round=round, key=request.POST.get("key", ""))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("shop:follow", pk)
        messages.success(request, _("Booked. It stands on each statement."))
        return redirect("shop:round_desk", pk)
    found = following.differences(round)
    context = {
        "round": round,
        "farms": [one for one in found if one.line is None],
        "households": [one for one in found if one.line is not None],
        "unbooked": [one for one in found if one.account_id is None],
        "currency": round.account.currency,
        "may_book": policy.may_book(reader(request)),
        "lent": sessions.words(),
    }
    return render(request, "shop/desk/follow.html", context)
