"""Days on which the community does not meet: taken over from a calendar, taken out one by one."""

from datetime import timedelta

from cosmolocal.agents import calendars, policy
from cosmolocal.agents.models import Agent, Holiday
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation

AHEAD = timedelta(days=3 * 366)


@operation("agents.import_holidays")
def import_holidays(*, by: Agent, data: bytes, key: str = "") -> int:
    """Takes over the whole days of an iCalendar file from today on, for three years; how many are known then.

    Days that are known already take the name of the file. Refuses: agents.not_a_calendar, agents.calendar_too_large.
    """
    policy.permit(by, policy.STEWARD)
    today = clock.today()
    found = calendars.read(data, today, today + AHEAD)
    Holiday.objects.bulk_create(
        [Holiday(day=day, name=name) for day, name in sorted(found.items())],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["name"],
    )
    return len(found)


@operation("agents.remove_holiday")
def remove_holiday(*, by: Agent, holiday: Holiday, key: str = "") -> None:
    """That day is a day like others here. Again: nothing."""
    policy.permit(by, policy.STEWARD)
    Holiday.objects.filter(pk=holiday.pk).delete()
