"""Who looks after things: what they are, their terms, repairs, introductions, owners, inventory, the paper calendar."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cosmolocal.agents.pages import actor, form_page, kept_photo, post
from cosmolocal.bookings import documents, forms, operations, queries, usual
from cosmolocal.bookings.models import Booking, Introduction, Thing
from cosmolocal.bookings.views.things import get_cared_thing_or_404, get_thing_or_404, page_of, practice_of
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.paper import downloads, pdf

MOST_ON_PAPER = 40


def _page(request: HttpRequest, one: Thing, form: Any, act: Any, **page: Any) -> HttpResponse:
    back = (page_of(request, "thing", one.pk), one.name)
    return form_page(request, form, act, back=back, **{"title": one.name, "said": _("Noted."), **page})


@open_to("steward")
def add(request: HttpRequest) -> HttpResponse:
    """Something new to share."""
    start = {"ahead_days": operations.TermsDraft().ahead_days} | usual.known(practice_of(request))
    held = queries.terms_of(queries.things(practice_of(request)).values_list("pk", flat=True)).values()
    prices = forms.what_others_cost(held)
    form = forms.AddForm(request.POST or None, request.FILES or None, initial=start, usual=prices)

    def act(data: dict[str, Any]) -> str:
        made = operations.add_thing(
            by=actor(request),
            practice=practice_of(request),
            holder=data["holder"],
            draft=form.thing(kept_photo(request, data.get("photo"))),
            terms=form.terms(),
            key=data["key"],
        )
        return page_of(request, "thing", made.pk)

    back = (page_of(request, "desk"), _("The desk"))
    return form_page(request, form, act, title=_("Something to share"), submit=_("Add it"), back=back)


@open_to("steward")
def how(request: HttpRequest) -> HttpResponse:
    """How lending works here: what a new thing starts from."""
    practice = practice_of(request)
    return form_page(
        request,
        forms.UsualKeyedForm(request.POST or None, initial=usual.known(practice)),
        lambda data: operations.set_usual_terms(by=actor(request), practice=practice, **data),
        said=_("Noted."),
        title=_("How it works here"),
        back=(page_of(request, "desk"), _("The desk")),
    )


@open_to("together")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is, and on which terms it is lent from now on."""
    one = get_cared_thing_or_404(request, pk)
    terms = queries.terms(one)
    start = {name: getattr(one, name) for name in ("kind", "name", "about", "place", "code")}
    start |= {name: getattr(terms, name) for name in operations.TermsDraft.__dataclass_fields__}
    prices = forms.what_held(terms)
    form = forms.ThingForm(request.POST or None, request.FILES or None, initial=start, usual=prices)

    def act(data: dict[str, Any]) -> None:
        operations.change_thing(
            by=actor(request),
            thing=one,
            draft=form.thing(kept_photo(request, data.get("photo"))),
            terms=form.terms(),
            key=data["key"],
        )

    return _page(request, one, form, act, lead=_("What is booked already keeps its price."))


@open_to("together")
def repair(request: HttpRequest, pk: int) -> HttpResponse:
    """It cannot be used for a while."""
    one, now = get_cared_thing_or_404(request, pk), clock.now()
    start = {"begins": now, "ends": now + timedelta(days=2)}
    return _page(
        request,
        one,
        forms.BlockForm(request.POST or None, initial=start, with_km=False),
        lambda data: operations.block(by=actor(request), thing=one, **data),
        title=_("%(thing)s is repaired") % {"thing": one.name},
        lead=_("Who has booked it then gets another of its kind, or her booking ends. Each is told by letter."),
        submit=_("Set it aside"),
    )


@open_to("together")
@require_POST
def repaired(request: HttpRequest, pk: int) -> HttpResponse:
    """It can be used again."""
    block = get_object_or_404(queries.bookings().filter(purpose=Booking.Purpose.REPAIR), pk=pk)
    one = get_cared_thing_or_404(request, block.thing_id)
    return post(
        request,
        lambda key: operations.end_block(by=actor(request), booking=block, key=key),
        to=page_of(request, "thing", one.pk),
        said=_("It can be booked again."),
    )


@open_to("together")
def introduce(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody was shown how it is used."""
    one = get_cared_thing_or_404(request, pk)
    return _page(
        request,
        one,
        forms.IntroduceForm(request.POST or None, initial={"person": request.GET.get("person")}),
        lambda data: operations.introduce(by=actor(request), thing=one, **data),
        title=_("Who was introduced to %(thing)s?") % {"thing": one.name},
        submit=_("Note it"),
    )


@open_to("together")
@require_POST
def end_introduction(request: HttpRequest, pk: int) -> HttpResponse:
    """She may not use it any more, or her wish is declined."""
    introduction = get_object_or_404(Introduction.objects.select_related("thing__holder", "agent"), pk=pk)
    one = get_cared_thing_or_404(request, introduction.thing_id)
    return post(
        request,
        lambda key: operations.end_introduction(by=actor(request), introduction=introduction, key=key),
        to=page_of(request, "thing", one.pk),
        said=_("Noted."),
    )


@open_to("steward")
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """It belongs to somebody else from now on."""
    one = get_thing_or_404(request, pk)
    return _page(
        request,
        one,
        forms.HolderForm(request.POST or None),
        lambda data: operations.give_to(by=actor(request), thing=one, **data),
        title=_("Whose is %(thing)s now?") % {"thing": one.name},
        lead=_("What is booked stays booked; from now on the income is shared with the new owner."),
    )


@open_to("steward")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Sold, worn out or lost."""
    one = get_thing_or_404(request, pk)
    return _page(
        request,
        one,
        forms.RetireForm(request.POST or None),
        lambda data: operations.retire(by=actor(request), thing=one, **data),
        title=_("%(thing)s is shared no more") % {"thing": one.name},
        lead=_("Who has booked it gets another of its kind, or her booking ends. Each is told by letter."),
        submit=_("Take it out"),
        danger=True,
    )


@open_to("steward")
def inventory(request: HttpRequest) -> HttpResponse:
    """Once a year: each thing as it was found."""
    form = forms.InventoryForm(request.POST or None, things=list(queries.things(practice_of(request))))
    return form_page(
        request,
        form,
        lambda data: operations.count_things(by=actor(request), counted=form.counted(), key=data["key"]),
        title=_("Inventory"),
        lead=_("What is missing takes no bookings until it is found. Leave out what you have not looked at."),
        submit=_("Write it down"),
        said=_("The inventory is written down."),
        back=(page_of(request, "desk"), _("The desk")),
    )


@open_to("steward")
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The calendar of the next four weeks, for the wall."""
    begins = clock.from_wall(datetime.combine(clock.today(), time()))
    things = list(queries.things(practice_of(request))[:MOST_ON_PAPER])
    made = pdf.render(documents.calendar(things, begins))
    return downloads.file(made, _("Who has what") + ".pdf", "application/pdf", inline=True)
