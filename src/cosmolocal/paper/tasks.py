"""What paper does by itself: picture files that no row points to are removed once a day."""

from datetime import timedelta

from cosmolocal.kernel.practices import Timer
from cosmolocal.paper.pictures import sweep_files


def sweep() -> None:
    """An upload whose operation was refused leaves files behind; they go when they are a day old."""
    sweep_files()


timers = (Timer("paper.sweep_files", timedelta(hours=24), sweep),)
