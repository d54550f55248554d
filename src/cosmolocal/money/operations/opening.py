"""Opening books: people and places of money as they were elsewhere, then all balances in one deed at a cut-over day."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as people
from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import Happening
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.opening import judging
from cosmolocal.money.opening.rows import BANK, CASH, FUND, MEMBER, PRODUCER, Row
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.accounts import open_account, open_box


@operation("money.import_people")
def import_people(*, by: Agent, rows: Sequence[Row], key: str = "") -> None:
    """Makes the people, households, farms, restaurants and boxes that rows name and that are not here, with accounts.

    A refused row changes nothing; importing again makes nothing. Refuses: agents.not_allowed, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    currency = queries.default_currency()
    one = judging.Judge(currency, judging.know(currency), may_give_tasks=may_give_tasks(by))
    for row in rows:
        if one.verdict(row).verdict == "refused" or row.kind == FUND:
            continue
        if row.kind in (BANK, CASH):
            kind = MoneyBox.Kind.BANK if row.kind == BANK else MoneyBox.Kind.CASH
            open_box(by=by, kind=kind, name=row.name, number=row.iban)
        else:
            _import_party(by, row, one)


def _import_party(by: Agent, row: Row, one: judging.Judge) -> None:
    group = one.group_of(row)
    if row.kind == MEMBER:
        if one.person_of(row) is None:
            person = agents.add_member(
                by=by,
                name=row.name,
                email=row.email,
                phone=row.phone,
                address=row.address,
                household_name=row.group,
                joined=row.joined,
                role=row.role,
                code=row.code if group is None else "",
                household=group,
            )
            group = group or people.household_of(person)
            one.known.people[row.group, row.name] = person
    elif group is None:
        contact = agents.ContactDraft(email=row.email, phone=row.phone, address=row.address, iban=row.iban)
        add = agents.add_producer if row.kind == PRODUCER else agents.add_organisation
        group = add(by=by, name=row.name, code=row.code, contact=contact)
    assert group is not None
    one.known.groups[row.kind, row.group] = group
    kind = Account.Kind.PRODUCER if row.kind == PRODUCER else Account.Kind.MEMBER
    open_account(by=by, holder=group, kind=kind)


@operation("money.import_opening_books")
def import_opening_books(
    *, by: Agent, rows: Sequence[Row], on: date, accept_difference: bool = False, key: str = ""
) -> int:
    """Sets all balances of the rows in one deed at the beginning of `on`; gives how many amounts changed.

    After `import_people`. What earlier opening books set is raised or lowered to what the rows say, so the same file
    again changes nothing. Refuses: money.sums_differ (unless the difference is accepted: it goes to the fund
    "opening_difference"), money.not_yet, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    currency = queries.default_currency()
    known = judging.know(currency)
    one = judging.Judge(currency, known, may_give_tasks=may_give_tasks(by))
    for row in rows:
        one.verdict(row)
    wanted = dict(one.wanted)
    difference = judging.sums(known.opened | wanted).difference
    if difference and not accept_difference:
        raise Refusal(
            "money.sums_differ",
            _("The sums do not agree: %(difference)s. Correct the file, or choose to book the difference.")
            % {"difference": queries.format(difference, currency)},
            field="accept",
            difference=difference,
        )
    wanted[judging.DIFFERENCE] = difference
    stamp = journal.stamp("opening", queries.moment_of(on))
    changed = {target: amount - known.opened.get(target, 0) for target, amount in wanted.items()}
    happenings = _happenings(currency, {target: by for target, by in changed.items() if by}, stamp)
    if happenings:
        flows.record(by=by, happenings=happenings)
    return len(happenings)


def _happenings(currency: Currency, changed: dict[judging.Target, int], stamp: journal.Stamp) -> list[Happening]:
    funds = {account.code: account for account in queries.funds(currency)}
    boxes = {box.name: box for box in queries.boxes(currency)}
    holders = [int(whose) for what, whose in changed if what == "balance" and whose]
    accounts = {
        account.holder_id: account
        for account in Account.objects.open().labelled().held_by(holders)
        if account.currency_id == currency.pk and account.kind in (Account.Kind.MEMBER, Account.Kind.PRODUCER)
    }
    found = []
    for (what, whose), change in changed.items():
        if what == "box":
            found.append(journal.counted("raise" if change > 0 else "lower", boxes[whose], abs(change), stamp))
            continue
        fund = {"deposit": "deposits", "share": "share_capital", "fund": whose}.get(what)
        account = funds[fund] if fund else accounts[int(whose)]
        made = (journal.raised if change > 0 else journal.lowered)(account, abs(change), stamp)
        if what in ("deposit", "share"):
            made.receiver_id = int(whose)
        found.append(made)
    return found


def may_give_tasks(by: Agent) -> bool:
    """Only a steward (or the house) names stewards and treasurers, in a file too."""
    return agents_policy.is_house(by) or agents_policy.is_steward(by)
