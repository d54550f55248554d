"""Jobs and timers of money."""

from cosmolocal.kernel.jobs import job
from cosmolocal.kernel.practice import Timer
from cosmolocal.money import imports
from cosmolocal.paper.models import Upload

timers: tuple[Timer, ...] = ()


@job("money.take_file_over")
def take_file_over(upload_id: int) -> None:
    """Takes a file of opening books over; again after a crash it goes on where it stopped."""
    upload = Upload.objects.get(pk=upload_id)
    if upload.state == Upload.State.IMPORTING:
        imports.take_over(upload)
