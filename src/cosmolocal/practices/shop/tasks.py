"""Jobs and timers of shop."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
