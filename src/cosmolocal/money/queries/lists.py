"""What waits for somebody who keeps the books, and lists of accounts."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from cosmolocal.agents import approvals
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Contact, Helping, Membership, Role, in_force
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.sets import among
from cosmolocal.look.words import asked
from cosmolocal.money import policy, rules
from cosmolocal.money.models import Account, Currency, MoneyBox, MonthClose, Payment, PaymentList, Unmatched
from cosmolocal.money.queries import accounts
from cosmolocal.money.queries.accounts import default_currency

_NUMBER = re.compile("#?[0-9]{1,18}")  # of an account


@dataclass(frozen=True)
class Waiting:
    """How much waits for the treasurer: lists to agree on, lists to pay, unknown payers, accounts below their floor."""

    to_agree: int
    to_pay: int
    unmatched: int
    below: int


def closed_until(currency: Currency | None = None) -> date | None:
    """The last day of the books that are closed; None while all is open."""
    return MonthClose.objects.order_by("-until").values_list("until", flat=True).first()


def below_floor(currency: Currency | None = None) -> QuerySet[Account]:
    """Accounts that a fact took below their floor, or whose orders it left uncovered; deepest first."""
    missing = F("resource__accounting_quantity") - F("resource__promised_quantity") - F("resource__floor")
    found = Account.objects.labelled().filter(
        _OF_INTEREST, currency=currency or default_currency(), resource__floor__isnull=False
    )
    return found.annotate(missing=missing).filter(missing__lt=0).order_by("missing", "id")


# Open, or closed and touched by a fact since: a debit that came back, a payment that did not arrive.
_OF_INTEREST = Q(closed_at=None) | ~Q(resource__accounting_quantity=0)


def members(search: str = "", currency: Currency | None = None) -> QuerySet[Account]:
    """Members' and producers' accounts by name or number, with what a list needs (one statement)."""
    kinds = (Account.Kind.MEMBER, Account.Kind.PRODUCER, Account.Kind.WALK_IN)
    found = Account.objects.open().labelled().filter(currency=currency or default_currency(), kind__in=kinds)
    return of_words(found, search).order_by("holder__name", "id")


def of_words(found: QuerySet[Account], search: str) -> QuerySet[Account]:
    """Those of which each word is in the holder's name, or is its number or the account's."""
    for word in asked(search):
        own = Q(pk=int(word.removeprefix("#"))) if _NUMBER.fullmatch(word) else Q()
        found = found.filter(Q(holder__name__icontains=word) | Q(holder__code__iexact=word) | own)
    return found


def usual_level(currency: Currency) -> int:
    """How far from 0 the levels of members lie, in minor units: the floor that most have, the two of the currency (one
    statement).
    """
    floors = members(currency=currency).order_by().values_list("resource__floor").annotate(many=Count("pk"))
    most: tuple[int, int] | None = floors.filter(resource__floor__lt=0).order_by("-many", "resource__floor").first()
    levels: list[int] = [most[0] if most else 0, currency.warn_below, currency.start_floor]
    return max(abs(level) for level in levels)


def everyone(currency: Currency | None = None) -> QuerySet[Account]:
    """All open accounts, the local's funds among them, for somebody who moves money between any two."""
    found = Account.objects.open().labelled().filter(currency=currency or default_currency())
    return found.exclude(kind=Account.Kind.ROUND).order_by("kind", "holder__name", "id")


def payable(currency: Currency | None = None) -> list[tuple[Account, int]]:
    """Producers' accounts with what may be paid out of each now, by name."""
    found = members(currency=currency).filter(kind=Account.Kind.PRODUCER)
    return with_payable(found)


def leavers(currency: Currency | None = None) -> QuerySet[Account]:
    """Accounts of those who left, and closed ones, that still hold or owe something, longest gone first."""
    found = Account.objects.labelled().filter(currency=currency or default_currency())
    is_gone = Q(holder__hidden_at__isnull=False) | Q(closed_at__isnull=False)
    gone = found.filter(is_gone).exclude(resource__accounting_quantity=0)
    return gone.select_related("holder__contact").order_by("holder__hidden_at", "id")


def with_payable(found: Iterable[Account]) -> list[tuple[Account, int]]:
    """Of these accounts (loaded by `labelled()`): to whom something can be paid now, and how much."""
    standing = [(account, accounts.standing(account).payable) for account in found]
    return [(account, payable) for account, payable in standing if payable]


def called(found: Iterable[Account], words: str) -> list[Account]:
    """Those of these accounts (loaded by `labelled()`) in whose names all these words stand."""
    wanted = [word.casefold() for word in asked(words)]
    return [account for account in found if all(word in str(account).casefold() for word in wanted)]


def turnover(since: datetime, currency: Currency | None = None) -> tuple[int, int]:
    """What came into all boxes and what left them since a moment, not what was carried or counted (two statements)."""
    boxes = MoneyBox.objects.filter(currency=currency or default_currency()).order_by().values("resource")
    return flows_queries.came_from_outside(boxes, since), flows_queries.left_for_outside(boxes, since)


def people_of(holder: Agent) -> list[Agent]:
    """Whose money it is in truth: herself, the people of a household or farm, and whose task names the farm."""
    named = agents_queries.role_holders(agents_policy.PRODUCER, scope=holder)
    itself = [holder] if holder.kind == Agent.Kind.PERSON else []
    return list({person.pk: person for person in [*itself, *agents_queries.members_of(holder), *named]}.values())


