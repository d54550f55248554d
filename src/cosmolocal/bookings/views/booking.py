"""One's bookings: made, changed, picked up, given back; and a damage between the two and a steward."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import Check, actor, form_page, kept_photo, post
from cosmolocal.agents.queries import buying_agents_of, reader
from cosmolocal.bookings import forms, operations, policy, queries, rules, words
from cosmolocal.bookings.models import Booking, Thing
from cosmolocal.bookings.operations import BookingDraft
from cosmolocal.bookings.rules import Span
from cosmolocal.bookings.views.feeds import address_of
from cosmolocal.bookings.views.things import get_thing_or_404, page_of, practice_of
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_soon
from cosmolocal.look.forms import FIRST_YEAR, LAST_YEAR, KeyedForm
from cosmolocal.money.queries import format as money


def _get_booking_or_404(request: HttpRequest, pk: int) -> Booking:
    """A booking whose deeds are hers; 404 for everybody else."""
    uses = queries.bookings().filter(purpose=Booking.Purpose.USE, thing__practice=practice_of(request))
    one = get_object_or_404(uses, pk=pk)
    if not policy.uses(reader(request), one):
        raise Http404
    return one


def _asked(request: HttpRequest, name: str) -> datetime | None:
    """A moment on the wall clock that an address names."""
    try:
        wanted = parse_datetime(request.GET.get(name, ""))
    except ValueError:
        return None
    if wanted is None or not FIRST_YEAR <= wanted.year <= LAST_YEAR:
        return None
    return clock.from_wall(wanted) if wanted.tzinfo is None else wanted


def _drafts(thing: Thing, data: dict[str, Any]) -> list[BookingDraft]:
    """Every thing at every time: once, or on the same day of each week by the wall clock."""
    begins, ends = (clock.wall(data[name]).replace(tzinfo=None) for name in ("begins", "ends"))
    days = rules.weekly(begins.date(), data["weekly"]) if data["weekly"] else [begins.date()]
    spans = []
    for later in (day - begins.date() for day in days):
        as_chosen = Span(data["begins"], data["ends"])
        spans.append(Span(clock.from_wall(begins + later), clock.from_wall(ends + later)) if later else as_chosen)
    things = [thing, *(data.get("things") or [])]
    return [BookingDraft(one.pk, at.begins, at.ends, data.get("km") or 0) for at in spans for one in things]


def _check(thing: Thing, data: dict[str, Any], person: Agent) -> Check:
    """What was chosen and what it costs, before anything is booked. Refuses what `operations.foresee` does."""
    drafts = _drafts(thing, data)
    operations.foresee(drafts, person=person, household=data["household"])
    terms = queries.terms_of({draft.thing_id for draft in drafts})
    cost = sum(rules.price(terms[draft.thing_id], queries.counted(draft.span), draft.km) for draft in drafts)
    deposit = sum(terms[draft.thing_id].deposit for draft in drafts)
    things = dict.fromkeys([thing.name, *(one.name for one in data.get("things") or [])])
    rows = [
        {"label": _("What"), "value": ", ".join(things)},
        {"label": _("When"), "value": words.window(drafts[0].span)},
        {
            "label": _("And then"),
            "value": "; ".join(words.window(draft.span) for draft in drafts[len(things) :: len(things)]),
        },
        {"label": _("How long"), "value": words.length(Span(data["begins"], data["ends"]).minutes)},
        {"label": _("It costs about"), "value": money(cost) if cost else _("nothing")},
    ]
    if deposit:
        rows.append({"label": _("Deposit, until it is back"), "value": money(deposit)})
    return Check([row for row in rows if row["value"]])


@open_to("household")
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing, alone or with others, once or every week: chosen, read once more, booked or held."""
    thing, who = get_thing_or_404(request, pk), reader(request)
    begins = _asked(request, "begins") or clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ends = _asked(request, "ends") or begins + timedelta(hours=2)
    start = {"begins": begins, "ends": min(ends, begins + timedelta(hours=2))}
    others = [one for one in queries.things(practice_of(request)).exclude(pk=pk) if one.state == Thing.State.READY]
    form = forms.BookForm(
        request.POST or None,
        initial=start,
        households=buying_agents_of(who),
        others=others,
        with_km=thing.has_meter,
    )

    def act(data: dict[str, Any]) -> str:
        made = operations.book(
            by=actor(request),
            person=who.person or actor(request),
            household=data["household"],
            drafts=_drafts(thing, data),
            held=data["held"],
            words=data["words"],
            on_behalf_of=who.on_behalf_of,
            key=data["key"],
        )
        return page_of(request, "booking", made[0].pk)

    return form_page(
        request,
        form,
        act,
        check=lambda form: _check(thing, form.cleaned_data, who.person or actor(request)),
        title=_("Book %(thing)s") % {"thing": thing.name},
        lead=words.prices(queries.terms(thing)),
        submit=_("Yes, book it"),
        said=_("It is yours in that time."),
        back=(page_of(request, "thing", pk), thing.name),
    )


