"""Deeds of the treasurer, one a page: money came, was paid, carried, counted, given back; limits; taking back."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.kernel import outside
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import Operation
from cosmolocal.money import forms, operations, queries, rules
from cosmolocal.money.forms.fields import moment_on
from cosmolocal.money.models import Account, MoneyBox, Unmatched
from cosmolocal.money.views.answers import actor, one_form, read_twice, reader_of


def _desk() -> dict[str, Any]:
    return {"back": reverse("money:desk"), "back_label": _("Money")}


@open_to("treasurer")
def come_in(request: HttpRequest) -> HttpResponse:
    """Money came in: for an account, or from somebody nobody knows yet."""
    currency = queries.default_currency()

    def act(data: dict[str, Any]) -> str:
        common = {"by": actor(request), "box": data["box"], "amount": data["amount"], "at": moment_on(data["on"])}
        words = " · ".join(filter(None, (data["payer"], data["words"])))
        if data["account"] is None:
            operations.top_up_unmatched(**common, payer=data["payer"], reference=data["words"], key=data["key"])
            messages.success(request, _("It is booked and waits under “Payer unknown”."))
            return reverse("money:unmatched")
        operations.top_up(**common, account=data["account"], reference=words, key=data["key"])
        messages.success(request, _("It is booked for %(name)s.") % {"name": data["account"]})
        return reverse("money:account", args=[data["account"].pk])

    asked = outside.whole(request.GET.get("account"))
    chosen = queries.members().filter(pk=asked).first() if asked else None
    form = forms.ComeInForm(request.POST or None, currency=currency, initial={"account": chosen})
    return read_twice(request, form, act, title=_("Money came in"), submit=_("Yes, it came in"), **_desk())


@open_to("treasurer")
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose money this was."""
    found = get_object_or_404(queries.unmatched(), pk=pk)

    def act(data: dict[str, Any]) -> str:
        operations.match_unmatched(
            by=actor(request),
            unmatched=found,
            account=data["account"],
            amount=data["amount"],
            at=moment_on(data["on"]),
            key=data["key"],
        )
        messages.success(request, _("It stands on the account of %(name)s now.") % {"name": data["account"]})
        return reverse("money:unmatched")

    form = forms.MatchForm(request.POST or None, currency=found.box.currency, most=found.left, first=found.on)
    typed = _("written down by %(name)s") % {"name": found.typed_by} if found.typed_by else ""
    lead = " · ".join(filter(None, (queries.format(found.left, found.box.currency), found.payer, found.words, typed)))
    back = {"back": reverse("money:unmatched"), "back_label": _("Payer unknown")}
    return read_twice(request, form, act, title=_("Whose money was this?"), lead=lead, submit=_("Yes, give it"), **back)


@open_to("treasurer")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The money went back to where it came from."""
    found = get_object_or_404(Unmatched.objects.select_related("box__currency"), pk=pk, left__gt=0)

    def act(data: dict[str, Any]) -> str:
        wish = {"reason": data["reason"], "at": moment_on(data["on"]), "key": data["key"]}
        operations.send_back(by=actor(request), unmatched=found, **wish)
        messages.success(request, _("It is booked as sent back."))
        return reverse("money:unmatched")

    lead = _("%(amount)s from %(box)s. Do this after the bank has sent it.") % {
        "amount": queries.format(found.left, found.box.currency),
        "box": found.box,
    }
    back = {"back": reverse("money:unmatched"), "back_label": _("Payer unknown")}
    form = forms.HappenedReasonForm(request.POST or None, first=found.on)
    return read_twice(request, form, act, title=_("Sent back"), lead=lead, submit=_("Yes, it went back"), **back)


@open_to("treasurer")
def cost(request: HttpRequest) -> HttpResponse:
    """A cost that was paid."""

    def act(data: dict[str, Any]) -> str:
        operations.pay_cost(
            by=actor(request),
            fund_code=data["fund"],
            box=data["box"],
            amount=data["amount"],
            payee=data["payee"].holder if data["payee"] else None,
            reason=data["reason"],
            at=moment_on(data["on"]),
            key=data["key"],
        )
        messages.success(request, _("The cost is booked."))
        return reverse("money:desk")

    form = forms.CostForm(request.POST or None, currency=queries.default_currency())
    return read_twice(request, form, act, title=_("A cost was paid"), submit=_("Yes, it was paid"), **_desk())


@open_to("treasurer")
def move(request: HttpRequest) -> HttpResponse:
    """Money carried from one place to another."""

    def act(data: dict[str, Any]) -> str:
        operations.move_money(
            by=actor(request),
            source=data["source"],
            target=data["target"],
            amount=data["amount"],
            at=moment_on(data["on"]),
            key=data["key"],
        )
        messages.success(request, _("It is booked where it lies now."))
        return reverse("money:desk")

    form = forms.MoveForm(request.POST or None, currency=queries.default_currency())
    return read_twice(request, form, act, title=_("Money was carried"), submit=_("Yes, it was carried"), **_desk())


@open_to("auditor_reads")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Cash is counted; the books follow what was found."""
    box = get_object_or_404(queries.boxes(), pk=pk)

    def act(data: dict[str, Any]) -> str:
        at = moment_on(data["on"])
        difference = operations.count_cash(by=actor(request), box=box, counted=data["counted"], at=at, key=data["key"])
        if difference:
            amount = queries.format(abs(difference), box.currency)
            said = _("%(amount)s too much.") if difference > 0 else _("%(amount)s is missing.")
            messages.warning(
                request, said % {"amount": amount} + " " + _("It is written down under “Cash differences”.")
            )
        else:
            messages.success(request, _("It agrees to the last coin."))
        return reverse("money:desk")

    form = forms.CountForm(request.POST or None, box=box)
    title = _("Count %(name)s") % {"name": box}
    return read_twice(request, form, act, title=title, submit=_("Yes, that is what lies there"), **_desk())


