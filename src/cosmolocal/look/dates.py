"""How a day, a moment and a window of time are written: always with the weekday, in the local zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, languages


def local(moment: datetime) -> datetime:
    """An aware moment on the wall clock here."""
    return clock.wall(moment) if timezone.is_aware(moment) else moment


def format_day(day: date | datetime) -> str:
    """Thursday 26 November; with the year where it is not this one."""
    value = local(day).date() if isinstance(day, datetime) else day
    how = languages.manner()
    return languages.write_day(value, how.day if value.year == clock.today().year else how.year_day)


def format_month(day: date) -> str:
    """November 2026."""
    return languages.write_day(day, languages.manner().month)


def format_clock(moment: datetime) -> str:
    """20:00, on the 24-hour clock of the local zone."""
    return local(moment).strftime("%H:%M")


def format_daytime(moment: datetime) -> str:
    """Thursday 26 November, 20:00."""
    return _("%(day)s, %(time)s") % {"day": format_day(moment), "time": format_clock(moment)}


def format_soon(moment: datetime) -> str:
    """today 20:00, tomorrow 9:30, Thursday 16:00 within a week; else the day and time in full."""
    value = local(moment)
    days = (value.date() - clock.today()).days
    time = format_clock(moment)
    if days == 0:
        return _("today %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": time}
    if days == -1:
        return _("yesterday %(time)s") % {"time": time}
    if 0 < days < 7:
        return _("%(weekday)s %(time)s") % {
            "weekday": languages.write_day(value.date(), "EEEE"),
            "time": time,
        }
    return format_daytime(moment)


def format_window(begin: datetime, end: datetime) -> str:
    """Thursday 26 November, 16:00–19:00; over midnight both days stand."""
    first, last = local(begin), local(end)
    if first.date() == last.date() or last - first < timedelta(hours=12):
        return f"{format_daytime(begin)}\N{EN DASH}{format_clock(end)}"
    return f"{format_daytime(begin)} \N{EN DASH} {format_daytime(end)}"
