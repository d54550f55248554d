"""What goes by the clock in it."""

from datetime import timedelta

from cosmolocal.kernel.practices import Timer

watered: list[str] = []
timers = [Timer("gardens.water", timedelta(days=1), lambda: watered.append("all"))]