@open_to("household")
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody would like to be shown how it is used."""
    thing, who = get_thing_or_404(request, pk), reader(request)
    person = who.person or actor(request)
    return post(
        request,
        lambda key: operations.ask_introduction(
            by=actor(request), thing=thing, person=person, on_behalf_of=who.on_behalf_of, key=key
        ),
        to=page_of(request, "thing", pk),
        said=_("Whoever looks after it reads that you would like to learn it."),
    )


@open_to("household")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What she has, what comes, and what was, the newest first."""
    who = reader(request)
    own = queries.own(who).filter(thing__practice=practice_of(request))
    coming = own.filter(state__in=[*Booking.COMING, Booking.State.OUT]).order_by("commitment__begins", "pk")
    past = own.exclude(state__in=[*Booking.COMING, Booking.State.OUT]).order_by("-commitment__begins", "-pk")[:30]
    context = {"here": practice_of(request), "coming": _rows(coming), "past": _rows(past), "feed": address_of(request)}
    return render(request, "bookings/mine.html", context)


def _rows(bookings: Sequence[Booking] | Any) -> list[tuple[Booking, str]]:
    return [(one, words.when(one)) for one in bookings]


@open_to("household")
@require_safe
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking: where it stands, what it costs, the code of its lock, and all one may do with it."""
    one, now = _get_booking_or_404(request, pk), clock.now()
    span = queries.span(one)
    is_open = one.state in (*Booking.COMING, Booking.State.OUT)
    cost = rules.price(one.terms, queries.counted(span), one.km)
    facts = [
        (_("When"), words.when(one)),
        (_("For"), f"{one.agent.name} · {one.household.name}"),
        (_("Where"), str(one.thing.place or _("ask whoever looks after it"))),
        (_("Price"), words.prices(one.terms)),
    ]
    if one.charged is not None:
        facts.append((_("Paid"), money(one.charged) if one.charged else _("nothing")))
    elif is_open and cost:
        facts.append((_("It costs about"), money(cost)))
    if one.terms.deposit and is_open:
        facts.append((_("Deposit, until it is back"), money(one.terms.deposit)))
    if one.state in Booking.COMING:
        facts.append((_("Booked with it"), "; ".join(words.window(span) for span in _with_it(one))))
    context = {
        "here": practice_of(request),
        "booking": one,
        "facts": [fact for fact in facts if fact[1]],
        "is_open": is_open,
        "is_coming": one.state in Booking.COMING,
        "is_late": one.state == Booking.State.OUT and span.ends < now,
        "is_soon": not _is_early(span.begins),
        "in_the_way": queries.still_out(one) if one.state in Booking.COMING else None,
        "others": queries.alike(one.thing) if one.state in Booking.COMING else (),
        "code": one.thing.code if policy.sees_code(one, now) else "",
        "may_take": policy.may_take(one),
        "reports": one.reports.select_related("picture").order_by("at", "pk"),
        "rest": queries.coming().filter(agreement=one.agreement_id, state__in=Booking.COMING).count(),
    }
    return render(request, "bookings/booking.html", context)


def _with_it(one: Booking) -> list[Span]:
    """When else it is had by the same deed: the other days of a series that are still to come."""
    coming = queries.coming().filter(agreement=one.agreement_id, thing=one.thing_id, state__in=Booking.COMING)
    return sorted((queries.span(other) for other in coming.exclude(pk=one.pk)), key=lambda span: span.begins)


def _deed(request: HttpRequest, pk: int, deed: Any, said: str, to: str = "") -> HttpResponse:
    one, page = _get_booking_or_404(request, pk), page_of(request, "booking", pk)
    who = reader(request)
    return post(
        request,
        lambda key: deed(by=actor(request), booking=one, on_behalf_of=who.on_behalf_of, key=key) and None,
        to=to or page,
        said=said,
        refused_to=page,
    )


@open_to("household")
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What was held is booked."""
    return _deed(request, pk, operations.confirm, _("It is booked."))


@open_to("household")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking is given up."""
    return _deed(request, pk, operations.cancel, _("It is cancelled, and costs nothing."), page_of(request, "mine"))


@open_to("household")
@require_POST
def cancel_rest(request: HttpRequest, pk: int) -> HttpResponse:
    """This one and all later ones of a series are given up."""
    return _deed(request, pk, operations.cancel_rest, _("All of them are cancelled."), page_of(request, "mine"))


def _form(request: HttpRequest, one: Booking, form: KeyedForm, act: Any, **page: Any) -> HttpResponse:
    """A form about one booking; its deed is done by who reads, or for whom she helps."""
    who = reader(request)
    told = {"by": actor(request), "booking": one, "on_behalf_of": who.on_behalf_of}
    back = (page_of(request, "booking", one.pk), one.thing.name)
    return form_page(request, form, lambda data: act(data, {**told, "key": data["key"]}), back=back, **page)


@open_to("household")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time; what is picked up already only lasts longer."""
    one = _get_booking_or_404(request, pk)
    span, with_km = queries.span(one), one.thing.has_meter
    start = {"begins": span.begins, "ends": span.ends, "km": one.km}

    def act(data: dict[str, Any], told: dict[str, Any]) -> None:
        operations.change(begins=data["begins"], ends=data["ends"], km=data.get("km", 0), **told)

    form = forms.TimesForm(request.POST or None, initial=start, with_km=with_km)
    title = _("Another time for %(thing)s") % {"thing": one.thing.name}
    return _form(request, one, form, act, title=title, submit=_("Change it"), said=_("It is changed."))