@open_to("treasurer")
def transfer(request: HttpRequest) -> HttpResponse:
    """From one account to another, funds among them."""

    def act(data: dict[str, Any]) -> str:
        operations.transfer(
            by=actor(request),
            source=data["source"],
            target=data["target"],
            amount=data["amount"],
            reason=data["reason"],
            at=moment_on(data["on"]),
            key=data["key"],
        )
        messages.success(request, _("It is booked."))
        return reverse("money:account", args=[data["target"].pk])

    form = forms.TransferForm(request.POST or None, currency=queries.default_currency())
    return read_twice(request, form, act, title=_("From one account to another"), submit=_("Yes, move it"), **_desk())


@open_to("auditor_reads")
def open_box(request: HttpRequest) -> HttpResponse:
    """A new bank account, cash box or drawer."""

    def act(data: dict[str, Any]) -> str:
        operations.open_box(by=actor(request), **data)
        messages.success(request, _("%(name)s is here now.") % {"name": data["name"]})
        return reverse("money:desk")

    form = forms.BoxForm(request.POST or None)
    return one_form(request, form, act, title=_("A new place for money"), submit=_("Add it"), **_desk())


@open_to("auditor_reads")
def change_box(request: HttpRequest, pk: int) -> HttpResponse:
    """How a place for money is called, whose keepers use it, and the account number members pay to."""
    box = get_object_or_404(queries.boxes(), pk=pk)

    def act(data: dict[str, Any]) -> str:
        operations.change_box(by=actor(request), box=box, **(unasked | data))
        messages.success(request, _("It is changed."))
        return reverse("money:box", args=[pk])

    unasked = {"number": box.number, "bank_name": box.bank_name, "place": box.place}
    form = forms.ChangeBoxForm(request.POST or None, box=box)
    lead = (
        _(
            "Members read the account number where they put money on their account; another one once somebody else has "
            "looked at it."
        )
        if box.kind == "bank"
        else ""
    )
    back = {"back": reverse("money:box", args=[pk]), "back_label": str(box)}
    return one_form(request, form, act, title=box.name, lead=lead, submit=_("Change it"), **back)


