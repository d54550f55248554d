"""What the shop puts on the steward's home page, and what it tells the keeper at the door."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog.models import Item
from cosmolocal.handovers.models import Handover
from cosmolocal.kernel import clock
from cosmolocal.kernel.practices import Card, DoorNote
from cosmolocal.kernel.sets import among
from cosmolocal.look.dates import format_soon
from cosmolocal.look.numbers import format_money
from cosmolocal.practices.shop import policy, queries, rules
from cosmolocal.practices.shop.models import ChangedLater, Order, OrderRound

SOON = timedelta(hours=30)
NAMED = 5  # rounds in a sentence


def steward_cards(agent: Agent) -> Sequence[Card]:
    """What needs doing in each running round: one fact, one deed."""
    if not agents_policy.holds_any(agent, agents_policy.STEWARD, agents_policy.TREASURER, agents_policy.AUDITOR):
        return []
    states = [OrderRound.State.DRAFT, OrderRound.State.OPEN, OrderRound.State.GRACE, OrderRound.State.ORDERED]
    running = OrderRound.objects.filter(state__in=states).select_related("handover__place", "account__currency")
    cards = [card for round in running.order_by("closes_at", "id") for card in _cards_of(round)]
    unpaid = _unpaid()
    first = [] if cards or unpaid or OrderRound.objects.exists() else _first_steps()
    later = ChangedLater.objects.select_related("round").order_by("since", "id")
    return [
        *cards,
        *map(_pay_card, unpaid),
        *map(_later_card, later),
        *(first or [_rounds_card(is_running=bool(cards))]),
    ]


def door_notes(handover: Handover, receivers: Collection[int] | None = None) -> Mapping[int, DoorNote]:
    """Everybody of these with an order, with the cash to take where it is paid in cash; without `receivers` only who
    has cash to pay.
    """
    found: dict[int, DoorNote] = {}
    rounds = OrderRound.objects.filter(handover=handover).exclude(state=OrderRound.State.CANCELLED)
    for round in rounds.select_related("account__currency"):
        due, currency = queries.orders.cash_due(round, receivers), round.account.currency
        ordered: Iterable[int] = due
        if receivers is not None:
            standing = Order.objects.filter(round=round, household__in=among(receivers))
            standing = standing.exclude(state=Order.State.CANCELLED)
            ordered = standing.values_list("household_id", flat=True)
        for household in ordered:
            text = ""
            if amount := due.get(household, 0):
                text = _("%(sum)s in cash") % {"sum": format_money(amount, currency.code, currency.decimals)}
            found[household] = DoorNote(text, reverse("shop:at_the_door", args=[round.pk, household]), "today")
    return found


def still_open(handover: Handover) -> str:
    """Until when rounds that are collected here take orders, or can be reopened; nothing once that is over."""
    now, said = clock.now(), []
    states = [OrderRound.State.OPEN, OrderRound.State.GRACE]
    for round in OrderRound.objects.filter(handover=handover, state__in=states).order_by("closes_at", "id"):
        facts = {"round": round.name, "until": format_soon(round.closes_at)}
        if policy.may_reopen(round, now) and round.closed_at:
            facts["until"] = format_soon(rules.grace_ends(round.closed_at, round.grace_minutes))
            said.append(
                _("“%(round)s” can be reopened for orders until %(until)s: wait until the farms are told.") % facts
            )
        elif round.state == OrderRound.State.OPEN and not rules.has_closed(now, round.closes_at):
            said.append(
                _("“%(round)s” takes orders until %(until)s: wait until then, or close the round first.") % facts
            )
    return " ".join(said)


def called_off(handover: Handover, promise: int | None = None) -> str:
    """Which rounds that would have been collected here were cancelled after somebody had ordered. Of the hand-over as a
    whole nothing while another round is collected there; of one promise that round of which it was part.
    """
    rounds = OrderRound.objects.filter(handover=handover)
    cancelled = rounds.filter(state=OrderRound.State.CANCELLED, orders__isnull=False)
    if promise is not None:
        cancelled = cancelled.filter(orders__lines__commitment=promise)
    elif rounds.exclude(state=OrderRound.State.CANCELLED).exists():
        return ""
    said = []
    for round in cancelled.distinct().order_by("id"):
        since = round.orders.aggregate(last=Max("changed_at"))["last"]  # cancelling is the last that is done to orders
        said.append(
            _(
                "“%(round)s” was cancelled %(when)s: nothing of it goes out. What lies in a crate for it is taken out "
                "again, what a farm has brought is received and then lies here or goes back."
            )
            % {"round": round.name, "when": format_soon(since)}
        )
    return " ".join(said)


def unfinished() -> Sequence[str]:
    """Rounds that run, farms that wait for their money, and what was put right later: until then the shop stays on."""
    running = OrderRound.objects.exclude(state__in=[OrderRound.State.SETTLED, OrderRound.State.CANCELLED])
    found = (
        (running, _("Settle or cancel first: %(rounds)s.")),
        (_unpaid(), _("Pay the farms first: %(rounds)s.")),
        (OrderRound.objects.filter(changed_later__isnull=False), _("Book first what was put right later: %(rounds)s.")),
    )
    named = ((words, [round.name for round in rounds[:NAMED]]) for rounds, words in found)
    return [words % {"rounds": ", ".join(names)} for words, names in named if names]


def _unpaid() -> list[OrderRound]:
    """Settled, and no list is made by which its farms are paid."""
    no_list = Q(payments=None) | Q(payments__state="dropped")
    settled = OrderRound.objects.filter(no_list, state=OrderRound.State.SETTLED).order_by("id")
    return [round for round in settled.select_related("account__currency") if round.result.get("producers")]


def _cards_of(round: OrderRound) -> Iterable[Card]:
    desk = reverse("shop:round_desk", args=[round.pk])
    if round.state == OrderRound.State.DRAFT:
        yield Card(_("A round is being prepared"), round.name, deed=_("Go on with it"), url=desk, weight=45)
    elif round.state == OrderRound.State.OPEN:
        yield _open_card(round, desk)
    elif round.state == OrderRound.State.GRACE:
        yield Card(
            _("A round has closed"),
            _("The farms are told when the grace is over. Until then it can be reopened."),
            badge=round.name,
            tone="today",
            deed=_("Look at it"),
            url=desk,
            weight=10,
        )
    elif round.handover.ends <= clock.now():
        yield Card(
            _("Settle the round"),
            _("Charge what was weighed, and give every part of each price to its owner."),
            badge=round.name,
            tone="ready",
            deed=_("Settle"),
            url=reverse("shop:settle", args=[round.pk]),
            weight=25,
        )
    else:
        yield from _ordered_cards(round)


def _open_card(round: OrderRound, desk: str) -> Card:
    standing = queries.standing(round)
    text = _("%(orders)s of %(households)s households ordered.") % {
        "orders": standing.orders,
        "households": standing.households,
    }
    short = queries.short_goods(round)
    if short:
        names = ", ".join(f"{one.goods.name} −{one.missing_text}" for one in short[:2])
        text += " " + _("Short: %(names)s.") % {"names": names}
    return Card(
        _("Round closes"),
        text,
        badge=format_soon(round.closes_at),
        tone="today" if round.closes_at - clock.now() < SOON else "quiet",
        deed=_("See the shortage") if short else _("Look at it"),
        url=reverse("shop:round_orders", args=[round.pk]) if short else desk,
        weight=15,
    )


def _ordered_cards(round: OrderRound) -> Iterable[Card]:
    progress = queries.desk.progress(round)
    if progress.to_call:
        yield Card(
            ngettext("%(count)d farm to call", "%(count)d farms to call", progress.to_call)
            % {"count": progress.to_call},
            _("They have no mail, want to be called, or no mail reached them: %(round)s.") % {"round": round.name},
            tone="today",
            deed=_("Open the call list"),
            url=reverse("shop:round_farms", args=[round.pk]),
            weight=12,
        )
    yield Card(
        _("Next hand-over"),
        _("%(place)s. %(packed)s of %(crates)s crates are packed.")
        % {"place": round.handover.place.name, "packed": progress.packed, "crates": progress.crates},
        badge=format_soon(round.handover.begins),
        deed=_("Open its desk"),
        url=reverse("shop:round_desk", args=[round.pk]),
        weight=35,
    )


def _pay_card(round: OrderRound) -> Card:
    producers = [amount for amount in round.result["producers"].values() if amount > 0]
    currency = round.account.currency
    total = format_money(sum(producers), currency.code, currency.decimals)
    count = len(producers)
    return Card(
        ngettext("Pay %(count)d farm", "Pay %(count)d farms", count) % {"count": count},
        _("%(sum)s for %(round)s. One more person must agree.") % {"sum": total, "round": round.name},
        badge=_("ready"),
        tone="ready",
        deed=_("Read the list"),
        url=reverse("shop:pay", args=[round.pk]),
        weight=28,
    )


def _later_card(later: ChangedLater) -> Card:
    return Card(
        _("Put right after settling"),
        _("%(round)s: other goods were written down than were paid. Book what follows.") % {"round": later.round.name},
        tone="today",
        deed=_("See who gets what"),
        url=reverse("shop:follow", args=[later.round_id]),
        weight=27,
    )


def _first_steps() -> list[Card]:
    """What a shop needs before its first round can be planned, one card each; nothing when all of it is there."""
    found = []
    if not Place.objects.filter(is_handover=True).exists():
        found.append(
            Card(
                _("Where do people collect?"),
                _("Add the place where goods are handed over."),
                deed=_("Add a place"),
                url=reverse("agents:add_place"),
                weight=20,
            )
        )
    if not Item.objects.filter(is_active=True).exists():
        has_farms = agents_queries.producers().exists()
        found.append(
            Card(
                _("What is on sale?"),
                _("Add its goods one by one, or take over a list.")
                if has_farms
                else _("Add the first farm; then come its goods."),
                deed=_("To the goods") if has_farms else _("Add a farm"),
                url=reverse("catalog:products") if has_farms else reverse("agents:add_organisation"),
                weight=21,
            )
        )
    return found


def _rounds_card(*, is_running: bool) -> Card:
    return Card(
        _("Order rounds") if is_running else _("No round is running"),
        _("Plan the next one: when it takes orders, what is on sale, where people collect."),
        deed=_("Order rounds"),
        url=reverse("shop:rounds"),
        weight=60 if is_running else 20,
    )
