"""Jobs of the catalog: large lists are read, and every list is taken over, while nobody has to wait."""

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import imports
from cosmolocal.kernel import jobs
from cosmolocal.kernel.jobs import job
from cosmolocal.kernel.practices import Timer
from cosmolocal.paper.models import Upload

timers: tuple[Timer, ...] = ()


@job("catalog.check_upload")
def check_upload(upload_id: int) -> None:
    """Reads a list of goods and keeps a verdict on each row."""
    upload = Upload.objects.filter(pk=upload_id, state=Upload.State.READ).first()
    if upload is not None:
        imports.check(_sender(upload), upload, jobs.key())


@job("catalog.import_upload")
def import_upload(upload_id: int) -> None:
    """Takes the rows of a list over, batch by batch, in the name of the steward who sent it in."""
    upload = Upload.objects.filter(pk=upload_id, state=Upload.State.IMPORTING).first()
    if upload is not None:
        imports.take_over(_sender(upload), upload, jobs.key())


def _sender(upload: Upload) -> Agent:
    return Agent.objects.get(pk=upload.made_by_id)
