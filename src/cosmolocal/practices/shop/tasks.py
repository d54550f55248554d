"""Jobs and timers of the shop: rounds close by the clock, producers and members are told."""

from datetime import timedelta

from cosmolocal.agents import queries as people
from cosmolocal.kernel import clock
from cosmolocal.kernel.practice import Timer
from cosmolocal.practices.shop import operations, queries


def close_due() -> None:
    """Closes rounds whose time has come, and tells producers once the grace is over."""
    by, now = people.system(), clock.now()
    for round in queries.due_to_close(now):
        operations.close_round(by=by, round=round)
    for round in queries.due_to_order(now):
        operations.send_producer_orders(by=by, round=round)


timers: tuple[Timer, ...] = (Timer("shop.close_due", timedelta(seconds=30), close_due),)
