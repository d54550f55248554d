"""What was put right after settling: who gets or pays what, and the button that books it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import sessions
from cosmolocal.agents.pages import actor, post
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.practices.shop import operations, policy
from cosmolocal.practices.shop.pages import get_round_or_404
from cosmolocal.practices.shop.settling.operations import following


@open_to("auditor_reads")
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Every difference between what was settled and what is written now."""
    round = get_round_or_404(request, pk)
    if request.method == "POST":
        return post(
            request,
            lambda key: operations.follow_facts(
                by=actor(request), round=round, seen=request.POST.get("seen", ""), key=key
            ),
            to=reverse("shop:round_desk", args=[pk]),
            said=_("Booked. It stands on each statement."),
            refused_to=request.path,
        )
    found = following.differences(round)
    context = {
        "round": round,
        "farms": [one for one in found if one.line is None],
        "households": [one for one in found if one.line is not None],
        "unbooked": [one for one in found if one.account_id is None],
        "mark": following.mark(found),
        "currency": round.account.currency,
        "may_book": policy.may_book(reader(request)),
        "lent": sessions.words(),
    }
    return render(request, "shop/desk/follow.html", context)
