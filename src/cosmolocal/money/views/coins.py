"""The cash box of a place, for its keepers: count it, and bring what lies there to the bank or the treasurer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import Check, actor, form_page
from cosmolocal.agents.policy import AUDITOR
from cosmolocal.agents.queries import reader as reader_of
from cosmolocal.kernel.access import open_to
from cosmolocal.money import forms, operations, policy, queries
from cosmolocal.money.models import MoneyBox
from cosmolocal.money.views.pages import books, dated, written


@open_to("keeper")
def coins(request: HttpRequest) -> HttpResponse:
    """The boxes she may use: those of her place, and of the whole house. Auditors read."""
    reader = reader_of(request)
    mine = {box.pk for box in queries.coins(reader)}
    found = queries.boxes().filter(kind__in=policy.COINS) if reader.has(AUDITOR) else queries.coins(reader)
    rows = [(box, box.pk in mine) for box in found]
    coming = [(one, queries.may_receive(reader, one)) for one in queries.carriages()]
    near = [(one, mine_to_say) for one, mine_to_say in coming if mine_to_say or one.carrier_id == actor(request).pk]
    return render(request, "money/coins.html", books(request) | {"rows": rows, "on_its_way": near})


@open_to("keeper")
def count_coins(request: HttpRequest, pk: int) -> HttpResponse:
    """She counts a box of her place."""
    return counting(request, _get_box_or_404(request, pk), _coins())


@open_to("keeper")
def hand_over_coins(request: HttpRequest, pk: int) -> HttpResponse:
    """She brings coins of her place to the bank, or to the box of the treasurer."""
    box = _get_box_or_404(request, pk)
    targets = [one for one in queries.boxes(box.currency) if one != box and _may_bring(request, one)]
    targets = [one for one in targets if one.kind != MoneyBox.Kind.TRANSIT]

    def act(data: dict[str, Any]) -> None:
        made = operations.move_money(by=actor(request), source=box, **dated(data))
        facts = {"amount": queries.format(data["amount"], box.currency), "target": data["target"]}
        messages.success(request, on_way_words() if made else _("%(amount)s lies in “%(target)s” now.") % facts)

    form = forms.HandOverForm(request.POST or None, box=box, targets=targets)
    title, submit = _("Hand over from %(name)s") % {"name": box}, _("Yes, I take it along")
    lead = _(
        "To the bank, or to the treasurer, who keeps a box of the whole house. Write it when you take it out: it "
        "stands in your name until they write down that it arrived."
    )
    return form_page(request, form, act, check=written, title=title, lead=lead, submit=submit, back=_coins())


def counting(request: HttpRequest, box: MoneyBox, back: tuple[str, str]) -> HttpResponse:
    """The page on which a box is counted, then `back`. The books follow what was found."""

    def act(data: dict[str, Any]) -> None:
        difference = operations.count_cash(by=actor(request), box=box, **dated(data))
        if difference:
            amount = queries.format(abs(difference), box.currency)
            said = _("%(amount)s too much.") if difference > 0 else _("%(amount)s is missing.")
            messages.warning(
                request, said % {"amount": amount} + " " + _("It is written down under “Cash differences”.")
            )
        else:
            messages.success(request, _("It agrees to the last coin."))

    def check(form: forms.CountForm) -> Check:
        return written(form)._replace(warning=form.difference_words())

    form = forms.CountForm(request.POST or None, box=box)
    title, submit = _("Count %(name)s") % {"name": box}, _("Yes, that is what lies there")
    coming = queries.carriages(box.currency).filter(target=box)
    sums = ", ".join(queries.format(one.amount, box.currency) for one in coming)
    lead = _("On its way here: %(sums)s. If it lies here already, write first that it arrived.") % {"sums": sums}
    return form_page(request, form, act, check=check, title=title, lead=lead if sums else "", submit=submit, back=back)


def on_way_words() -> str:
    """What is said to who carries money that is on its way now."""
    return _("It is on its way, in your name, until who keeps the other box writes down that it arrived.")


def _coins() -> tuple[str, str]:
    return reverse("money:coins"), _("Cash box")


def _get_box_or_404(request: HttpRequest, pk: int) -> MoneyBox:
    """A box whose coins she may use, else there is no such page."""
    found = next((box for box in queries.coins(reader_of(request)) if box.pk == pk), None)
    if found is None:
        raise Http404
    return found


def _may_bring(request: HttpRequest, box: MoneyBox) -> bool:
    return box.kind not in policy.COINS or policy.may_use_coins(reader_of(request), box)
