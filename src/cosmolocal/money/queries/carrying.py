"""Money that is on its way from one box to another: what has left, and nobody has written down yet what arrived."""

from django.db.models import Q, QuerySet

from cosmolocal.agents import eyes
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.queries import Reader
from cosmolocal.money import policy
from cosmolocal.money.models import Carriage, Currency, MoneyBox
from cosmolocal.money.queries.accounts import default_currency

KEEPS = (agents_policy.TREASURER, agents_policy.STEWARD)


def on_its_way(currency: Currency) -> MoneyBox | None:
    """The box of the books that holds what is on its way; None before anybody carried something."""
    found = MoneyBox.objects.filter(currency=currency, kind=MoneyBox.Kind.TRANSIT, closed_at=None)
    return found.select_related("currency", "resource").order_by("pk").first()


def carriages(currency: Currency | None = None) -> QuerySet[Carriage]:
    """What is on its way, the oldest first (one statement)."""
    found = Carriage.objects.filter(arrived=None, source__currency=currency or default_currency())
    return found.select_related("source__place", "target__place", "source__currency", "carrier", "left").order_by("pk")


def may_receive(reader: Reader, carriage: Carriage) -> bool:
    """May she write down what arrived, where it was to go?"""
    return may_keep_box(reader, carriage.target)


def may_keep_box(reader: Reader, box: MoneyBox) -> bool:
    """May she say what lies in this box? Nobody keeps what is on its way."""
    if box.kind == MoneyBox.Kind.TRANSIT:
        return False
    return policy.may_use_coins(reader, box) if box.kind in policy.COINS else reader.has(*KEEPS)


def arrives_at_once(by: Agent, source: MoneyBox, target: MoneyBox) -> bool:
    """Needs nobody to say that it arrived: the house moves it, both are bank accounts, or nobody of another household
    keeps the other box.
    """
    if agents_policy.is_house(by) or source.kind == target.kind == MoneyBox.Kind.BANK:
        return True
    others = Q(pk=None)
    for role in KEEPS:
        others |= Q(pk__in=agents_queries.role_holders(role).values("pk"))
    if target.kind in policy.COINS:
        others |= Q(pk__in=agents_queries.role_holders(agents_policy.KEEPER, place=target.place).values("pk"))
    return not Agent.objects.filter(others).exclude(pk__in=eyes.same([by.pk]).values("pk")).exists()
