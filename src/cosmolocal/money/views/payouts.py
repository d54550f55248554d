"""Payments out: drawn up by one, agreed by another, taken to the bank, confirmed, and sometimes back again."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import eyes, rights, sessions
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents.models import Contact
from cosmolocal.agents.pages import actor, file, form_page, key_of, listing_page, number, post
from cosmolocal.agents.queries import Reader, reader
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.errands import ErrandDraft
from cosmolocal.look.dates import format_day
from cosmolocal.money import bank_files, documents, forms, listings, operations, payees, policy, queries, rules
from cosmolocal.money.forms.fields import today
from cosmolocal.money.models import Account, Payment, PaymentList
from cosmolocal.money.payees import Choice, Payee
from cosmolocal.money.views.pages import books, dated, written
from cosmolocal.paper import downloads

PAYEES = 50  # on a page
NUMBERS = 10  # bank accounts to clear up, shown at a time


@open_to("auditor_reads")
def payouts(request: HttpRequest) -> HttpResponse:
    """All payment lists, newest first."""
    shown, deeds = books(request), []
    if shown["may_book"]:
        deeds.append((_("Pay producers"), reverse("money:new_payout"), ""))
    if reader(request).has(agents_policy.STEWARD):
        deeds.append((_("Who agrees?"), reverse("money:deciders"), ""))
    return listing_page(
        request,
        listings.payouts,
        lead=_("One person draws a list up, another agrees, then it is paid."),
        back=(reverse("money:desk"), _("Money")),
        deeds=deeds,
        template="money/payouts.html",
        **shown,
    )


@open_to("treasurer")
def new_payout(request: HttpRequest) -> HttpResponse:
    """Who is paid how much: producers with money on their accounts."""
    name = _("Producers, %(day)s") % {"day": format_day(today())}
    accounts = queries.payable(queries.default_currency())
    return _draw_up(request, accounts, template="money/new_payout.html", name=name, **books(request))


@open_to("auditor_reads")
def leavers(request: HttpRequest) -> HttpResponse:
    """Who has left and still has or owes something: paid back by a list like everybody, or left to solidarity."""
    gone, shown = list(queries.leavers()), books(request)
    accounts = queries.with_payable(gone)
    paid = {account.pk for account, _most in accounts} if shown["may_book"] else set()
    others = [account for account in gone if account.pk not in paid]
    rows = [(account, queries.standing(account)) for account in queries.called(others, request.GET.get("q", ""))]
    name = _("Paid back, %(day)s") % {"day": format_day(today())}
    more = {"others": rows[:PAYEES], "others_left": max(len(rows) - PAYEES, 0)}
    return _draw_up(request, accounts, template="money/leavers.html", name=name, **more, **shown)


def _draw_up(
    request: HttpRequest, accounts: Sequence[tuple[Account, int]], *, template: str, name: str, **shown: Any
) -> HttpResponse:
    """A payment list for these accounts, searched and paged. What was chosen stands in the address: each tab has its
    own, and a page that was left comes back as it was.
    """
    made = queries.list_made(actor(request), key_of(request))
    if made is not None:  # pressed twice: what it was about is set aside by now
        messages.info(request, _("This list was drawn up already."))
        return redirect("money:payout", made)
    sent = request.POST if request.method == "POST" else request.GET
    choice, currency = Choice.read(sent), queries.default_currency()
    rows = payees.rows(accounts, choice)
    opened, one = _opened(request, rows)
    if opened and one and ("full" in request.GET or one.is_valid()):
        changed = choice.put(opened.account.pk, opened.most if "full" in request.GET else one.cleaned_data["amount"])
        if len(changed.changed) <= payees.MOST_CHANGED:
            return redirect(f"{request.path}?{changed.query(**_place(request))}")
        messages.error(request, _("Many amounts were changed. Draw this list up, then another one for the rest."))

    def act(data: dict[str, Any]) -> str:
        made = operations.make_payment_list(
            by=actor(request), lines=form.drafts(), box=data["box"], name=data["name"], key=data["key"]
        )
        return reverse("money:payout", args=[made.pk])

    form = forms.PayoutForm(request.POST or None, currency=currency, rows=rows, choice=choice, initial={"name": name})
    named = {account.pk for account in queries.called([row.account for row in rows], request.GET.get("q", ""))}
    page = Paginator([row for row in rows if row.account.pk in named], PAYEES).get_page(request.GET.get("page"))
    paid = [row.amount for row in rows if row.amount]
    begins = ((True, _("Everybody in full")), (False, _("Begin with nobody")))
    context: dict[str, Any] = {
        "page": page,
        "opened": opened,
        "one": one,
        "choice": choice,
        "state": choice.query(**_place(request)),
        "place": _place(request),
        "search": request.GET.get("q", ""),
        "is_long": len(rows) > PAYEES,
        "paid": len(paid),
        "together": sum(paid),
        "begins": [
            {"url": f"?{Choice(whole).query() or 'begin='}", "label": label, "current": whole == choice.everybody}
            for whole, label in begins
        ],
    }
    said = _("The list waits for a second person to agree.")
    answer = form_page(request, form, act, said=said, template=template, **context, **shown)
    if one is not None and one.errors:
        answer.status_code = 422
    return answer


def _opened(request: HttpRequest, rows: Sequence[Payee]) -> tuple[Payee | None, forms.PayeeForm | None]:
    """The payee whose amount is to be changed, if any, with the form for it."""
    who = number(request.GET, "who") if request.method == "GET" else None
    opened = next((row for row in rows if row.account.pk == who), None)
    if opened is None:
        return None, None
    sent = request.GET if "amount" in request.GET else None
    return opened, forms.PayeeForm(sent, currency=queries.default_currency(), row=opened)


def _place(request: HttpRequest) -> dict[str, str]:
    """Where in a long list she is: the words searched for, the page."""
    return {name: request.GET[name] for name in ("q", "page") if request.GET.get(name)}


@open_to("signed_in")
def payout(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: its lines, who agreed, what to do next. Readers of the books, and the circle that decides."""
    made, lines = _readable(request, pk)
    me = actor(request)
    approval = made.approval
    votes = list(approval.votes.select_related("by")) if approval else []
    contacts = documents.contacts_of(lines)
    numbers = _numbers(reader(request), made, lines, contacts)
    words = request.GET.get("q", "")
    named = {account.pk for account in queries.called([line.account for line in lines], words)}
    page = Paginator([line for line in lines if line.account_id in named], PAYEES).get_page(request.GET.get("page"))
    context = books(request) | {
        "list": made,
        "new_numbers": [row for row in numbers if row["state"] == "new"][:NUMBERS],
        "changed_numbers": [row for row in numbers if row["state"] == "changed"][:NUMBERS],
        "numbers_left": max(len(numbers) - NUMBERS, 0),
        "page": page,
        "search": words,
        "is_long": len(lines) > PAYEES,
        "lines": [(line, contacts.get(line.account.holder_id)) for line in page],
        "total": sum(line.amount for line in lines),
        "votes": votes,
        "may_agree": approval is not None and approval.state == "open" and policy.may_agree(me, made),
        "my_word": next((vote for vote in votes if vote.by_id == me.pk), None),
        "is_lent": sessions.lent_until() is not None,
        "lent": sessions.words() or (rights.words(me, approval) if approval else ""),
        "is_cash": made.box.kind in policy.COINS,
        "has_planned": any(line.state == Payment.State.PLANNED for line in lines),
        "offers_xml": bank_files.is_offered(made),
    }
    return render(request, "money/payout.html", context)


