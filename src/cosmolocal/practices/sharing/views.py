"""What is shared, how much it is used, what waits for who looks after it; the feed of vehicles for other programs."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.policy import STEWARD
from cosmolocal.agents.queries import reader
from cosmolocal.bookings import queries as bookings_queries
from cosmolocal.bookings import words
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.look.tables import Column, Table
from cosmolocal.money.queries import format as money
from cosmolocal.practices.sharing import desk as waiting
from cosmolocal.practices.sharing import vehicles

WEEKS = 12


@open_to("together")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All things, with the price, and whether they are free now (three statements)."""
    things = list(bookings_queries.things("sharing"))
    terms, has = bookings_queries.terms_of(thing.pk for thing in things), bookings_queries.who_has(things, clock.now())
    rows = [(thing, words.prices(terms[thing.pk]), has.get(thing.pk)) for thing in things]
    return render(request, "sharing/home.html", {"rows": rows})


@open_to("steward")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What is late, who asks, what is repaired, broken or missing; and all things."""
    may_keep = agents_policy.may_enter(reader(request), STEWARD, "POST")
    return render(request, "sharing/desk.html", waiting.context(clock.now()) | {"may_keep": may_keep})


@open_to("together")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How much each thing was used in the last weeks; nobody's name."""
    now = clock.now()
    rows = [
        (
            one.thing.name,
            one.times,
            words.length(one.minutes),
            f"{one.free_percent} %",
            one.km or "–",
            money(one.income),
        )
        for one in bookings_queries.figures("sharing", now - timedelta(weeks=WEEKS), now)
    ]
    numbers = [Column(label, number=True) for label in (_("Used"), _("Time"), _("Free"), _("Kilometres"), _("Income"))]
    table = Table(_("The last twelve weeks"), [_("Thing"), *numbers], rows, empty=_("Nothing is shared yet."))
    return render(request, "sharing/figures.html", {"table": table})


@open_to("anyone")
@require_safe
def gbfs(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the feed of vehicles, as the General Bikeshare Feed Specification 3.0 has it."""
    made = vehicles.feed(name)
    if made is None:
        raise Http404
    return JsonResponse(made)
