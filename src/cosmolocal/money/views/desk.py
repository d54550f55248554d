"""The treasurer's desk: what waits, where the money lies, how members stand; for stewards and auditors to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import sessions
from cosmolocal.agents.pages import actor, listing_page
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.practices import switched_on
from cosmolocal.look.tables import Deed
from cosmolocal.money import listings, queries
from cosmolocal.money.forms.fields import today
from cosmolocal.money.models import MoneyBox, Unmatched
from cosmolocal.money.views.own import statement_page
from cosmolocal.money.views.pages import books


@open_to("auditor_reads")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, how much lies where, what this month brought."""
    month = today().replace(day=1)
    came, went = queries.turnover(queries.moment_of(month))
    me = actor(request)
    funds = [(fund, queries.standing(fund)) for fund in queries.funds()]
    context = books(request) | {
        "lent": sessions.words(),
        "waiting": queries.waiting(me),
        "leavers": queries.leavers().count(),
        "looks": queries.count_looks(reader(request)),
        "lists": queries.open_lists(),
        "oldest": queries.unmatched().first(),
        "boxes": queries.boxes(),
        "on_its_way": [(one, queries.may_receive(reader(request), one)) for one in queries.carriages()],
        "numbers": queries.waiting_numbers(reader(request), queries.boxes()),
        "used_funds": [(fund, standing) for fund, standing in funds if standing.balance],
        "empty_funds": [(fund, standing) for fund, standing in funds if not standing.balance],
        "month": month,
        "came": came,
        "went": went,
        "closed_until": queries.closed_until(),
        "sums": queries.sums_agree(),
        "today": today(),
        "book_pages": [page for practice in switched_on() for page in practice.book_pages],
    }
    return render(request, "money/desk.html", context)


@open_to("auditor_reads")
def accounts(request: HttpRequest) -> HttpResponse:
    """Members, restaurants and producers with how they stand; or only those below what was agreed."""
    return listing_page(request, listings.accounts, back=(reverse("money:desk"), _("Money")))


@open_to("auditor_reads")
def unmatched(request: HttpRequest) -> HttpResponse:
    """Money from payers nobody knows, longest waiting first."""

    def deeds(found: Unmatched) -> list[Deed]:
        whose, back = reverse("money:match", args=[found.pk]), reverse("money:send_back", args=[found.pk])
        return [Deed(_("Whose is it"), whose, kind="primary"), Deed(_("It went back"), back)]

    return listing_page(
        request,
        listings.unmatched,
        lead=_("Money that came, and nobody knows yet from whom. It is kept apart until somebody finds out."),
        back=(reverse("money:desk"), _("Money")),
        row_deeds=deeds if reader(request).has("treasurer") else None,
    )


@open_to("auditor_reads")
def box(request: HttpRequest, pk: int) -> HttpResponse:
    """What went into and out of a bank account or cash box: to lay beside the bank's own statement."""
    found = get_object_or_404(MoneyBox.objects.select_related("resource", "currency", "place"), pk=pk)
    return statement_page(request, found, reverse("money:box", args=[pk]), (reverse("money:desk"), _("Money")))