def _numbers(
    reader: Reader, made: PaymentList, lines: Sequence[Payment], contacts: dict[int, Contact]
) -> list[dict[str, Any]]:
    """Bank accounts that nobody has agreed to yet, or that are others by now, one row a payee; nothing for cash."""
    if made.state not in (PaymentList.State.ASKED, PaymentList.State.AGREED) or made.box.kind in policy.COINS:
        return []
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        contact = contacts.get(line.account.holder_id)
        state = documents.how_number_stands(line, contact)
        if contact is not None and line.state == Payment.State.PLANNED and state in ("new", "changed"):
            mark = rules.mark_of(contact.iban, contact.bank_name)
            found[line.account.holder_id] = {"line": line, "contact": contact, "state": state, "mark": mark}
    if found:
        before = queries.paid_by_bank(found)
        mine = policy.own_ids(reader.agent)
        may = reader.agent is not None and policy.may_read_number(reader.agent, made)
        writers = queries.writers_of([row["contact"] for row in found.values()], made)
        for holder, row in found.items():
            wrote = writers[row["contact"].pk]
            is_hers = reader.agent is None or eyes.are_one(reader.agent, wrote, made.made_at) or holder in mine
            row["was_paid"] = holder in before
            row["may_agree"] = may and not is_hers and sessions.lent_until() is None
    return list(found.values())


