"""What is written about payments: to who is asked to agree, and to payees, with the statement of their account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents import approvals
from cosmolocal.agents.languages import language_of, speaking_to
from cosmolocal.agents.models import Agent, Contact
from cosmolocal.kernel import node
from cosmolocal.messages.operations import Attachment, Writing
from cosmolocal.money import documents, queries
from cosmolocal.money.forms import PeriodForm
from cosmolocal.money.models import Account, Payment, PaymentList
from cosmolocal.paper import pdf


def of_payments(payments: Iterable[Payment]) -> Iterator[Writing]:
    """A letter to each reader of each account that was paid, in her language; several payments are one letter."""
    by_account = sorted(payments, key=lambda payment: payment.account_id)
    for _pk, paid in groupby(by_account, key=lambda payment: payment.account_id):
        yield from _of_account(list(paid))


def of_asking(made: PaymentList) -> Iterator[Writing]:
    """A letter to each who may say yes or no to a payment list, in her language."""
    if made.approval is None:
        return
    total = sum(made.payments.values_list("amount", flat=True))
    for voter in approvals.voters(made.approval):
        with speaking_to(voter):
            words = {
                "name": made.made_by.name,
                "total": queries.format(total, made.currency),
                "list": made.name,
                "needed": made.approval.needed,
            }
            yield Writing(
                to_id=voter.pk,
                event="duty",
                subject=_("Do you agree to pay %(total)s?") % words,
                text=ngettext(
                    "%(name)s wants to pay %(total)s: %(list)s. One more person has to agree.",
                    "%(name)s wants to pay %(total)s: %(list)s. %(needed)s people have to agree.",
                    made.approval.needed,
                )
                % words,
                url=reverse("money:payout", args=[made.pk]),
            )


def of_number(holder: Agent, by: Agent, mail: str) -> Iterator[Writing]:
    """Another bank account was written for a payee: to all whose money it is but who wrote it, and to the farm's own
    `mail` as it was before, since a new address may be of the same hand.
    """
    contact = Contact.objects.filter(agent=holder).first()
    number = contact.iban if contact else ""
    found = queries.people_of(holder)
    own = [holder] if (contact and contact.email) or not found else []
    for reader in {one.pk: one for one in [*own, *found] if one.pk != by.pk}.values():
        with speaking_to(reader):
            subject, text = _number_words(holder, by, number)
            yield Writing(to_id=reader.pk, event="payment", subject=subject, text=text)
    if mail and contact is not None and mail.lower() != contact.email.lower():
        with speaking_to(holder):
            subject, text = _number_words(holder, by, number)
            yield Writing(to_id=None, event="payment", subject=subject, text=text, name=holder.name, address=mail)


def _number_words(holder: Agent, by: Agent, number: str) -> tuple[str, str]:
    words = {"by": by.name, "name": holder.name, "end": number[-4:]}
    if number:
        said = _("%(by)s wrote a bank account for %(name)s. What is paid by bank goes to the one that ends in %(end)s.")
    else:
        said = _("%(by)s took away the bank account of %(name)s.")
    asks = _("If that is not right, please tell the others now, before the next payment.")
    return _("The bank account of %(name)s") % words, f"{said % words} {asks}"


def of_low_balances(charged: Mapping[int, int]) -> Iterator[Writing]:
    """A friendly word to those whom a charge (holder id -> minor units) took below their warning level; once."""
    accounts = queries.accounts_by_holder(charged)
    standing = queries.balances(accounts.values())
    for holder_id, account in accounts.items():
        now = standing[account.pk]
        if not now.balance < now.warn <= now.balance + charged[holder_id]:
            continue
        for reader in queries.readers_of(account.holder):
            with speaking_to(reader):
                words = {"balance": queries.format(now.balance, account.currency), "name": account}
                yield Writing(
                    to_id=reader.pk,
                    event="low_balance",
                    subject=_("Your balance is low: %(balance)s") % words,
                    text=_("%(name)s has %(balance)s left. Please pay something in before the next order.") % words,
                    url=reverse("money:account", args=[account.pk]),
                )


def _of_account(paid: Sequence[Payment]) -> Iterator[Writing]:
    account, papers = paid[0].account, dict[str, Attachment]()
    for reader in queries.readers_of(account.holder):
        language = language_of(reader)
        with speaking_to(reader):
            if language not in papers:
                papers[language] = _paper(account)
            amount = queries.format(sum(payment.amount for payment in paid), account.currency)
            words = ", ".join(dict.fromkeys(payment.reference or payment.list.name for payment in paid))
            yield Writing(
                to_id=reader.pk,
                event="payment",
                subject=_("Paid out: %(amount)s") % {"amount": amount},
                text=_("%(local)s has paid %(amount)s to %(name)s: %(words)s.")
                % {"local": node.current().name, "amount": amount, "name": account, "words": words},
                url=reverse("money:account", args=[account.pk]),
                attachments=(papers[language],),
            )


def _paper(account: Account) -> Attachment:
    days = PeriodForm.usual()
    found = queries.statement(account, days["since"], days["until"])
    name = _("Statement %(name)s %(since)s to %(until)s") % {"name": account, **days}
    return Attachment(f"{name}.pdf", "application/pdf", pdf.render(documents.statement_document(account, found)))
