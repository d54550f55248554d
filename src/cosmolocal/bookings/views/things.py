"""One thing with its week or its month; and what all pages of this room ask: whose practice, which thing."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import dateformat
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents.queries import reader
from cosmolocal.bookings import calendar, policy, queries, words
from cosmolocal.bookings.models import Introduction, Thing
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to


def practice_of(request: HttpRequest) -> str:
    """The practice under whose addresses this page is."""
    assert request.resolver_match is not None
    return request.resolver_match.namespace


def page_of(request: HttpRequest, name: str, *args: Any) -> str:
    """A page of this room under the addresses of the practice."""
    return reverse(f"{practice_of(request)}:{name}", args=args)


def get_thing_or_404(request: HttpRequest, pk: int) -> Thing:
    """The thing; one that is gone too, since bookings of it stay."""
    return get_object_or_404(queries.things(practice_of(request), gone=True), pk=pk)


def get_cared_thing_or_404(request: HttpRequest, pk: int) -> Thing:
    """A thing she looks after; 404 for everybody else."""
    one = get_thing_or_404(request, pk)
    if not policy.looks_after(reader(request), one):
        raise Http404
    return one


@open_to("together")
@require_safe
def thing(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing: what it is, on which terms, and its week or its month."""
    one, who = get_thing_or_404(request, pk), reader(request)
    terms, asked = queries.terms(one), _day(request)
    cares = policy.looks_after(who, one)
    context = {
        "here": practice_of(request),
        "thing": one,
        "conditions": words.conditions(terms),
        "cares": cares,
        "mine": policy.introduced(one, who.person) if who.person and terms.introduced else None,
        "must_ask": terms.introduced,
        "introductions": _introductions(one) if cares else (),
        "is_month": request.GET.get("as") == "month",
    }
    if context["is_month"]:
        first = asked.replace(day=1)
        context |= {"weeks": calendar.month(who, one, terms, first), "title": dateformat.format(first, "F Y")}
        steps = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    else:
        first = calendar.monday(asked) if "from" in request.GET else asked
        last = first + timedelta(days=6)
        days = {"first": dateformat.format(first, "j M"), "last": dateformat.format(last, "j M")}
        context |= {"days": calendar.week(who, one, terms, first), "title": _("%(first)s to %(last)s") % days}
        steps = first - timedelta(days=7), first + timedelta(days=7)
    context |= {"first": first, "before": steps[0], "after": steps[1]}
    return render(request, "bookings/thing.html", context)


def _day(request: HttpRequest) -> date:
    """The day the address names, near enough to today to be meant; else today."""
    today = clock.today()
    try:
        wanted = parse_date(request.GET.get("from", "")) or today
    except ValueError:
        return today
    return wanted if abs((wanted - today).days) < 1000 else today


def _introductions(one: Thing) -> list[Introduction]:
    return list(one.introductions.filter(since__isnull=False).select_related("agent").order_by("agent__name", "-pk"))
