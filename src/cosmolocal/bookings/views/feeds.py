"""One's own calendar, read by programs that cannot sign in."""

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cosmolocal.agents import sessions
from cosmolocal.agents.models import User
from cosmolocal.agents.queries import reader, readers
from cosmolocal.bookings import ical, queries
from cosmolocal.bookings.models import Booking
from cosmolocal.bookings.views.things import page_of, practice_of
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.access import open_to

_SALT = "cosmolocal.bookings.feed"
MOST = 200


def address_of(request: HttpRequest) -> str:
    """Where her calendar is read; another address once she has signed out everywhere. A session that somebody else
    lent her learns none: the address would outlive it.
    """
    who = reader(request)
    if who.user is None or who.on_behalf_of is not None or sessions.lent_until() is not None:
        return ""
    token = signing.dumps([who.user.pk, _mark(who.user)], salt=_SALT)
    return settings.PUBLIC_URL + page_of(request, "feed", token)


def _mark(user: User) -> str:
    return ids.digest(f"feed{user.pk}{user.session_salt}")[:16]


@open_to("anyone")
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Her bookings, as long as she belongs here; no code of a lock stands in it."""
    try:
        pk, mark = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    user = User.objects.filter(pk=pk, is_active=True).first()
    who = next(readers(user.agent.pk), None) if user is not None and user.agent is not None else None
    if user is None or who is None or mark != _mark(user):
        raise Http404
    own = (
        queries.own(who)
        .filter(thing__practice=practice_of(request))
        .exclude(state__in=(Booking.State.CANCELLED, Booking.State.MISSED))
    )
    host = settings.PUBLIC_URL.partition("://")[2]
    entries = [
        ical.Entry(
            f"booking-{one.pk}@{host}",
            queries.span(one),
            one.thing.name,
            str(one.thing.place or ""),
            settings.PUBLIC_URL + page_of(request, "booking", one.pk),
        )
        for one in own.order_by("-commitment__begins")[:MOST]
    ]
    return HttpResponse(ical.calendar(_("My bookings"), entries, clock.now()), content_type=ical.TYPE)
