"""What one person booked alone: somebody else reads the list, says that it is right, or asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cosmolocal.agents.pages import actor, form_page, key_of, listing_page, numbers
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.look.tables import Deed, Tick
from cosmolocal.money import forms, listings, operations, policy, queries
from cosmolocal.money.models import Review
from cosmolocal.money.queries import Look


@open_to("auditor_reads")
def looks(request: HttpRequest) -> HttpResponse:
    """What waits for somebody else, the oldest first; or what was decided."""
    who = reader(request)
    is_mine, may_book = queries.looked_at_by(who), who.has("treasurer")

    def deeds(look: Look) -> list[Deed]:
        made, row = [], look.row
        if is_mine(row):
            made += [Deed(_("It is right"), kind="secondary", name="one", value=row.pk)]
            made += [Deed(_("Ask about it"), reverse("money:question", args=[row.pk]))]
        if look.is_open and look.may_be_undone and may_book:
            made += [Deed(_("Take it back"), reverse("money:undo", args=[row.deed_id]))]
        return made

    def tick(look: Look) -> Tick | None:
        return Tick("look", look.row.pk, f"{look.what}, {look.row.deed.by.name}") if is_mine(look.row) else None

    return listing_page(
        request,
        listings.looks,
        template="money/looks.html",
        width="wide",
        lead=_(
            "What one person did alone: money that left, her own account, another account number. It is kept; somebody "
            "of another household looks whether it is right: neither who did it, nor whose money it is, nor who lives "
            "with them."
        ),
        back=(reverse("money:desk"), _("Money")),
        row_deeds=deeds,
        row_tick=tick,
        beside=lambda rows: {"has_mine": any(is_mine(look.row) for look in rows)},
    )


@open_to("auditor_reads")
@require_POST
def agree_looks(request: HttpRequest) -> HttpResponse:
    """One entry, or all that are ticked, have been looked at and are right."""
    wanted = numbers(request.POST, "one" if "one" in request.POST else "look")
    found = list(Review.objects.filter(pk__in=wanted))
    if not found:
        messages.warning(request, _("Tick at least one entry first."))
        return redirect("money:looks")
    operations.agree_entries(by=actor(request), looks=found, key=key_of(request))
    said = ngettext("You have looked at %(n)d entry.", "You have looked at %(n)d entries.", len(found))
    messages.success(request, said % {"n": len(found)})
    return redirect("money:looks")


@open_to("auditor_reads")
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks about an entry; it stays on the list."""
    found = get_object_or_404(Review.objects.select_related("deed__by", "holder"), pk=pk)
    if request.method != "POST" and not policy.may_look(actor(request), found):
        return redirect("money:looks")
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda data: operations.question_entry(by=actor(request), look=found, **data),
        said=_("Your question stands on the list. Talk to %(name)s.") % {"name": found.deed.by},
        title=_("Ask %(name)s about this entry") % {"name": found.deed.by},
        lead=_("The entry stays as it is, and on the list, until somebody agrees or takes it back."),
        submit=_("Ask"),
        back=(reverse("money:looks"), _("A second pair of eyes")),
    )
