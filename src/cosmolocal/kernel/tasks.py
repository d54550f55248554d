"""Jobs and timers of the kernel: the clockwork, files made on demand, seals."""

from cosmolocal.kernel import errands, seals
from cosmolocal.kernel import timers as clockwork

__all__ = ["clockwork", "errands", "timers"]
timers = seals.timers
