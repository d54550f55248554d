"""Opening books: people and places of money as they were elsewhere, then all balances in one deed at a cut-over day."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents import rights, sessions
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Account, Currency, MoneyBox
from cosmolocal.money.opening import judging
from cosmolocal.money.opening.rows import BANK, CASH, FUND, MEMBER, PRODUCER, Judged, Row
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.accounts import open_account, open_box
from cosmolocal.money.operations.looks import look_needed, opening_looked_at

HELD = ("balance", "deposit", "share")  # what a holder has; all else is the local's


@operation("money.import_people", said=gettext_lazy("brought people in"))
def import_people(*, by: Agent, rows: Sequence[Row], key: str = "") -> None:
    """Makes the people, households, farms, restaurants and boxes that rows name and that are not here, with accounts.

    A refused row changes nothing; importing again makes nothing. Refuses: agents.not_allowed, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    currency = queries.default_currency()
    one = judging.Judge(currency, judging.know(currency), importer(by, currency))
    for row in rows:
        if one.verdict(row).verdict == "refused" or row.kind == FUND:
            continue
        if row.kind in (BANK, CASH):
            kind = MoneyBox.Kind.BANK if row.kind == BANK else MoneyBox.Kind.CASH
            if row.name not in one.known.boxes:
                open_box(by=by, kind=kind, name=row.name, number=row.iban, place=one.place_of(row))
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
                household_name=one.name_of(row),
                joined=row.joined,
                role=row.role,
                code=row.code if group is None else "",
                household=group,
            )
            group = group or agents_queries.household_of(person)
            assert group is not None
            one.known.people[group.pk, row.name] = person
    elif group is None:
        contact = agents.ContactDraft(email=row.email, phone=row.phone, address=row.address, iban=row.iban)
        add = agents.add_producer if row.kind == PRODUCER else agents.add_organisation
        group = add(by=by, name=one.name_of(row), code=row.code, contact=contact)
    assert group is not None
    one.known.groups[row.kind, group.name] = group
    if group.code:
        one.known.by_code[group.code] = group
    kind = Account.Kind.PRODUCER if row.kind == PRODUCER else Account.Kind.MEMBER
    open_account(by=by, holder=group, kind=kind)


@operation("money.import_opening_books", said=gettext_lazy("brought opening books in"))
def import_opening_books(
    *, by: Agent, rows: Sequence[Row], on: date, accept_difference: bool = False, key: str = ""
) -> int:
    """Sets all balances of the rows in one deed at the beginning of `on`; gives how many amounts changed.

    After `import_people`. What earlier opening books set is raised or lowered to what the rows say, so the same file
    again changes nothing. While the local is set up, what is the importer's own is looked at by somebody else; once the
    books run her own rows are left out, only a treasurer sets amounts, and the whole is looked at. Refuses what
    `check_opening` refuses.
    """
    policy.permit_house(by)
    verdicts = check_opening(by, rows, on, accept_difference=accept_difference)
    currency, difference = queries.default_currency(), verdicts.sums.difference
    changed = dict(verdicts.changed)
    if difference != verdicts.difference_before:
        changed[judging.DIFFERENCE] = difference - verdicts.difference_before
    drafts = _drafts(currency, changed, journal.stamp("opening", queries.moment_of(on)))
    if not drafts:
        return 0
    is_running, own = queries.books_run(currency), _own(by, changed)
    flows.record(by=by, drafts=drafts)
    if is_running:
        _whole_is_looked_at(by, currency, changed, difference)
    for holder, change in own:
        look_needed(by, abs(change), holder)
    return len(drafts)


def check_opening(
    by: Agent, rows: Sequence[Row], on: date, refused: Sequence[Judged] = (), *, accept_difference: bool
) -> judging.Verdicts:
    """Asks everything that can refuse opening books as a whole, before anything of them is written: the verdicts.

    `refused`: rows that could not even be read. Refuses: money.sums_differ (unless the difference is accepted: it goes
    to the fund "opening_difference"), money.none_read (each row is left out), money.not_yet, agents.not_allowed,
    agents.right_too_new, agents.session_lent.
    """
    policy.permit_house(by)
    sessions.require_own_or_house(by)
    currency = queries.default_currency()
    if queries.moment_of(on) > clock.now():
        raise Refusal("money.not_yet", _("This day has not come yet. Choose today or an earlier day."), field="on")
    verdicts = judging.judge(currency, rows, refused, importer(by, currency))
    if sentence := verdicts.none_read:
        raise Refusal("money.none_read", sentence)
    if verdicts.sums.difference and not accept_difference:
        difference = verdicts.sums.difference
        raise Refusal(
            "money.sums_differ",
            _("The sums do not agree: %(difference)s. Correct the file, or choose to book the difference.")
            % {"difference": queries.format(difference, currency)},
            field="accept",
            difference=difference,
        )
    if verdicts.changed:
        check_balances(by, currency)
    return verdicts


def check_balances(by: Agent, currency: Currency) -> None:
    """Once the books run, only a treasurer sets amounts by a file.

    Refuses: agents.not_allowed, agents.right_too_new.
    """
    if not queries.books_run(currency) or agents_policy.is_house(by):
        return
    if not agents_policy.holds(by, agents_policy.TREASURER):
        raise Refusal(
            "agents.not_allowed",
            _(
                "The books run already, so only a treasurer takes amounts over from a file. Ask one: what you send "
                "waits for her under “Sent before”."
            ),
        )
    rights.require_settled(by, agents_policy.TREASURER)


def importer(by: Agent, currency: Currency) -> judging.Importer:
    """Who brings a file in. Only a steward (or the house) names stewards and treasurers, in a file too."""
    may_give_tasks = agents_policy.is_house(by) or agents_policy.is_steward(by)
    return judging.Importer(may_give_tasks, policy.own_ids(by), queries.books_run(currency))


def _own(by: Agent, changed: Mapping[judging.Target, int]) -> list[tuple[Agent, int]]:
    """What of the changes is her own, her household's or her farm's: on an account, as a deposit or as a share."""
    hers = {str(pk) for pk in policy.own_ids(by)}
    whose = {target: int(target[1]) for target in changed if target[0] in HELD and target[1] in hers}
    holders = Agent.objects.in_bulk(whose.values())
    return [(holders[pk], changed[target]) for target, pk in whose.items()]


def _whole_is_looked_at(by: Agent, currency: Currency, changed: dict[judging.Target, int], difference: int) -> None:
    moved = sum(
        abs(change) for target, change in changed.items() if target[0] != "box" and target != judging.DIFFERENCE
    )
    facts = {"sum": queries.format(moved, currency), "difference": queries.format(difference, currency)}
    said = ngettext(
        "%(count)s amount, together %(sum)s; difference %(difference)s",
        "%(count)s amounts, together %(sum)s; difference %(difference)s",
        len(changed),
    )
    opening_looked_at(by, moved, said % {"count": len(changed), **facts})


def _drafts(currency: Currency, changed: dict[judging.Target, int], stamp: journal.Stamp) -> list[EventDraft]:
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
