"""Jobs and timers of website."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
