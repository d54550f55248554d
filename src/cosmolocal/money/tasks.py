"""Jobs and timers of money."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock
from cosmolocal.kernel.errands import Outcome, errand
from cosmolocal.kernel.jobs import job, key
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.practices import Timer
from cosmolocal.messages import operations as messages
from cosmolocal.money import bank_files, documents, imports, letters, operations, queries
from cosmolocal.money.models import Account, MoneyBox, Payment, PaymentList
from cosmolocal.money.operations import months
from cosmolocal.money.operations.telling import tell_paid_in as tell_arrival
from cosmolocal.money.operations.uploads import KIND
from cosmolocal.paper import downloads, pdf
from cosmolocal.paper.models import Upload
from cosmolocal.paper.uploads import require_own

timers: tuple[Timer, ...] = (
    # Months that an older version closed, or that were brought back from its backup.
    Timer("money.write_missing_balances", timedelta(hours=1), months.write_missing_balances),
)
A_WHILE = timedelta(days=5)


def _reads_statement(by_id: int, is_account: bool, thing_id: int, *_rest: str) -> bool:
    readers = agents_queries.readers(by_id)
    if is_account:
        return any(queries.visible_to(reader).filter(pk=thing_id).exists() for reader in readers)
    return any(agents_policy.may_enter(reader, "auditor_reads") for reader in readers)


@errand("money.statement_file", may_read=_reads_statement)
def statement_file(by_id: int, is_account: bool, thing_id: int, since: str, until: str, kind: str) -> Outcome:
    """A long statement of an account or a place for money as a file."""
    things = Account.objects.labelled() if is_account else MoneyBox.objects.select_related("currency", "resource")
    days = date.fromisoformat(since), date.fromisoformat(until)
    data, name = documents.statement_file(things.get(pk=thing_id), *days, kind)
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


@job("money.group_changed")
def group_changed(deed_id: int, agent_id: int, before: str, after: str) -> None:
    """At which prices a household or restaurant buys was changed: perhaps by somebody of it."""
    names = {"": _("like a household"), "restaurant": _("like a restaurant")}
    said = f"{names.get(before, before)} → {names.get(after, after)}"
    deed, holder = Operation.objects.select_related("by").get(pk=deed_id), Agent.objects.get(pk=agent_id)
    operations.look_at_group(by=agents_queries.system(), deed=deed, holder=holder, said=said, key=key())


@job("money.tell_of_number")
def tell_of_number(agent_id: int, by_id: int, mail: str) -> None:
    """Where somebody is paid was changed: she reads so, since it may not have been she who did it."""
    holder, by = Agent.objects.get(pk=agent_id), Agent.objects.get(pk=by_id)
    if holder.hidden_at is None and not agents_policy.is_house(by):
        messages.send(by=agents_queries.system(), writings=list(letters.of_number(holder, by, mail)), key=key())


def _reads_payout(by_id: int, list_id: int, _kind: str) -> bool:
    is_told = PaymentList.objects.filter(pk=list_id).exclude(state=PaymentList.State.ASKED).exists()
    return is_told and any(agents_policy.may_enter(reader, "auditor_reads") for reader in agents_queries.readers(by_id))


@errand("money.payout_file", may_read=_reads_payout)
def payout_file(by_id: int, list_id: int, kind: str) -> Outcome:
    """What goes to the bank: csv, xlsx, xml (pain.001); or the cash list to sign (pdf). What is planned, else all.

    Refuses as `bank_files.pain001`.
    """
    made = PaymentList.objects.select_related("currency", "box").get(pk=list_id)
    lines = list(made.payments.select_related("account__holder"))
    planned = [line for line in lines if line.state == Payment.State.PLANNED] or lines
    name = f"{made.name}.{kind}"
    if kind == "xml":
        data = bank_files.pain001(made, planned, clock.today() + timedelta(days=1))
        return Outcome(name, data=data, name=name, content_type="application/xml")
    if kind == "pdf":
        data = pdf.render(documents.cash_list(made, planned))
    else:
        data = downloads.table_bytes([documents.bank_list(made, planned)], made.name, kind)
    return Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


def _opens_books(by_id: int, upload_id: int, _columns: Sequence[object]) -> bool:
    may = any(agents_policy.may_enter(reader, "auditor_reads") for reader in agents_queries.readers(by_id))
    return may and Upload.objects.filter(pk=upload_id, kind=KIND).exists()


@errand("money.judge_file", may_read=_opens_books)
def judge_file(by_id: int, upload_id: int, columns: Sequence[tuple[str, int]]) -> Outcome:
    """The dry run of a large file of opening books: what would become of each row. Refuses as `imports.judge_file`."""
    imports.judge_file(Agent.objects.get(pk=by_id), Upload.objects.get(pk=upload_id), dict(columns), key=key())
    return Outcome(_("Every row was looked at."), url=reverse("money:opening_check", args=[upload_id]))


@job("money.take_file_over")
def take_file_over(upload_id: int) -> None:
    """Takes a file of opening books over; again after a crash it goes on where it stopped.

    Refuses with paper.not_as_sent.
    """
    upload = Upload.objects.get(pk=upload_id)
    if upload.state == Upload.State.IMPORTING:
        require_own(upload)
        imports.take_over(upload)


@job("money.ask_for_agreement")
def ask_for_agreement(list_id: int) -> None:
    """To everybody who may say yes or no to a payment list; nothing where it is decided or of long ago."""
    asked = PaymentList.objects.select_related("approval__circle", "made_by", "currency").filter(
        pk=list_id, state=PaymentList.State.ASKED, made_at__gt=clock.now() - A_WHILE
    )
    for made in asked:
        messages.send(by=agents_queries.system(), writings=list(letters.of_asking(made)), key=key())


@job("money.tell_paid_in")
def tell_paid_in(_deed_id: int, account_id: int, amount: int) -> None:
    """To who paid by bank where the letter waited over an upgrade: it has arrived (minor units)."""
    tell_arrival(Account.objects.labelled().get(pk=account_id), amount, key())


@job("money.tell_payees")
def tell_payees(payment_ids: Sequence[int]) -> None:
    """To who was paid: how much, with the statement of the account; nothing for payments of long ago."""
    paid = Payment.objects.filter(pk__in=payment_ids, state=Payment.State.PAID, paid_by__at__gt=clock.now() - A_WHILE)
    payments = paid.select_related("list", "account__currency", "account__holder", "account__resource")
    messages.send(by=agents_queries.system(), writings=list(letters.of_payments(payments)), key=key())
