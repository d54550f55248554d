"""How terms and bookings are said on screen, on paper and in check pages."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.bookings import queries, rules
from cosmolocal.bookings.models import Booking, Terms
from cosmolocal.bookings.rules import Span
from cosmolocal.look.dates import format_daytime, format_window
from cosmolocal.money.queries import format as money


def prices(terms: Terms) -> str:
    """¥ 4.00 an hour, at most ¥ 30.00 a day, ¥ 0.50 a kilometre; or that it costs nothing."""
    if rules.is_gift(terms):
        return _("costs nothing")
    parts = []
    if terms.by_hour:
        parts.append(_("%(sum)s an hour") % {"sum": money(terms.by_hour)})
    if terms.by_day:
        sentence = _("at most %(sum)s a day") if terms.by_hour else _("%(sum)s a day")
        parts.append(sentence % {"sum": money(terms.by_day)})
    if terms.by_km:
        parts.append(_("%(sum)s a kilometre") % {"sum": money(terms.by_km)})
    return ", ".join(parts)


def length(minutes: int) -> str:
    """2 days 3 hours, 45 minutes."""
    days, rest = divmod(minutes, rules.DAY)
    hours, rest = divmod(rest, rules.HOUR)
    parts = [
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest} if rest else "",
    ]
    return " ".join(filter(None, parts)) or _("no time")


def conditions(terms: Terms) -> Iterator[tuple[str, str]]:
    """Who may have it, when, at which price: as pairs of a label and words."""
    who = str(terms.circle) if terms.circle else terms.get_who_display()
    yield _("For"), _("%(who)s, after an introduction") % {"who": who} if terms.introduced else who
    yield _("Price"), prices(terms)
    if terms.deposit:
        yield _("Deposit"), money(terms.deposit)
    if terms.owner_bp:
        share = {"percent": f"{terms.owner_bp / 100:g}"}
        yield _("Of the income"), _("%(percent)s %% for its owner, the rest for repairs") % share
    yield _("At a time"), _("at most %(time)s") % {"time": length(terms.longest_minutes)}
    ahead = ngettext("%(count)d day", "%(count)d days", terms.ahead_days) % {"count": terms.ahead_days}
    notice = _("at least %(time)s before") % {"time": length(terms.notice_minutes)} if terms.notice_minutes else ""
    yield _("Ahead"), ", ".join(filter(None, (_("at most %(days)s") % {"days": ahead}, notice)))
    if terms.rest_minutes:
        yield _("Between two bookings"), length(terms.rest_minutes)


def when(booking: Booking) -> str:
    """Its time, in words."""
    span = queries.span(booking)
    return window(span)


def window(span: Span) -> str:
    """A time in words; beyond a day with both ends in full."""
    if span.ends - span.begins >= timedelta(days=1):
        return f"{format_daytime(span.begins)} \N{EN DASH} {format_daytime(span.ends)}"
    return format_window(span.begins, span.ends)
