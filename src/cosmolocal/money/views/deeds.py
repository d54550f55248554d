"""Deeds of the treasurer, one a page: money came, was paid, carried, counted, given back; limits; taking back."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.pages import actor, form_page, number
from cosmolocal.agents.queries import reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import Operation
from cosmolocal.money import forms, operations, queries, rules
from cosmolocal.money.forms.fields import moment_on
from cosmolocal.money.models import Account, Unmatched
from cosmolocal.money.views.coins import counting, on_way_words
from cosmolocal.money.views.pages import dated, written


def _desk() -> tuple[str, str]:
    return reverse("money:desk"), _("Money")


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

    asked = number(request.GET, "account")
    chosen = queries.members().filter(pk=asked).first() if asked else None
    form = forms.ComeInForm(request.POST or None, currency=currency, initial={"account": chosen})
    title, submit = _("Money came in"), _("Yes, it came in")
    return form_page(request, form, act, check=written, title=title, submit=submit, back=_desk())


@open_to("treasurer")
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose money this was."""
    found = get_object_or_404(queries.unmatched(), pk=pk)

    def act(data: dict[str, Any]) -> None:
        operations.match_unmatched(by=actor(request), unmatched=found, **dated(data))
        messages.success(request, _("It stands on the account of %(name)s now.") % {"name": data["account"]})

    form = forms.MatchForm(request.POST or None, currency=found.box.currency, most=found.left, first=found.on)
    typed = _("written down by %(name)s") % {"name": found.typed_by} if found.typed_by else ""
    lead = " · ".join(filter(None, (queries.format(found.left, found.box.currency), found.payer, found.words, typed)))
    title, submit = _("Whose money was this?"), _("Yes, give it")
    return form_page(request, form, act, check=written, title=title, lead=lead, submit=submit, back=_unmatched())


@open_to("treasurer")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The money went back to where it came from."""
    found = get_object_or_404(Unmatched.objects.select_related("box__currency"), pk=pk, left__gt=0)
    lead = _("%(amount)s from %(box)s. Do this after the bank has sent it.") % {
        "amount": queries.format(found.left, found.box.currency),
        "box": found.box,
    }
    return form_page(
        request,
        forms.HappenedReasonForm(request.POST or None, first=found.on),
        lambda data: operations.send_back(by=actor(request), unmatched=found, **dated(data)),
        check=written,
        said=_("It is booked as sent back."),
        title=_("Sent back"),
        lead=lead,
        submit=_("Yes, it went back"),
        back=_unmatched(),
    )


@open_to("treasurer")
def cost(request: HttpRequest) -> HttpResponse:
    """A cost that was paid."""

    def act(data: dict[str, Any]) -> None:
        fund, payee = data.pop("fund"), data.pop("payee")
        holder = payee.holder if payee else None
        operations.pay_cost(by=actor(request), fund_code=fund, payee=holder, **dated(data))

    return form_page(
        request,
        forms.CostForm(request.POST or None, currency=queries.default_currency()),
        act,
        check=written,
        said=_("The cost is booked."),
        title=_("A cost was paid"),
        submit=_("Yes, it was paid"),
        back=_desk(),
    )


@open_to("treasurer")
def move(request: HttpRequest) -> HttpResponse:
    """Money carried from one place to another."""

    def act(data: dict[str, Any]) -> None:
        made = operations.move_money(by=actor(request), **dated(data))
        messages.success(request, on_way_words() if made else _("It is booked where it lies now."))

    return form_page(
        request,
        forms.MoveForm(request.POST or None, currency=queries.default_currency()),
        act,
        check=written,
        title=_("Money was carried"),
        lead=_(
            "Write it when it is taken out. It stands on its way until somebody writes down that it arrived; between "
            "bank accounts, and where you keep both boxes alone, it is there at once."
        ),
        submit=_("Yes, it was carried"),
        back=_desk(),
    )


@open_to("auditor_reads")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Cash is counted; the books follow what was found."""
    box = get_object_or_404(queries.boxes(), pk=pk)
    return counting(request, box, _desk())


@open_to("treasurer")
def transfer(request: HttpRequest) -> HttpResponse:
    """From one account to another, funds among them."""

    def act(data: dict[str, Any]) -> str:
        operations.transfer(by=actor(request), **dated(data))
        return reverse("money:account", args=[data["target"].pk])

    return form_page(
        request,
        forms.TransferForm(request.POST or None, currency=queries.default_currency()),
        act,
        check=written,
        said=_("It is booked."),
        title=_("From one account to another"),
        submit=_("Yes, move it"),
        back=_desk(),
    )


@open_to("auditor_reads")
def open_box(request: HttpRequest) -> HttpResponse:
    """A new bank account, cash box or drawer."""

    def act(data: dict[str, Any]) -> None:
        operations.open_box(by=actor(request), **data)
        messages.success(request, _("%(name)s is here now.") % {"name": data["name"]})

    form = forms.BoxForm(request.POST or None)
    return form_page(request, form, act, title=_("A new place for money"), submit=_("Add it"), back=_desk())


