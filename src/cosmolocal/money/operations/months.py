"""Closing months: what stands in a closed month never changes; late facts go to the open month."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, sets
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import MonthBalance, MonthClose, MonthEnd
from cosmolocal.money.operations import journal
from cosmolocal.money.queries import months


@operation("money.close_month", said=gettext_lazy("closed a month"))
def close_month(*, by: Agent, until: date, key: str = "") -> MonthClose:
    """Closes the books up to the end of a month. Later facts of that time get today's entry and their own value date.

    Refuses: money.not_month_end, money.month_not_over, money.closed_already, agents.session_lent.
    """
    policy.permit_books(by)
    sessions.require_own_or_house(by)
    if until != rules.month_end(until):
        raise Refusal("money.not_month_end", _("Choose the last day of a month."), field="until")
    if until >= clock.day_of(running().at):
        raise Refusal("money.month_not_over", _("This month is not over yet. Close it when it is."), field="until")
    journal.hold_months()
    before = queries.closed_until()
    if before is not None and until <= before:
        raise Refusal("money.closed_already", _("This month is closed already."), field="until")
    closed = MonthClose.objects.create(until=until, by=by, at=running().at)
    _write_balances(closed)
    return closed


def write_missing_balances() -> None:
    """Writes down what was held at the end of months that were closed before that was done. No deed of anybody: they
    are sums of what stands in the books, and those of a closed month never change.
    """
    for closed in months.without_balances():
        with transaction.atomic():
            journal.hold_months()
            if not MonthEnd.objects.filter(close=closed).exists():
                _write_balances(closed)


def _write_balances(closed: MonthClose) -> None:
    before = queries.moment_after(closed.until)
    held = months.held_before(months.of_money(), before)
    end = MonthEnd.objects.create(close=closed, before=before)
    rows = [(end.pk, resource, balance) for resource, balance in held.items() if balance]
    sets.insert(MonthBalance, ["end", "resource", "quantity"], rows)
