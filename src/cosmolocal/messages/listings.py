"""The letters that the node wrote, as a list: to whom, about what, what became of them."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cosmolocal.agents.listing import Column, Show, listing
from cosmolocal.agents.queries import Reader
from cosmolocal.messages import queries
from cosmolocal.messages.models import Letter

_TONES = {Letter.State.WAITING: "today"} | dict.fromkeys(Letter.STUCK, "late")


@listing(
    "messages.letters",
    gettext_lazy("Letters"),
    open_to="steward",
    columns=(
        Column(
            "subject",
            gettext_lazy("About"),
            sort=True,
            search=True,
            href=lambda letter: reverse("messages:letter", args=[letter.pk]),
        ),
        Column("reader_name", gettext_lazy("To"), sort="to__name", search=("to__name",)),
        Column("to.contact.phone", gettext_lazy("Phone"), under="reader_name", value=queries.phone_of),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda letter: letter.get_state_display(),
            sort=True,
            tone=lambda letter: _TONES.get(letter.state, ""),
        ),
        Column("said", gettext_lazy("Why"), search=True, under="state"),
        Column("written_at", gettext_lazy("Written"), kind="moment", sort=True),
    ),
    order=("-pk",),
    shows=(
        Show("", gettext_lazy("All"), lambda every: every),
        Show(
            "stuck",
            gettext_lazy("Tell them in person"),
            lambda every: every.filter(state__in=Letter.STUCK),
            empty=(gettext_lazy("Nobody"), gettext_lazy("Every letter went out, or is on its way."), "check"),
        ),
        Show(
            "waiting",
            gettext_lazy("Waiting"),
            lambda every: every.filter(state=Letter.State.WAITING),
            empty=(gettext_lazy("No letter waits"), "", "check"),
        ),
    ),
    hint=gettext_lazy("A name, or a word of its subject"),
    empty=(gettext_lazy("Nothing was written yet"), "", "mail"),
)
def letters(_reader: Reader) -> QuerySet[Letter]:
    """All that are kept, the newest first."""
    return Letter.objects.select_related("to__contact")
