"""The file of a list, declared anywhere: CSV, xlsx or PDF, for as long as its page is open to who asked."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from cosmolocal.agents import listing, policy, queries
from cosmolocal.agents.listing import Asked, Listing
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import node, practices
from cosmolocal.kernel.errands import Outcome, errand
from cosmolocal.paper import downloads, pdf
from cosmolocal.paper.sheets import Document, Section

UPRIGHT = 5  # columns that a sheet of paper holds without being turned


def _reader(by_id: int, declared: Listing, about: tuple[Any, ...]) -> Reader | None:
    for reader in queries.readers(by_id):
        if policy.may_enter(reader, declared.open_to) and (
            declared.may_read is None or declared.may_read(reader, *about)
        ):
            return reader
    return None


def _may_read(by_id: int, code: str, _kind: str, _query: str, *about: Any) -> bool:
    return not practices.is_off(code) and _reader(by_id, listing.of_code(code), about) is not None


@errand("agents.listing_file", may_read=_may_read)
def listing_file(by_id: int, code: str, kind: str, query: str, *about: Any) -> Outcome:
    """All rows that the page shows for `query`, on all its pages, in its order."""
    declared = listing.of_code(code)
    reader = _reader(by_id, declared, about)
    assert reader is not None
    wish = Asked.of(QueryDict(query))
    found, title = declared.found(declared.rows(reader, *about), wish), declared.title_of(about)
    table = listing.on_paper(declared, list(found), declared.totals(found), title)
    if kind == "pdf":
        chosen = declared.shown(wish.show)
        said = [str(chosen.title) if chosen else "", wish.words and _("Search: %(words)s") % {"words": wish.words}]
        sheet = Document(
            title=title,
            subtitle=" · ".join(filter(None, said)),
            local=node.current().name,
            sections=[Section(table=table)],
            landscape=len(table.columns) > UPRIGHT,
        )
        data = pdf.render(sheet)
    else:
        data = downloads.table_bytes([table], title, kind)
    name = f"{title}.{kind}"
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])