@open_to("signed_in")
@require_POST
def agree_number(request: HttpRequest, pk: int) -> HttpResponse:
    """A payee's bank account, to which nothing was paid yet, is right. By who keeps the house or decides here."""
    line = get_object_or_404(Payment.objects.select_related("account__holder"), pk=pk)
    _readable(request, line.list_id)
    mark = request.POST.get("mark", "")
    return post(
        request,
        lambda key: operations.agree_number(by=actor(request), payment=line, mark=mark, key=key),
        to=reverse("money:payout", args=[line.list_id]),
        said=_("You have said yes to the number of %(name)s.") % {"name": line.account},
    )


@open_to("auditor_reads")
def payout_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What goes to the bank: CSV, xlsx, pain.001 (euros); or the cash list to sign."""
    made, lines = _get_list_or_404(pk)
    kind = request.GET.get("as", "csv")
    if made.state == PaymentList.State.ASKED or (kind == "xml" and not bank_files.is_offered(made)):
        raise Http404
    draft = ErrandDraft("money.payout_file", [pk, kind], made.name, reverse("money:payout", args=[pk]))
    return file(request, draft, kind=kind, rows=len(lines), kinds=(*downloads.TYPES, "xml"))


@open_to("signed_in")
@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes of somebody who was asked."""
    made, _lines = _readable(request, pk)
    operations.agree_payment_list(by=actor(request), payment_list=made, yes=True, key=key_of(request))
    made.refresh_from_db(fields=["state"])
    if made.state == PaymentList.State.AGREED:
        messages.success(request, _("You have agreed. It can be paid now."))
    else:
        messages.success(request, _("You have agreed. It waits for the others."))
    return redirect("money:payout", pk)


@open_to("signed_in")
def disagree(request: HttpRequest, pk: int) -> HttpResponse:
    """The no of somebody who was asked, with a reason; the list is dropped, or the rest of the circle decides."""
    made, _lines = _readable(request, pk)

    def act(data: dict[str, Any]) -> None:
        operations.agree_payment_list(
            by=actor(request), payment_list=made, yes=False, reason=data["reason"], key=data["key"]
        )
        made.refresh_from_db(fields=["state"])
        if made.state == PaymentList.State.DROPPED:
            messages.success(request, _("The list is dropped; nothing was paid."))
        else:
            messages.success(request, _("Your no is noted. The others of the circle decide."))

    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        act,
        title=_("Do not pay this list"),
        submit=_("I do not agree"),
        danger=True,
        back=_page_of(made),
    )