def readers_of(holder: Agent) -> list[Agent]:
    """Who gets letters about its money: the farm where it has a mail address of its own, and its people with another
    one; else all its people.
    """
    found = people_of(holder)
    mails = dict(Contact.objects.filter(agent__in=[holder, *found]).exclude(email="").values_list("agent_id", "email"))
    if holder.pk in mails and holder not in found:
        return [holder, *(one for one in found if mails.get(one.pk, mails[holder.pk]) != mails[holder.pk])]
    return found or [holder]


def may_not_agree(holders: Iterable[Agent]) -> list[Agent]:
    """`people_of` of several, and who helps one of them: none of these says yes to money for them (four statements)."""
    ids, holds = [holder.pk for holder in holders], in_force(clock.today())
    belong = Membership.objects.filter(holds, group__in=among(ids)).values("member")
    named = Role.objects.filter(holds, name=agents_policy.PRODUCER, scope__in=among(ids)).values("agent")
    there = Agent.objects.present()
    whose = [
        *Agent.objects.filter(kind=Agent.Kind.PERSON, pk__in=among(ids)),
        *there.filter(pk__in=belong),
        *there.filter(pk__in=named),
    ]
    helping = Helping.objects.filter(holds, member__in=among({person.pk for person in whose}))
    helpers = Agent.objects.filter(pk__in=helping.values("helper"))
    return list({person.pk: person for person in [*whose, *helpers]}.values())


def unmatched() -> QuerySet[Unmatched]:
    """Money from unknown payers, longest waiting first."""
    return Unmatched.objects.filter(left__gt=0).select_related("box__currency", "typed_by")


def list_made(by: Agent, key: str) -> int | None:
    """Id of the payment list that somebody drew up by the form with this key (one statement)."""
    done = Operation.objects.filter(by=by, code="money.make_payment_list", key=key).values_list("result", flat=True)
    result = done.first() if key else None
    return result["id"] if result else None


def payment_lists() -> QuerySet[PaymentList]:
    """All payment lists with their sums, newest first (one statement); only those that are read are added up."""
    found = PaymentList.objects.select_related("currency", "box", "made_by", "approval")
    lines = Payment.objects.filter(list=OuterRef("pk")).order_by().values("list").annotate(sum=Sum("amount"))
    return found.annotate(total=Subquery(lines.values("sum"))).order_by("-made_at", "-id")


def open_lists() -> list[PaymentList]:
    """Those that wait for a yes or for the bank (one statement)."""
    return list(payment_lists().filter(state__in=(PaymentList.State.ASKED, PaymentList.State.AGREED)))


def asked_of(agent: Agent) -> list[PaymentList]:
    """Payment lists that wait for her yes or no, with their sums (one statement where nothing waits)."""
    asked = [approval.subject_id for approval in approvals.waiting_for(agent, "money.payment_list")]
    return list(payment_lists().filter(pk__in=asked, state=PaymentList.State.ASKED)) if asked else []


def known_numbers(holders: Collection[int]) -> dict[int, str]:
    """Holder -> mark of the bank account that stands now, where money was paid to just that one before, or the house
    wrote it (two statements). Whoever writes another one, and be it the payee, is no proof of whose it is.
    """
    marks, known = paid_by_bank(holders), {}
    for contact in Contact.objects.filter(agent__in=among(holders)).select_related("number_deed__by"):
        mark = rules.mark_of(contact.iban, contact.bank_name)
        by_house = contact.number_deed is not None and agents_policy.is_house(contact.number_deed.by)
        if by_house or mark in marks.get(contact.agent_id, ()):
            known[contact.agent_id] = mark
    return known


def paid_by_bank(holders: Collection[int]) -> dict[int, set[str]]:
    """Holder -> marks of the bank accounts to which money was paid, and did not come back (one statement)."""
    paid = Payment.objects.filter(account__holder__in=among(holders), state=Payment.State.PAID).exclude(paid_to="")
    found: dict[int, set[str]] = {}
    for holder, mark in paid.exclude(list__box__kind__in=policy.COINS).values_list("account__holder", "paid_to"):
        found.setdefault(holder, set()).add(mark)
    return found


def writers_of(contacts: Collection[Contact], made: PaymentList) -> dict[int, set[int]]:
    """Contact id -> who wrote that bank account. Of one that stands there from before that was kept: everybody who
    may have; who drew the list up stands for whom nobody knows (one statement, where there is such a one).
    """
    known = {one.pk: {one.number_deed.by_id} for one in contacts if one.number_deed is not None}
    others: dict[int, set[int]] = {one.pk: set() for one in contacts if one.pk not in known}
    if others:
        changes = Operation.objects.filter(code="agents.change_contact", result__id__in=list(others))
        for result, by in changes.values_list("result", "by"):
            others[(result or {})["id"]].add(by)
    return known | {pk: writers or {made.made_by_id} for pk, writers in others.items()}


def waiting(agent: Agent) -> Waiting:
    """The figures of the treasurer's page."""
    lists = PaymentList.objects.all()
    return Waiting(
        to_agree=len(approvals.waiting_for(agent, "money.payment_list")),
        to_pay=lists.filter(state=PaymentList.State.AGREED, payments__state=Payment.State.PLANNED).distinct().count(),
        unmatched=unmatched().count(),
        below=below_floor().count(),
    )
