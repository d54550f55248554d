"""Money on its way: who carries it writes down that it left, who keeps the other box writes down what arrived."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import eyes
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import EventDraft
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries
from cosmolocal.money.models import Carriage, Currency, MoneyBox, Review
from cosmolocal.money.operations import journal
from cosmolocal.money.operations.looks import is_much, look_needed, to_look_at


@operation("money.move_money", said=gettext_lazy("booked carried money"), fact=True)
def move_money(
    *, by: Agent, source: MoneyBox, target: MoneyBox, amount: int, at: datetime | None = None, key: str = ""
) -> Carriage | None:
    """Books money carried from one box to another: cash to the bank, change into a drawer. Owes nobody anything.

    It stands on its way, in the name of who carries it, until somebody writes down what arrived (`receive_money`). At
    once in the other box, and None: between bank accounts, which say it themselves, and where nobody of another
    household keeps the other box.

    Who may take out of one may bring it to the bank; into coins of a place only who may use those too. Somebody else
    looks at it where the session is lent. Refuses: money.bad_amount, money.same_box, money.not_yet, agents.other_place.
    """
    policy.permit_cash(by, source)
    if target.kind in policy.COINS:
        policy.permit_cash(by, target)
    journal.check_amount(amount)
    journal.check_same_currency(source, target)
    if source.pk == target.pk:
        raise Refusal("money.same_box", _("Choose two different places."), field="target")
    when = journal.stamp("moved", at)
    look_needed(by, amount, None)
    if queries.arrives_at_once(by, source, target):
        flows.record(by=by, drafts=[journal.carried(source, target, amount, when)])
        return None
    way = _way(by, source.currency)
    [left] = flows.record(by=by, drafts=[journal.carried(source, way, amount, when)])
    return Carriage.objects.create(carrier=by, source=source, target=target, amount=amount, left_id=left)


@operation("money.receive_money", said=gettext_lazy("wrote down what money arrived"), fact=True)
def receive_money(
    *, by: Agent, carriage: Carriage, box: MoneyBox, arrived: int, at: datetime | None = None, key: str = ""
) -> Carriage:
    """Books what arrived of carried money: `arrived` minor units lie in `box` now, which is where it was to go, or
    wherever else it came (back where it was taken from, say). A fact, whatever the sum.

    What differs from what left goes to the fund "drawer_difference", and somebody else looks at it: neither who carried
    it nor who received it. So it is where who carried it says herself that much of it lies in coins. Refuses:
    money.arrived_already, money.bad_amount below 0, money.before_it, money.not_yet, agents.other_place.
    """
    policy.permit_cash(by, box)
    if arrived < 0:
        raise Refusal("money.bad_amount", _("Write how much arrived; 0 when nothing did."), field="arrived")
    locked = Carriage.objects.select_for_update(of=("self",)).select_related("source__currency", "left", "carrier")
    found = locked.get(pk=carriage.pk)
    if found.arrived is not None:
        raise Refusal(
            "money.arrived_already",
            _("Somebody wrote down already that %(amount)s arrived. Count the box where that is wrong.")
            % {"amount": queries.format(found.arrived, box.currency)},
        )
    journal.check_same_currency(found.source, box)
    journal.check_follows(at, found.left.value_on or journal.day_of(found.left.at))
    when = journal.stamp("moved", at, after=found.left.at)
    way, came = MoneyBox.objects.select_related("currency").get(resource=found.left.to_resource_id), found.amount
    drafts = [journal.carried(way, box, min(arrived, came), when)] if arrived else []
    flows.record(by=by, drafts=[*drafts, *_difference(way if arrived < came else box, arrived - came, when)])
    found.arrived, found.box, found.received_id = arrived, box, running().id
    found.save(update_fields=["arrived", "box", "received"])
    _look_at(by, found)
    return found


def _difference(box: MoneyBox, difference: int, when: journal.Stamp) -> list[EventDraft]:
    """What arrived beyond what left (above 0), or is missing of it."""
    if not difference:
        return []
    fund = queries.fund("drawer_difference", box.currency)
    action, change = ("raise", journal.raised) if difference > 0 else ("lower", journal.lowered)
    return [journal.counted(action, box, abs(difference), when), change(fund, abs(difference), when)]


def _look_at(by: Agent, found: Carriage) -> None:
    assert found.arrived is not None
    assert found.box is not None
    currency = found.source.currency
    words = {
        "name": found.carrier.name,
        "source": found.source.name,
        "target": found.box.name,
        "left": queries.format(found.amount, currency),
        "arrived": queries.format(found.arrived, currency),
    }
    said = _("%(name)s: %(left)s left %(source)s, %(arrived)s arrived in %(target)s") % words
    is_hers = eyes.are_one(by, [found.carrier_id], found.left.at)
    if found.arrived != found.amount:
        to_look_at(by, Review.Why.CARRIED, abs(found.arrived - found.amount), found.carrier, said)
    elif is_hers and _says_nothing(found) and is_much(found.amount, currency):
        to_look_at(by, Review.Why.CARRIED, found.amount, found.carrier, said)
    look_needed(by, found.arrived, None)


def _says_nothing(found: Carriage) -> bool:
    """Does nothing but her word say that it arrived? A bank has its own list, and what is back was never away."""
    return found.box is not None and found.box_id != found.source_id and found.box.kind in policy.COINS


def _way(by: Agent, currency: Currency) -> MoneyBox:
    """The box that holds all that is on its way; made for the first who carries something."""
    assert currency.money is not None, "only a national currency has money behind it"
    Currency.objects.select_for_update().get(pk=currency.pk)
    found = queries.on_its_way(currency)
    if found is not None:
        return found
    name = str(_("On its way"))
    taken = MoneyBox.objects.filter(currency=currency, closed_at=None).values_list("name", flat=True)
    name = next(one for one in (name, f"{name} 2", f"{name} 3", f"{name} {running().id}") if one not in taken)
    home = agents_queries.home_local()
    resource = flows.open_resource(by=by, specification=currency.money, accountable=home, name=name, floor=None)
    return MoneyBox.objects.create(resource=resource, currency=currency, kind=MoneyBox.Kind.TRANSIT, name=name)