@open_to("treasurer")
def confirm_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is still planned has been paid."""
    made, lines = _get_list_or_404(pk)
    planned = [line for line in lines if line.state == Payment.State.PLANNED]
    if not planned:
        return redirect("money:payout", pk)
    return _has_left(
        request,
        made,
        planned,
        lambda data: operations.confirm_list(by=actor(request), payment_list=made, **dated(data)),
        said=_("Booked: the money has left."),
        title=_("Has all of this been paid?"),
        submit=_("Yes, all of it is paid"),
    )


@open_to("treasurer")
def confirm_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One line has been paid."""
    line = get_object_or_404(Payment.objects.select_related("list__currency", "account__holder"), pk=pk)
    if line.state != Payment.State.PLANNED:
        return redirect("money:payout", line.list_id)
    return _has_left(
        request,
        line.list,
        [line],
        lambda data: operations.confirm_payment(by=actor(request), payment=line, **dated(data)),
        said=_("Booked: %(name)s is paid.") % {"name": line.account},
        title=_("Has this been paid?"),
        submit=_("Yes, it is paid"),
    )


def _has_left(
    request: HttpRequest, made: PaymentList, lines: Sequence[Payment], act: Callable[..., object], **page: Any
) -> HttpResponse:
    """What was paid, and on which day it left: read once more before it is booked."""
    shown = lines[:PAYEES]
    rows = [{"label": str(line.account), "value": queries.format(line.amount, made.currency)} for line in shown]
    if len(lines) > len(shown):
        rest = sum(line.amount for line in lines[PAYEES:])
        left = _("%(count)s more") % {"count": len(lines) - PAYEES}
        rows.append({"label": left, "value": queries.format(rest, made.currency)})
    if len(lines) > 1:
        whole = queries.format(sum(line.amount for line in lines), made.currency)
        rows.append({"label": _("Together"), "value": whole})
    return form_page(
        request,
        forms.HappenedForm(request.POST or None),
        act,
        template="money/has_left.html",
        lead=_("Look at the bank's own list first. After this the books say that the money has left."),
        rows=rows,
        back=_page_of(made),
        **page,
    )


@open_to("treasurer")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """What is not paid yet will not be, and why."""
    made, _lines = _get_list_or_404(pk)
    return form_page(
        request,
        forms.ReasonForm(request.POST or None),
        lambda data: operations.drop_payment_list(by=actor(request), payment_list=made, **data),
        said=_("What was not paid yet is dropped; the money is free again."),
        title=_("Do not pay the rest") if made.state == PaymentList.State.AGREED else _("Drop this list"),
        submit=_("Drop it"),
        danger=True,
        back=_page_of(made),
    )


@open_to("treasurer")
def came_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment came back from the bank."""
    line = get_object_or_404(
        Payment.objects.select_related("list", "account__holder", "paid_by"), pk=pk, state=Payment.State.PAID
    )
    first = queries.day_of_deed(line.paid_by) if line.paid_by else today()
    return form_page(
        request,
        forms.HappenedReasonForm(request.POST or None, first=first),
        lambda data: operations.return_payment(by=actor(request), payment=line, **dated(data)),
        check=written,
        said=_("It stands on the account of %(name)s again.") % {"name": line.account},
        title=_("The payment to %(name)s came back") % {"name": line.account},
        submit=_("Yes, it came back"),
        back=_page_of(line.list),
    )


def _readable(request: HttpRequest, pk: int) -> tuple[PaymentList, list[Payment]]:
    """The list for whom it concerns; for everybody else it is not there."""
    made, lines = _get_list_or_404(pk)
    if not policy.may_read_list(reader(request), made):
        raise Http404
    return made, lines


def _page_of(made: PaymentList) -> tuple[str, str]:
    return reverse("money:payout", args=[made.pk]), made.name


def _get_list_or_404(pk: int) -> tuple[PaymentList, list[Payment]]:
    made = get_object_or_404(_READ.all(), pk=pk)
    return made, list(made.payments.select_related("account__holder"))


_READ = PaymentList.objects.select_related(
    "currency", "box", "made_by", "approval__circle", "dropped_by__by", "dropped_by__money_note"
)
