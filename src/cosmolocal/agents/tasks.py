"""Jobs and timers of agents."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
