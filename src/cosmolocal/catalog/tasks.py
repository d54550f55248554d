"""Jobs and timers of catalog."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
