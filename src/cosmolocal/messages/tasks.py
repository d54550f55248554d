"""Jobs and timers of messages."""

from cosmolocal.kernel.practice import Timer

timers: tuple[Timer, ...] = ()