@open_to("auditor_reads")
def change_box(request: HttpRequest, pk: int) -> HttpResponse:
    """How a place for money is called, whose keepers use it, and the account number members pay to."""
    box = get_object_or_404(queries.boxes(), pk=pk)
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
    return form_page(
        request,
        form,
        lambda data: operations.change_box(by=actor(request), box=box, **(unasked | data)),
        said=_("It is changed."),
        title=box.name,
        lead=lead,
        submit=_("Change it"),
        back=(reverse("money:box", args=[pk]), str(box)),
    )


@open_to("treasurer")
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Money given back to a member, and why."""
    account = _get_account_or_404(request, pk)

    def act(data: dict[str, Any]) -> None:
        source = queries.fund(data.pop("fund"), account.currency)
        operations.refund(by=actor(request), source=source, account=account, **dated(data))

    form = forms.RefundForm(request.POST or None, currency=account.currency)
    form.about = account
    return form_page(
        request,
        form,
        act,
        check=written,
        said=_("It is given back."),
        title=_("Give something back to %(name)s") % {"name": account},
        submit=_("Yes, give it back"),
        back=_page_of(account),
    )


@open_to("treasurer")
def pay_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on an account goes back to its holder; a second person agrees."""
    account = _get_account_or_404(request, pk)
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
        return reverse("money:payout", args=[made.pk])

    form = forms.PayBackForm(request.POST or None, currency=account.currency, most=most)
    return form_page(
        request,
        form,
        act,
        check=written,
        said=_("It waits for a second person to agree."),
        title=_("Pay back to %(name)s") % {"name": account},
        submit=_("Yes, ask a second person"),
        back=_page_of(account),
    )


@open_to("treasurer")
def limits(request: HttpRequest, pk: int) -> HttpResponse:
    """When a holder gets a friendly word, and where it stops."""
    account = _get_account_or_404(request, pk)
    standing = queries.standing(account)

    initial = {"warn_below": standing.warn, "floor": standing.floor}
    form = forms.LimitsForm(request.POST or None, currency=account.currency, initial=initial)
    return form_page(
        request,
        form,
        lambda data: operations.set_limits(by=actor(request), account=account, **data),
        said=_("The limits are set."),
        title=_("Limits of %(name)s") % {"name": account},
        submit=_("Set them"),
        back=_page_of(account),
    )


@open_to("auditor_reads")
def levels(request: HttpRequest) -> HttpResponse:
    """When members get a friendly word, and how far new accounts may go down."""
    currency = queries.default_currency()
    initial = {"warn_below": currency.warn_below, "start_floor": currency.start_floor}
    form = forms.LevelsForm(request.POST or None, currency=currency, initial=initial)
    return form_page(
        request,
        form,
        lambda data: operations.change_levels(by=actor(request), currency=currency, **data),
        said=_("The levels are set."),
        title=_("Levels"),
        lead=_("One account gets limits of its own on its page. Accounts that are open already keep where they stop."),
        submit=_("Set them"),
        back=_desk(),
    )


@open_to("treasurer")
def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    """An account ends; what is left goes to the solidarity fund, with a reason."""
    account = _get_account_or_404(request, pk)
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda data: operations.close_account(by=actor(request), account=account, **data),
        check=written,
        said=_("The account is closed."),
        to="money:accounts",
        title=_("Close the account of %(name)s") % {"name": account},
        lead=_("What is still on it goes to the fund “Solidarity”. Pay it back first, where that is possible."),
        submit=_("Close it"),
        danger=True,
        back=_page_of(account),
    )


@open_to("treasurer")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one entry back by a reversing one; both stay readable."""
    entry = get_object_or_404(Operation, pk=pk, code__in=rules.MAY_BE_UNDONE)
    return form_page(
        request,
        forms.HappenedReasonForm(request.POST or None, first=queries.day_of_deed(entry)),
        lambda data: operations.undo(by=actor(request), deed_id=entry.pk, **dated(data)),
        check=written,
        said=_("It is taken back. Both entries stay readable."),
        title=_("Take it back"),
        lead=_("A returned debit, a wrong amount, the wrong member: the entry stays, and a second one takes it back."),
        submit=_("Yes, take it back"),
        back=_desk(),
    )


def _unmatched() -> tuple[str, str]:
    return reverse("money:unmatched"), _("Payer unknown")


def _get_account_or_404(request: HttpRequest, pk: int) -> Account:
    """An open account of somebody, or a closed one that a fact has touched since."""
    seen = queries.visible_to(reader(request)).exclude(kind__in=[Account.Kind.FUND, Account.Kind.ROUND])
    return get_object_or_404(seen.filter(Q(closed_at=None) | ~Q(resource__accounting_quantity=0)), pk=pk)


def _page_of(account: Account) -> tuple[str, str]:
    return reverse("money:account", args=[account.pk]), str(account)
