"""The list of work that got stuck."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel.models import JobTrouble


@listing(
    "website.troubles",
    gettext_lazy("Stuck work"),
    open_to="steward",
    columns=(
        Column("name", gettext_lazy("What"), sort=True, search=True),
        Column("sentence", gettext_lazy("Why"), search=True),
        Column("code", gettext_lazy("Code"), search=True, under="sentence"),
        Column("at", gettext_lazy("When"), kind="moment", sort=True),
    ),
    order=("-at", "-id"),
    hint=gettext_lazy("A word of the sentence"),
    empty=(gettext_lazy("Nothing is stuck"), "", "check"),
)
def troubles(_reader: Reader) -> QuerySet[JobTrouble]:
    """Jobs that were given up or refused, the newest first."""
    return JobTrouble.objects.filter(settled_at=None)
