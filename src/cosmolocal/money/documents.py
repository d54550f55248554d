"""Statements, balance sheets and payment lists as tables: the same words for pages, CSV, xlsx and PDF."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Contact
from cosmolocal.kernel import node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.dates import format_day
from cosmolocal.look.numbers import format_money
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Currency, MoneyBox, Payment, PaymentList
from cosmolocal.money.queries import Statement
from cosmolocal.money.rules import Sheet, mark_of, number_state, round_cash
from cosmolocal.money.words import GROUP_LABELS
from cosmolocal.paper import downloads, pdf
from cosmolocal.paper.sheets import Document, Fact, Section
from cosmolocal.paper.tables import Cell, Column, Group, Table


def major(minor: int, currency: Currency) -> Decimal:
    """Minor units as a spreadsheet counts them."""
    return Decimal(minor).scaleb(-currency.decimals)


def statement_table(statement: Statement, currency: Currency) -> Table:
    """Opening balance, one row a movement, closing balance."""
    digits = currency.decimals
    columns = [
        Column(_("Day"), kind="date"),
        Column(_("What"), width="1fr"),
        Column(_("With whom"), width="1fr"),
        Column(_("Note"), width="1fr"),
        Column(_("In or out, %(currency)s") % {"currency": currency.code}, kind="number", decimals=digits),
        Column(_("Balance"), kind="number", decimals=digits),
    ]
    rows: list[Sequence[Cell]] = [
        [statement.since, _("Balance before"), "", "", None, major(statement.opening, currency)]
    ]
    for line in statement.lines:
        note = _("for %(day)s") % {"day": format_day(line.value_on)} if line.value_on else ""
        words = " · ".join(filter(None, (line.words, note)))
        amounts = (major(line.amount, currency), major(line.balance, currency))
        rows.append([line.on, line.text, line.with_whom, words, *amounts])
    total: list[Cell] = [statement.until, _("Balance after"), "", "", None, major(statement.closing, currency)]
    return Table(columns, rows, total, name=_("Statement"))


def statement_file(thing: Account | MoneyBox, since: date, until: date, kind: str) -> tuple[bytes, str]:
    """All lines of a statement as csv, xlsx or pdf, and the name of the file."""
    read = queries.statement if isinstance(thing, Account) else queries.box_statement
    found = read(thing, since, until)  # type: ignore[arg-type]
    if kind == "pdf":
        data = pdf.render(statement_document(thing, found))
    else:
        data = downloads.table_bytes([statement_table(found, thing.currency)], "", kind)
    return data, f"{statement_title(thing, since, until)}.{kind}"


def statement_title(thing: Account | MoneyBox, since: date, until: date) -> str:
    """Statement Bank 2026-09-01 to 2026-11-29."""
    return _("Statement %(name)s %(since)s to %(until)s") % {"name": thing, "since": since, "until": until}


def statement_document(thing: Account | MoneyBox, statement: Statement) -> Document:
    """A statement on paper: whose, from when to when, the balance large, the movements."""
    currency = thing.currency
    return Document(
        title=_("Statement"),
        subtitle=str(thing),
        local=node.current().name,
        figure=Fact(_("Balance"), format_money(statement.closing, currency.code, currency.decimals)),
        facts=[
            Fact(_("From"), format_day(statement.since)),
            Fact(_("To"), format_day(statement.until)),
            Fact(_("Came in"), format_money(statement.came, currency.code, currency.decimals)),
            Fact(_("Went out"), format_money(statement.went, currency.code, currency.decimals)),
        ],
        sections=[Section(table=statement_table(statement, currency))],
    )


def sheet_table(sheet: Sheet, currency: Currency) -> Table:
    """Both sides below one another, each group with its sum; both totals at the end."""
    rows: list[Sequence[Cell] | Group] = []
    for title, groups in ((_("What we have"), sheet.assets), (_("Whose it is"), sheet.claims)):
        rows.append(Group(title))
        rows += [[title, str(GROUP_LABELS[group.code]), major(group.total, currency)] for group in groups]
        total = sheet.assets_total if groups is sheet.assets else sheet.claims_total
        rows.append([title, _("Together"), major(total, currency)])
    columns = [
        Column(_("Side")),
        Column(_("What"), width="1fr"),
        Column(currency.code, kind="number", decimals=currency.decimals),
    ]
    return Table(columns, rows, name=_("Balance sheet"))


def sheet_document(sheet: Sheet, currency: Currency, on: date) -> Document:
    """The balance sheet on paper, with the names of what each group is made of."""
    sections = []
    for title, groups, total in (
        (_("What we have"), sheet.assets, sheet.assets_total),
        (_("Whose it is"), sheet.claims, sheet.claims_total),
    ):
        table = Table(
            [
                Column(_("What"), width="1fr"),
                Column(currency.code, kind="number", decimals=currency.decimals),
            ],
            [[str(GROUP_LABELS[group.code]), major(group.total, currency)] for group in groups],
            [_("Together"), major(total, currency)],
        )
        sections.append(Section(heading=title, table=table))
    funds = next(group for group in sheet.claims if group.code == "funds")
    parts = Table(
        [Column(_("Fund"), width="1fr"), Column(currency.code, kind="number", decimals=currency.decimals)],
        [[part.label, major(part.balance, currency)] for part in funds.parts],
        [_("Together"), major(funds.total, currency)],
    )
    sections.append(Section(heading=str(GROUP_LABELS["funds"]), table=parts))
    agree = _("Both sides agree.") if sheet.difference == 0 else _("The two sides do not agree: call the doctor.")
    return Document(
        title=_("Balance sheet"),
        subtitle=format_day(on),
        local=node.current().name,
        sections=sections,
        footnote=agree,
        signatures=[_("Treasurer"), _("Second person")],
    )


def contacts_of(payments: Sequence[Payment]) -> dict[int, Contact]:
    """Holder id -> contact, with the bank account to pay to (one statement)."""
    holders = {payment.account.holder_id for payment in payments}
    found = Contact.objects.select_related("number_deed__by").filter(agent__in=holders)
    return {contact.agent_id: contact for contact in found}


def agreed_contacts_of(payments: Sequence[Payment]) -> dict[int, Contact]:
    """`contacts_of`, where the bank accounts are those that were agreed to.

    Refuses: money.other_bank_account (another one since), money.new_bank_account (nothing was paid to it yet).
    """
    found = contacts_of(payments)
    for payment in payments:
        state = how_number_stands(payment, found.get(payment.account.holder_id))
        if state == "new":
            raise Refusal(
                "money.new_bank_account",
                _(
                    "Nothing was paid to this bank account of %(name)s yet. Somebody who did not write it says on the "
                    "page of the list that it is right; then the file can be made."
                )
                % {"name": payment.account},
            )
        if state == "changed":
            raise Refusal(
                "money.other_bank_account",
                _(
                    "The bank account of %(name)s was changed after this list was drawn up. Ask whether that is right, "
                    "then drop what is not paid and draw it up anew."
                )
                % {"name": payment.account},
            )
    return found


def how_number_stands(payment: Payment, contact: Contact | None) -> str:
    """The bank account of a payee against the one that was agreed: `agreed`, `missing`, `new` or `changed`."""
    return number_state(payment.paid_to, mark_of(contact.iban, contact.bank_name) if contact else "")


def bank_list(made: PaymentList, payments: Sequence[Payment]) -> Table:
    """What the bank needs to know, one line a payment."""
    contacts = agreed_contacts_of(payments)
    digits = made.currency.decimals
    columns = [
        Column(_("Name"), width="1fr"),
        Column(_("Bank account")),
        Column(_("Bank")),
        Column(_("Amount"), kind="number", decimals=digits),
        Column(_("Currency")),
        Column(_("Reference"), width="1fr"),
    ]
    rows: list[Sequence[Cell]] = []
    for payment in payments:
        contact = contacts.get(payment.account.holder_id)
        iban, bank = (contact.iban, contact.bank_name) if contact else ("", "")
        name, amount = str(payment.account), major(payment.amount, made.currency)
        rows.append([name, iban, bank, amount, made.currency.code, payment.reference])
    total: list[Cell] = [
        "",
        "",
        "",
        major(sum(payment.amount for payment in payments), made.currency),
        made.currency.code,
        "",
    ]
    return Table(columns, rows, total, name=made.name)


def cash_list(made: PaymentList, payments: Sequence[Payment]) -> Document:
    """Cash paid by hand: a line to sign for each who gets some, and two who paid."""
    columns = [
        Column(_("Name"), width="1fr", strong=True),
        Column(_("Amount"), kind="number", decimals=made.currency.decimals),
        Column(_("Received (signature)"), kind="blank", width="60mm"),
    ]
    coins = [round_cash(payment.amount, made.currency.cash_step) for payment in payments]
    rows: list[Sequence[Cell]] = [
        [str(payment.account), major(paid, made.currency), None] for payment, paid in zip(payments, coins, strict=True)
    ]
    whole = sum(coins)
    table = Table(columns, rows, [_("Together"), major(whole, made.currency), None])
    return Document(
        title=_("Cash payments"),
        subtitle=made.name,
        local=node.current().name,
        figure=Fact(_("Take along"), format_money(whole, made.currency.code, made.currency.decimals)),
        facts=[Fact(_("From"), made.box.name), Fact(_("Drawn up by"), made.made_by.name), *_rounded(made, payments)],
        sections=[Section(table=table)],
        signatures=[_("Paid out by"), _("Second person")],
    )


def _rounded(made: PaymentList, payments: Sequence[Payment]) -> list[Fact]:
    """What the list comes to in the books, where coins cannot pay exactly that."""
    owed = sum(payment.amount for payment in payments)
    if all(payment.amount % made.currency.cash_step == 0 for payment in payments):
        return []
    whole = format_money(owed, made.currency.code, made.currency.decimals)
    return [Fact(_("In the books, before rounding to coins"), whole)]