@open_to("treasurer")
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Money given back to a member, and why."""
    account = _account(request, pk)

    def act(data: dict[str, Any]) -> str:
        source = queries.fund(data["fund"], account.currency)
        operations.refund(
            by=actor(request),
            source=source,
            account=account,
            amount=data["amount"],
            reason=data["reason"],
            at=moment_on(data["on"]),
            key=data["key"],
        )
        messages.success(request, _("It is given back."))
        return reverse("money:account", args=[pk])

    form = forms.RefundForm(request.POST or None, currency=account.currency)
    form.about = account
    title = _("Give something back to %(name)s") % {"name": account}
    return read_twice(request, form, act, title=title, submit=_("Yes, give it back"), **_back(account))


@open_to("treasurer")
def pay_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on an account goes back to its holder; a second person agrees."""
    account = _account(request, pk)
    most = queries.balance(account).payable

    def act(data: dict[str, Any]) -> str:
        made = operations.pay_back(
            by=actor(request),
            account=account,
            box=data["box"],
            amount=data["amount"],
            reference=data["words"],
            key=data["key"],
        )
        messages.success(request, _("It waits for a second person to agree."))
        return reverse("money:payout", args=[made.pk])

    form = forms.PayBackForm(request.POST or None, currency=account.currency, most=most)
    title = _("Pay back to %(name)s") % {"name": account}
    return read_twice(request, form, act, title=title, submit=_("Yes, ask a second person"), **_back(account))


@open_to("treasurer")
def limits(request: HttpRequest, pk: int) -> HttpResponse:
    """When a holder gets a friendly word, and where it stops."""
    account = _account(request, pk)
    standing = queries.standing(account)

    def act(data: dict[str, Any]) -> str:
        limits = {"warn_below": data["warn_below"], "floor": data["floor"]}
        operations.set_limits(by=actor(request), account=account, **limits, key=data["key"])
        messages.success(request, _("The limits are set."))
        return reverse("money:account", args=[pk])

    initial = {"warn_below": standing.warn, "floor": standing.floor}
    form = forms.LimitsForm(request.POST or None, currency=account.currency, initial=initial)
    title = _("Limits of %(name)s") % {"name": account}
    return one_form(request, form, act, title=title, submit=_("Set them"), **_back(account))


@open_to("auditor_reads")
def levels(request: HttpRequest) -> HttpResponse:
    """When members get a friendly word, and how far new accounts may go down."""
    currency = queries.default_currency()

    def act(data: dict[str, Any]) -> str:
        operations.change_levels(by=actor(request), currency=currency, **data)
        messages.success(request, _("The levels are set."))
        return reverse("money:desk")

    initial = {"warn_below": currency.warn_below, "start_floor": currency.start_floor}
    form = forms.LevelsForm(request.POST or None, currency=currency, initial=initial)
    lead = _("One account gets limits of its own on its page. Accounts that are open already keep where they stop.")
    return one_form(request, form, act, title=_("Levels"), lead=lead, submit=_("Set them"), **_desk())


@open_to("treasurer")
def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    """An account ends; what is left goes to the solidarity fund, with a reason."""
    account = _account(request, pk)

    def act(data: dict[str, Any]) -> str:
        operations.close_account(by=actor(request), account=account, reason=data["reason"], key=data["key"])
        messages.success(request, _("The account is closed."))
        return reverse("money:accounts")

    lead = _("What is still on it goes to the fund “Solidarity”. Pay it back first, where that is possible.")
    title = _("Close the account of %(name)s") % {"name": account}
    form = forms.ReasonForm(request.POST or None)
    return read_twice(request, form, act, title=title, lead=lead, submit=_("Close it"), danger=True, **_back(account))


@open_to("treasurer")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one entry back by a reversing one; both stay readable."""
    entry = get_object_or_404(Operation, pk=pk, code__in=rules.MAY_BE_UNDONE)

    def act(data: dict[str, Any]) -> str:
        wish = {"reason": data["reason"], "at": moment_on(data["on"]), "key": data["key"]}
        operations.undo(by=actor(request), deed_id=entry.pk, **wish)
        messages.success(request, _("It is taken back. Both entries stay readable."))
        return reverse("money:desk")

    lead = _("A returned debit, a wrong amount, the wrong member: the entry stays, and a second one takes it back.")
    form = forms.HappenedReasonForm(request.POST or None, first=queries.day_of_deed(entry))
    return read_twice(request, form, act, title=_("Take it back"), lead=lead, submit=_("Yes, take it back"), **_desk())


def _account(request: HttpRequest, pk: int) -> Account:
    """An open account, or a closed one that a fact has touched since."""
    seen = queries.visible_to(reader_of(request))
    return get_object_or_404(seen.filter(Q(closed_at=None) | ~Q(resource__accounting_quantity=0)), pk=pk)


def _back(thing: Account | MoneyBox) -> dict[str, Any]:
    return {"back": reverse("money:account", args=[thing.pk]), "back_label": str(thing)}
