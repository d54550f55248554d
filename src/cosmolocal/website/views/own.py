"""My data to take away, and leaving."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import rules as agents_rules
from cosmolocal.agents.limits import limited
from cosmolocal.agents.pages import actor, form_page, long_work
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.look.dates import format_day
from cosmolocal.money import queries as money_queries
from cosmolocal.website import operations
from cosmolocal.website.forms import LeaveForm


@open_to("signed_in")
@limited("my_data", times=10, seconds=3600)
def my_data(request: HttpRequest) -> HttpResponse:
    """What the file holds; the button has it made."""
    if request.method == "POST":
        return long_work(request, ErrandDraft("website.my_data", [], _("My data"), reverse("my_data")))
    return render(request, "website/my_data.html")


@open_to("signed_in")
def leave(request: HttpRequest) -> HttpResponse:
    """What happens when I leave, and the deed itself."""
    me = actor(request)
    household = agents_queries.household_of(me)
    is_last = household is not None and agents_queries.members_of(household).count() == 1
    account = money_queries.account_for(household) if household and is_last else None
    standing = money_queries.standing(account) if account else None

    def act(data: dict[str, Any]) -> str:
        operations.leave_local(by=me, agent=me, key=data["key"])
        logout(request)
        return reverse("left")

    context: dict[str, Any] = {
        "household": household,
        "is_last": is_last,
        "has": money_queries.format(standing.balance) if standing else "",
        "owes": standing is not None and standing.balance < 0,
        "forgotten": format_day(agents_rules.anonymise_on(clock.today(), keeps_books=True)),
    }
    return form_page(request, LeaveForm(request.POST or None), act, template="website/leave.html", **context)


@open_to("steward")
def note_leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """A steward notes that somebody has left, for those who do not do it themselves."""
    agent = get_object_or_404(
        agents_queries.visible_to(agents_queries.reader(request)), pk=pk, kind="person", hidden_at=None
    )

    form = LeaveForm(request.POST or None)
    form.fields["sure"].label = _("Yes, %(name)s has left") % {"name": agent.name}
    return form_page(
        request,
        form,
        lambda data: operations.leave_local(by=actor(request), agent=agent, key=data["key"]),
        said=_("%(name)s has left.") % {"name": agent.name},
        title=_("%(name)s leaves") % {"name": agent.name},
        lead=_("Hidden at once; tasks end; the treasurer is told what to pay back. This cannot be undone."),
        submit=_("Note it"),
        danger=True,
        back=(reverse("agents:person", args=[pk]), agent.name),
    )


@open_to("anyone")
def left(request: HttpRequest) -> HttpResponse:
    """Gone."""
    return render(request, "website/left.html")
