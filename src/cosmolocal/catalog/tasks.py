"""Jobs of the catalog: large lists are read and made, and every list is taken over, while nobody has to wait."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import exports, imports
from cosmolocal.kernel import jobs
from cosmolocal.kernel.errands import Outcome, errand
from cosmolocal.kernel.jobs import job
from cosmolocal.kernel.practices import Timer
from cosmolocal.paper import downloads
from cosmolocal.paper.models import Upload
from cosmolocal.paper.uploads import require_own

timers: tuple[Timer, ...] = ()


def _reads_goods(by_id: int, *_asked: str) -> bool:
    return any(agents_policy.may_enter(reader, "auditor_reads") for reader in agents_queries.readers(by_id))


@errand("catalog.products_file", may_read=_reads_goods)
def products_file(by_id: int, asked: str, kind: str) -> Outcome:
    """Goods as a file that `intake.own` reads again; `asked` is the query of the page that showed them to who asks."""
    table = exports.products_table(exports.chosen(next(agents_queries.readers(by_id)), QueryDict(asked)))
    name = f"{_('products')}.{kind}"
    data = downloads.table_bytes([table], _("products"), kind)
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


@job("catalog.check_upload")
def check_upload(upload_id: int, by_id: int) -> None:
    """Reads a list of goods and keeps a verdict on each row. Refuses as `imports.check`."""
    upload = Upload.objects.filter(pk=upload_id, state=Upload.State.READ).first()
    if upload is not None:
        imports.check(Agent.objects.get(pk=by_id), upload, jobs.key())


@job("catalog.import_upload")
def import_upload(upload_id: int, by_id: int) -> None:
    """Takes the rows of a list over, batch by batch, in the name of the steward who began it.

    Refuses with paper.not_as_sent.
    """
    upload = Upload.objects.filter(pk=upload_id, state=Upload.State.IMPORTING).first()
    if upload is not None:
        require_own(upload)
        imports.take_over(Agent.objects.get(pk=by_id), upload, jobs.key())
