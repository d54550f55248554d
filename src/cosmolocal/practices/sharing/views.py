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
    return render(request, "sharing/home.html", {"rows": rows, "may_keep": _may_keep(request)})


@open_to("steward")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What is late, who asks, what is repaired, broken or missing; and all things."""
    return render(request, "sharing/desk.html", waiting.context(clock.now()) | {"may_keep": _may_keep(request)})


def _may_keep(request: HttpRequest) -> bool:
    """May she add and take out things? An auditor reads the desk only."""
    return agents_policy.may_enter(reader(request), STEWARD, "POST")


@open_to("together")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How much each thing was used in the last weeks; nobody's name."""
    now = clock.now()
    found = bookings_queries.figures("sharing", now - timedelta(weeks=WEEKS), now)
    is_used = any(one.is_used for one in found)
    rows = [
        (
            one.thing.name,
            one.times or _("not used"),
            words.length(one.minutes) if one.minutes else "–",
            _free(one),
            one.km or "–",
            money(one.income),
        )
        for one in (found if is_used else ())
    ]
    numbers = [Column(label, number=True) for label in (_("Used"), _("Time"), _("Free"), _("Kilometres"), _("Income"))]
    none = _("In the last twelve weeks nothing was used.") if found else _("Nothing is shared yet.")
    table = Table(_("The last twelve weeks"), [_("Thing"), *numbers], rows, empty=none)
    return render(request, "sharing/figures.html", {"table": table})


def _free(one: bookings_queries.Figures) -> str:
    """The share of the time that it was free; in words where a number would say all of it."""
    if not one.is_used:
        return _("all the time")
    return _("nearly all the time") if one.free_percent >= 100 else f"{one.free_percent} %"


@open_to("anyone")
@require_safe
def gbfs(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the feed of vehicles, as the General Bikeshare Feed Specification 3.0 has it."""
    made = vehicles.feed(name)
    if made is None:
        raise Http404
    return JsonResponse(made)
