"""Days on which the community does not meet: taken over from a calendar, taken out one by one."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy
from cosmolocal.agents.models import Agent, Holiday
from cosmolocal.kernel.operation import operation


@operation("agents.import_holidays", said=gettext_lazy("brought holidays in"))
def import_holidays(*, by: Agent, days: Sequence[tuple[date, str]], key: str = "") -> int:
    """Takes over days with their names, out of a calendar that `calendars` has read; how many.

    Days that are known already take the new name. Refuses: agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    Holiday.objects.bulk_create(
        [Holiday(day=day, name=name) for day, name in days],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["name"],
    )
    return len(days)


@operation("agents.remove_holiday", said=gettext_lazy("removed a holiday"))
def remove_holiday(*, by: Agent, holiday: Holiday, key: str = "") -> None:
    """That day is a day like others here. Again: nothing."""
    policy.permit(by, policy.STEWARD)
    Holiday.objects.filter(pk=holiday.pk).delete()
