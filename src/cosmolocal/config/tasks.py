"""Jobs and timers of the node itself: backups, and what is let go in time."""

from cosmolocal.config import backup, keeping

timers = (*backup.timers, *keeping.timers)
