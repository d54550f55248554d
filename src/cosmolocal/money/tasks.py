"""Jobs and timers of money."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
