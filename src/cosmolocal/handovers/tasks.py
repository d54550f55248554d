"""What takes the worker longer than a page may wait: lists and labels of many crates, packing all of them."""

from django.urls import reverse

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.handovers import documents, operations, queries
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel import jobs
from cosmolocal.kernel.errands import Outcome, errand
from cosmolocal.paper import downloads, pdf


def _opens_lists(by_id: int, handover_id: int, *_rest: str) -> bool:
    return any(
        agents_policy.may_enter(reader, "packer") and queries.visible_to(reader).filter(pk=handover_id).exists()
        for reader in agents_queries.readers(by_id)
    )


@errand("handovers.list", may_read=_opens_lists)
def list_file(by_id: int, handover_id: int, by: str, kind: str) -> Outcome:
    """A list of all crates as a file."""
    handover = _handover(handover_id)
    data, name = documents.list_file(handover, by, kind), f"{documents.title(handover)}.{kind}"
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


@errand("handovers.labels", may_read=_opens_lists)
def labels(by_id: int, handover_id: int) -> Outcome:
    """A label for each crate."""
    handover = _handover(handover_id)
    name = f"{documents.title(handover)}.pdf"
    return Outcome(name, data=pdf.render(documents.labels(handover)), name=name, content_type=downloads.TYPES["pdf"])


@errand("handovers.pack_all", may_read=_opens_lists)
def pack_all(by_id: int, handover_id: int) -> Outcome:
    """Everything was packed as ordered."""
    by = Agent.objects.get(pk=by_id)
    handover = _handover(handover_id)
    operations.pack_all(by=by, handover=handover, key=jobs.key())
    return Outcome(queries.packed_words(handover), url=reverse("handovers:packing", args=[handover_id]))


def _handover(pk: int) -> Handover:
    return Handover.objects.select_related("place").get(pk=pk)
