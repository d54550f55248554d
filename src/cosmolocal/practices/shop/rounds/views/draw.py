"""How lots were drawn in a round: the mark of its secret number beforehand, the number and the outcome afterwards."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.pages import file
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.practices.shop.pages import get_seen_round_or_404
from cosmolocal.practices.shop.rounds import drawn


@open_to("signed_in")
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody may look, and take the list along to draw it again. Households stand there by number, not by name."""
    round = get_seen_round_or_404(request, pk)
    found = drawn.draw_of(round)
    if found is None:
        raise Http404
    is_shown = drawn.may_show(round)
    if kind := request.GET.get("as", ""):
        if not is_shown:
            raise Http404
        name = _("Draw, %(round)s") % {"round": round.name}
        wish = ErrandDraft("shop.draw", [pk, kind], name, reverse("shop:draw", args=[pk]))
        return file(request, wish, kind=kind, rows=sum(len(one.entries) for one in found.drawn.all()))
    mine = {agent.pk for agent in agents_queries.buying_agents_of(reader(request))}
    places = drawn.places(found, mine) if is_shown else []
    context = {"round": round, "draw": found, "is_shown": is_shown, "places": places, "mine": sorted(mine)}
    return render(request, "shop/draw.html", context)
