"""Things come, change, are counted and go; who looks after them says on which terms they are lent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Agent, Place
from cosmolocal.bookings import policy, queries
from cosmolocal.bookings.models import Booking, Introduction, Report, Terms, Thing, UsualTerms
from cosmolocal.bookings.operations.handing import open_case
from cosmolocal.bookings.operations.promising import check_kept, free, lock_booking, lock_things
from cosmolocal.bookings.operations.repairs import clear, promise_anew
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.paper import pictures
from cosmolocal.paper.pictures import KeptFiles


@dataclass(frozen=True)
class ThingDraft:
    """What a thing is called, what one should know, where it stands, the code of its lock."""

    kind: str
    name: str
    about: str = ""
    place: Place | None = None
    code: str = ""
    photo: KeptFiles | None = None


@dataclass(frozen=True)
class TermsDraft:
    """Who may book it, when, at which price; as `models.Terms`."""

    who: str = Terms.Who.MEMBERS
    circle: Agent | None = None
    introduced: bool = False
    notice_minutes: int = 0
    longest_minutes: int = 7 * 24 * 60
    ahead_days: int = 90
    rest_minutes: int = 0
    by_hour: int = 0
    by_day: int = 0
    by_km: int = 0
    deposit: int = 0
    owner_bp: int = 0


@dataclass(frozen=True)
class Counted:
    """One line of an inventory: a thing, its state (a word of Report.State), its meter."""

    thing_id: int
    state: str
    meter: int | None = None
    words: str = ""


@operation("bookings.add_thing", said=gettext_lazy("added something to share"))
def add_thing(*, by: Agent, practice: str, holder: Agent, draft: ThingDraft, terms: TermsDraft, key: str = "") -> Thing:
    """A thing of the local, a circle or a member that can be booked from now on.

    Refuses: agents.not_allowed, bookings.name_missing, bookings.circle_missing.
    """
    policy.permit_keep(by)
    name = _named(draft.name)
    currency = money_queries.default_currency()
    # An older local has no such fund yet; a standing one stays as it is.
    money.open_currency(by=by, code=currency.code, decimals=currency.decimals, symbol=currency.code)
    kind = flows.define_specification(by=by, name=name, unit="piece", effort_unit="min")
    resource = flows.open_resource(by=by, specification=kind, accountable=holder, name=name, location=draft.place)
    flows.record(by=by, drafts=[EventDraft("raise", 1, resource_id=resource.pk, reason="count")])
    made = Thing.objects.create(
        practice=practice,
        resource=resource,
        holder=holder,
        kind=draft.kind,
        name=name,
        about=draft.about,
        place=draft.place,
        code=draft.code,
        picture=_picture(draft.photo),
    )
    _write_terms(by, made, terms)
    return made


@operation("bookings.set_usual_terms", said=gettext_lazy("said on which terms new things are lent"))
def set_usual_terms(*, by: Agent, practice: str, who: str, longest_minutes: int, key: str = "") -> UsualTerms:
    """What a new thing of a practice starts from; those that are there keep their terms. `who`: a word of Terms.Who.

    Refuses: agents.not_allowed, bookings.bad_terms.
    """
    policy.permit_keep(by)
    if who not in (Terms.Who.MEMBERS, Terms.Who.HOUSEHOLDS) or longest_minutes < 1:
        raise Refusal("bookings.bad_terms", _("Say who may book, and for how many hours at most."))
    usual = queries.usual_terms(practice)
    usual.who, usual.longest_minutes = who, longest_minutes
    usual.save()
    return usual


@operation("bookings.change_thing", said=gettext_lazy("changed something to share"))
def change_thing(*, by: Agent, thing: Thing, draft: ThingDraft, terms: TermsDraft, key: str = "") -> Thing:
    """Says anew what it is and on which terms it is lent; what is booked keeps its price. With another code of its
    lock, everybody who has booked it is told.

    Refuses: agents.not_yours, bookings.name_missing, bookings.circle_missing.
    """
    found = lock_things([thing.pk])[thing.pk]
    policy.permit_care(by, found)
    is_new_code = found.code != one_line(draft.code)
    found.kind, found.name, found.about, found.place = draft.kind, _named(draft.name), draft.about, draft.place
    found.code = draft.code
    if draft.photo:
        found.picture = _picture(draft.photo)
    found.save(update_fields=["kind", "name", "about", "place", "code", "picture"])
    if _as_draft(queries.terms(found)) != terms:
        _write_terms(by, found, terms)
    if is_new_code:
        jobs.announce("bookings.tell_code", found.pk)
    return found


def _named(name: str) -> str:
    found = one_line(name)[:120]
    if not found:
        raise Refusal("bookings.name_missing", _("Write how it is called."), field="name")
    return found


def _picture(photo: KeptFiles | None) -> "pictures.Picture | None":
    return pictures.add_picture(photo, public=True) if photo else None


def _as_draft(terms: Terms) -> TermsDraft:
    return TermsDraft(**{name: getattr(terms, name) for name in TermsDraft.__dataclass_fields__})


def _write_terms(by: Agent, thing: Thing, terms: TermsDraft) -> None:
    if terms.who == Terms.Who.CIRCLE and terms.circle is None:
        raise Refusal("bookings.circle_missing", _("Choose the circle that may book it."), field="circle")
    said = {name: getattr(terms, name) for name in TermsDraft.__dataclass_fields__}
    Terms.objects.create(thing=thing, by=by, at=running().at, **said)


@operation("bookings.give_to", said=gettext_lazy("noted whose something is now"))
def give_to(*, by: Agent, thing: Thing, holder: Agent, key: str = "") -> Thing:
    """It belongs to somebody else from now on; what is booked stays booked. Refuses: agents.not_allowed,
    bookings.out_now, bookings.gone.
    """
    policy.permit_keep(by)
    found = lock_things([thing.pk])[thing.pk]
    check_kept(found)
    if found.holder_id == holder.pk:
        return found
    _check_home(found)
    kind = found.resource.conforms_to_id
    theirs = flows.open_resource(by=by, specification=kind, accountable=holder, name=found.name)
    moved = EventDraft("transferAllRights", 1, resource_id=found.resource_id, to_resource_id=theirs.pk)
    moved_too = EventDraft("transferCustody", 1, resource_id=found.resource_id, to_resource_id=theirs.pk)
    flows.record(by=by, drafts=[moved, moved_too])
    coming = list(queries.coming().filter(thing=found))
    found.holder, found.resource, found.state = holder, theirs, Thing.State.READY
    found.save(update_fields=["holder", "resource", "state"])
    for booking in coming:
        promise_anew(by, booking, found)
    return found


@operation("bookings.retire", said=gettext_lazy("noted that something is lent no more"))
def retire(*, by: Agent, thing: Thing, why: str, words: str = "", key: str = "") -> Thing:
    """It is sold, worn out, lost, or went with its owner: who has booked it gets another of its kind, or is told. Was
    it lost while somebody had it, a quiet case is opened.

    Refuses: agents.not_allowed, bookings.out_now where somebody has it and it is not lost.
    """
    policy.permit_keep(by)
    found = lock_things({thing.pk, *(other.pk for other in queries.alike(thing))})[thing.pk]
    if found.state in Thing.GONE:
        return found
    if why not in (Thing.State.LOST, Thing.State.LEFT):
        _check_home(found)
    found.state = why if why in Thing.GONE else Thing.State.WORN
    found.save(update_fields=["state"])
    coming = list(queries.coming().filter(thing=found))
    for booking in coming:
        if booking.state == Booking.State.OUT and why == Thing.State.LOST:
            _never_back(by, booking, words)
    clear(by, found, [booking for booking in coming if booking.state in Booking.COMING])
    flows.record(by=by, drafts=[EventDraft("lower", 1, resource_id=found.resource_id, reason=str(found.state))])
    return found


def _check_home(thing: Thing) -> None:
    if thing.bookings.filter(state=Booking.State.OUT).exists():
        raise Refusal(
            "bookings.out_now", _("Somebody has it at the moment. Wait until it is back, or note that it is lost.")
        )


def _never_back(by: Agent, booking: Booking, words: str) -> None:
    found = lock_booking(booking)
    free(by, found)
    found.state = Booking.State.LOST
    found.save(update_fields=["state"])
    open_case(by, found, words or _("It never came back."))


@operation("bookings.count_things", said=gettext_lazy("counted what is shared"), fact=True)
def count_things(*, by: Agent, counted: Sequence[Counted], key: str = "") -> list[Report]:
    """The yearly inventory: each thing as it was found. What is missing takes no bookings until it is found again.

    A fact. Refuses: agents.not_allowed.
    """
    policy.permit_keep(by)
    found = {line.thing_id: line for line in counted}
    things = Thing.objects.select_for_update().exclude(state__in=Thing.GONE).filter(pk__in=list(found)).order_by("pk")
    reports = []
    for thing in things:
        line = found[thing.pk]
        is_missing = line.state == Report.State.MISSING
        thing.state = Thing.State.MISSING if is_missing else Thing.State.READY
        thing.save(update_fields=["state"])
        reports.append(
            Report(
                thing=thing,
                what=Report.What.COUNT,
                at=running().at,
                meter=line.meter,
                state=line.state,
                words=line.words[:500],
                by=by,
            )
        )
    return Report.objects.bulk_create(reports)


@operation("bookings.ask_introduction", said=gettext_lazy("asked to be shown how something is used"))
def ask_introduction(
    *, by: Agent, thing: Thing, person: Agent, on_behalf_of: Agent | None = None, key: str = ""
) -> Introduction:
    """She would like to be shown how it is used; who looks after it reads so. Again: the same wish.

    Refuses: agents.not_yours.
    """
    policy.permit_use(by, person, on_behalf_of)
    lock_things([thing.pk])  # of two presses in one moment one makes the row
    found, made = Introduction.objects.get_or_create(thing=thing, agent=person, since=None)
    if made:
        jobs.announce("bookings.tell_asked", found.pk)
    return found


@operation("bookings.introduce", said=gettext_lazy("noted an introduction"))
def introduce(*, by: Agent, thing: Thing, person: Agent, until: date | None = None, key: str = "") -> Introduction:
    """She was shown how it is used, and may use it until that day (None: for ever). Refuses: agents.not_yours."""
    policy.permit_care(by, thing)
    asked = Introduction.objects.filter(thing=thing, agent=person, since=None).first()
    found = asked or Introduction(thing=thing, agent=person)
    found.since, found.until, found.made_by = clock.today(), until, by
    found.save()
    return found


@operation("bookings.end_introduction", said=gettext_lazy("ended an introduction"))
def end_introduction(*, by: Agent, introduction: Introduction, key: str = "") -> Introduction:
    """She may not use it any more: from today on, or her wish is declined. Refuses: agents.not_yours."""
    policy.permit_care(by, introduction.thing)
    yesterday = date.fromordinal(clock.today().toordinal() - 1)
    introduction.since, introduction.until = introduction.since or yesterday, yesterday
    introduction.made_by = introduction.made_by or by
    introduction.save(update_fields=["since", "until", "made_by"])
    return introduction
