"""What agents do by themselves: tries that no limit counts any more are forgotten."""

from datetime import timedelta

from cosmolocal.agents import limits
from cosmolocal.kernel.practices import Timer

timers = (Timer("agents.forget_tries", timedelta(hours=1), limits.forget),)
