"""Closing months: what stands in a closed month never changes; late facts go to the open month."""

from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import MonthClose


@operation("money.close_month")
def close_month(*, by: Agent, until: date, key: str = "") -> MonthClose:
    """Closes the books up to the end of a month. Later facts of that time get today's entry and their own value date.

    Refuses: money.not_month_end, money.month_not_over, money.closed_already.
    """
    policy.permit_books(by)
    if until != rules.month_end(until):
        raise Refusal("money.not_month_end", _("Choose the last day of a month."), field="until")
    if until >= clock.day_of(running().at):
        raise Refusal("money.month_not_over", _("This month is not over yet. Close it when it is."), field="until")
    before = queries.closed_until()
    if before is not None and until <= before:
        raise Refusal("money.closed_already", _("This month is closed already."), field="until")
    return MonthClose.objects.create(until=until, by=by, at=running().at)