@open_to("household")
def out(request: HttpRequest, pk: int) -> HttpResponse:
    """She stands before it and takes it; long before her time she says so, since another booking may be meant."""
    one = _get_booking_or_404(request, pk)
    still, begins = queries.still_out(one), queries.span(one).begins
    lead, early = _("What you note here is not blamed on you."), ""
    if still is not None:
        lead = _("%(name)s still has it by our book. Does it stand here? Then go on: it counts as given back now.")
        lead = lead % {"name": still.agent.name}
    if _is_early(begins):
        lead = " ".join((_("It is paid from now on. Or did you mean another one of your bookings?"), lead))
        early = _("I take it now; my time begins %(when)s") % {"when": format_soon(begins)}
    form = _seen_form(request, one, early)
    title = _("I take %(thing)s") % {"thing": one.thing.name}
    return _seen(request, one, form, operations.pick_up, title=title, submit=_("I have it"), lead=lead)


def _is_early(begins: datetime) -> bool:
    """Is it so long before the booked time that another booking may be meant?"""
    return begins > clock.now() + rules.LATE_AFTER


@open_to("household")
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """She brings it back, or says that it broke on the way."""
    one = _get_booking_or_404(request, pk)
    lead = _("Did it break on the way? Choose “cannot be used” and write where it stands: the next ones are told.")
    form = _seen_form(request, one)
    title = _("I bring %(thing)s back") % {"thing": one.thing.name}
    return _seen(request, one, form, operations.give_back, title=title, submit=_("It is back"), lead=lead)


def _seen_form(request: HttpRequest, one: Booking, early: str = "") -> forms.SeenForm:
    before, most = queries.meter_before(one, clock.now()) if one.thing.has_meter else (None, 0)
    told: dict[str, Any] = {"with_km": one.thing.has_meter, "early": early, "before": before, "most": most}
    return forms.SeenForm(request.POST or None, request.FILES or None, **told)


def _seen(request: HttpRequest, one: Booking, form: forms.SeenForm, deed: Any, **page: Any) -> HttpResponse:
    def act(data: dict[str, Any], told: dict[str, Any]) -> None:
        deed(seen=form.seen(kept_photo(request, data.get("photo"))), **told)

    return _form(request, one, form, act, said=_("Noted."), **page)


def _get_case_or_404(request: HttpRequest, pk: int) -> Booking:
    """A booking about whose damage she may speak; 404 for everybody else."""
    uses = queries.bookings().filter(purpose=Booking.Purpose.USE, thing__practice=practice_of(request))
    one = get_object_or_404(uses, pk=pk)
    if not policy.sees_case(reader(request), one):
        raise Http404
    return one


def _said(one: Booking) -> dict[str, Any]:
    case = getattr(one, "damage", None)
    return {
        "booking": one,
        "when": words.when(one),
        "case": case,
        "spoken": case.said.select_related("by").order_by("pk") if case else (),
        "reports": one.reports.select_related("picture").order_by("at", "pk"),
        "paid": money(case.amount) if case and case.amount else "",
    }


@open_to("household")
def damage(request: HttpRequest, pk: int) -> HttpResponse:
    """The quiet case: what was said so far, and room to say more."""
    one, who = _get_case_or_404(request, pk), reader(request)
    back = (page_of(request, "thing", one.thing_id), one.thing.name)
    return form_page(
        request,
        forms.CaseForm(request.POST or None),
        lambda data: operations.say_damage(
            by=actor(request), booking=one, words=data["words"], on_behalf_of=who.on_behalf_of, key=data["key"]
        ),
        to=request.path,
        title=_("About a damage"),
        lead=_("Only who had it, whose it is, and stewards read this page."),
        submit=_("Say it"),
        said=_("The others are told that you wrote."),
        back=back,
        template="bookings/damage.html",
        here=practice_of(request),
        **_said(one),
    )


@open_to("steward")
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A steward closes the case: with a sum that is paid, or with nothing."""
    one = _get_case_or_404(request, pk)
    case: Any = getattr(one, "damage", None)
    if case is None:
        raise Http404
    return form_page(
        request,
        forms.SettleForm(request.POST or None),
        lambda data: operations.settle_damage(
            by=actor(request), damage=case, amount=data["amount"], words=data["words"], key=data["key"]
        ),
        check=lambda form: Check(
            [
                {"label": _("From"), "value": one.household.name},
                {"label": _("To"), "value": str(one.thing.holder)},
                {"label": _("Paid for it"), "value": money(form.cleaned_data["amount"])},
            ]
        ),
        title=_("Settle the damage"),
        submit=_("Yes, it is settled"),
        said=_("It is settled."),
        back=(page_of(request, "damage", pk), _("About a damage")),
    )
