"""What the home pages show: cards of the core and of every practice that is switched on, most urgent first."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, JoinRequest, Membership
from cosmolocal.agents.policy import KEEPER, PACKER, STEWARD, TREASURER
from cosmolocal.agents.queries import Reader
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.policy import may_hand_over, may_pack
from cosmolocal.kernel import clock, node, proving
from cosmolocal.kernel.models import JobTrouble, Node
from cosmolocal.kernel.practices import Card, Practice, used_by
from cosmolocal.look.dates import format_daytime, format_soon
from cosmolocal.look.numbers import format_money
from cosmolocal.messages import queries as messages_queries
from cosmolocal.money import queries as money_queries
from cosmolocal.website.navigation import address, open_address

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
CODES_SHOWN = timedelta(days=7)
FEWEST = 5  # that are told to strangers as a number
_TONES = {"late": 0, "today": 1, "ready": 2}


def local_of(request: HttpRequest) -> Node:
    """The node's row, read once per request by the door."""
    found: Node | None = getattr(request, "node", None)
    return found or node.current()


class Band(NamedTuple):
    """Cards that belong together on a page: how they are headed, and whether the page may fold them away."""

    name: str
    title: str
    cards: list[Card]


def member_cards(reader: Reader, local: Node) -> list[Card]:
    """What each practice has for the person the page is about, what her tasks are, and how her account stands."""
    if reader.person is None:
        return []
    may_be_asked = reader.has(TREASURER, STEWARD) or any(g.kind == Agent.Kind.CIRCLE for g in reader.groups or ())
    asked = word_cards(reader.person) if may_be_asked and not reader.on_behalf_of else ()
    duties = () if reader.on_behalf_of else duty_cards(reader)
    codes = () if reader.on_behalf_of else code_cards(reader)
    of_practices = (cards_of(practice, reader) for practice in used_by(local))
    return _sorted(
        chain(codes, asked, duties, balance_cards(reader.household, local), chain.from_iterable(of_practices))
    )


def cards_of(practice: Practice, reader: Reader) -> list[Card]:
    """What one practice has for this reader, marked with its drawing."""
    found = practice.member_cards(reader) if practice.member_cards else ()
    return [replace(card, icon=card.icon or practice.icon) for card in found]


def bands(cards: Iterable[Card]) -> list[Band]:
    """A home page in three bands, without those that are empty: for now, this week, quiet."""
    titles = {"now": _("Now"), "week": _("This week"), "quiet": _("Quiet")}
    now = clock.now()
    found: dict[str, list[Card]] = {name: [] for name in titles}
    for card in cards:
        found[band_of(card, now)].append(card)
    found["week"].sort(key=lambda card: card.when or now)
    return [Band(name, title, found[name]) for name, title in titles.items() if found[name]]


def band_of(card: Card, now: datetime) -> str:
    """now: it asks for something, or is today's; week: its moment comes within seven days; else quiet."""
    if card.tone != "quiet":
        return "now"
    if card.when is None or card.when < now:
        return "quiet"
    today, day = clock.wall(now).date(), clock.wall(card.when).date()
    return "now" if day == today else "week" if day - today < A_WEEK else "quiet"


def code_cards(reader: Reader) -> Iterable[Card]:
    """Codes that somebody else made for her lately: by whom, when, and whether one came in by it."""
    for made in agents_queries.codes_of(reader.agent, clock.now() - CODES_SHOWN) if reader.agent else ():
        words = {"name": made.made_by.name, "when": format_daytime(made.made_at or made.expires_at)}
        if made.made_by.kind == Agent.Kind.SYSTEM:
            words["name"] = _("Whoever runs this node")
        text = _("%(name)s made it on %(when)s. It was not used.") % words
        if made.used_at:
            words["used"] = format_daytime(made.used_at)
            text = _("%(name)s made it on %(when)s, and somebody came in by it on %(used)s.") % words
        yield Card(
            title=_("A code to sign in as you"),
            text=text,
            tone="today" if made.used_at else "quiet",
            deed=_("Not mine"),
            url=reverse("agents:sign_out"),
            weight=16,
            icon="key",
        )


def word_cards(agent: Agent) -> Iterable[Card]:
    """What waits for her word: one card for each payment list that she is asked to agree to."""
    for made in money_queries.asked_of(agent):
        total = money_queries.format(made.total, made.currency)  # type: ignore[attr-defined]
        words = {"name": made.made_by.name, "total": total, "list": made.name}
        yield Card(
            title=_("Do you agree?"),
            text=_("%(name)s wants to pay %(total)s: %(list)s.") % words,
            tone="today",
            deed=_("Read it and answer"),
            url=reverse("money:payout", args=[made.pk]),
            weight=15,
            icon="vote",
        )


def duty_cards(reader: Reader) -> Iterable[Card]:
    """What a packer or keeper finds to do at a hand-over within a day: crates to pack, then households to come."""
    if not reader.has(PACKER, KEEPER):
        return
    now = clock.now()
    for handover in handovers_queries.current(reader, now):
        crates, packed, collected = handover.crate_count, handover.packed_count, handover.collected_count  # type: ignore[attr-defined]
        if not crates or handover.state == handover.State.CLOSED or not handover.begins - A_DAY < now < handover.ends:
            continue
        facts = {"place": handover.place.name, "crates": crates, "packed": packed, "collected": collected}
        if packed < crates and may_pack(reader, handover.place_id):
            yield Card(
                title=_("Crates to pack"),
                text=_("%(place)s. %(packed)s of %(crates)s crates are packed.") % facts,
                badge=format_soon(handover.begins),
                tone="today",
                deed=_("Pack"),
                url=reverse("handovers:packing", args=[handover.pk]),
                weight=3,
                icon="scales",
            )
        elif packed >= crates > collected and may_hand_over(reader, handover.place_id):
            yield Card(
                title=_("Hand over"),
                text=_("%(place)s. %(collected)s of %(crates)s have collected.") % facts,
                badge=format_soon(handover.begins),
                tone="today",
                deed=_("To the door"),
                url=reverse("handovers:door", args=[handover.pk]),
                weight=3,
                icon="scales",
            )


def balance_cards(holder: Agent | None, local: Node) -> list[Card]:
    """One card for the account of a household: balance, what is set aside, and how it went."""
    account = money_queries.account_for(holder) if holder else None
    if account is None:
        return []
    standing = money_queries.standing(account)
    code, decimals = account.currency.code, account.currency.decimals

    def written(minor: int) -> str:
        return format_money(minor, code, decimals)

    if standing.set_aside:
        text = _("%(amount)s is set aside for what you ordered.") % {"amount": written(standing.set_aside)}
    elif standing.balance < standing.warn:
        text = _("That is less than usual. Please pay something in soon.")
    else:
        text = _("Nothing is set aside.")
    data = {"points": money_queries.history(account), "currency": account.currency}
    late = standing.floor is not None and standing.balance < standing.floor
    return [
        Card(
            title=_("Your balance"),
            text=text,
            figure=written(standing.balance),
            tone="late" if late else "quiet",
            badge=_("below the limit") if late else "",
            url=address("money:mine"),
            deed=_("See what happened") if address("money:mine") else "",
            weight=20,
            template="website/parts/balance.html",
            icon="coin",
            data=data,
        )
    ]


def steward_bands(reader: Reader, local: Node) -> list[Band]:
    """What needs doing: each fact with its one button, those of the house first, then practice by practice."""
    if reader.agent is None:
        return []
    house = chain(_seal_cards(), _joining_cards(), _money_cards(reader), _trouble_cards(), _mail_cards())
    found = [Band("door", _("The house"), _sorted(house))]
    for practice in used_by(local):
        cards = practice.steward_cards(reader.agent) if practice.steward_cards else ()
        found.append(Band(practice.icon, str(practice.title), _sorted(cards)))
    return [band for band in found if band.cards]


def is_urgent(band: Band) -> bool:
    """Does anything in it ask for somebody today?"""
    return any(card.tone != "quiet" for card in band.cards)


def _joining_cards() -> Iterable[Card]:
    waiting = JoinRequest.objects.filter(state="waiting").order_by("at")
    names = list(waiting.values_list("name", flat=True)[:4])
    if not names:
        return
    count = waiting.count()
    title = ngettext("%(count)d person asks to join", "%(count)d people ask to join", count) % {"count": count}
    shown = ", ".join(names[:3]) + (" …" if count > 3 else "")
    yield Card(title, shown, deed=_("Answer"), url=reverse("agents:requests"), tone="today", weight=30)


def _money_cards(reader: Reader) -> Iterable[Card]:
    counts = money_queries.waiting(reader.agent) if reader.agent else None
    if counts is None:
        return
    looks = money_queries.count_looks(reader)
    found = (
        (
            counts.to_agree,
            ngettext(
                "%(n)d payment list waits for a second person",
                "%(n)d payment lists wait for a second person",
                counts.to_agree,
            ),
            _("Nobody pays alone: somebody else reads the list and agrees."),
            Card("", tone="ready", deed=_("Read the list"), url=open_address(reader, "money:payouts"), weight=40),
        ),
        (
            counts.unmatched,
            ngettext("%(n)d payment without a name", "%(n)d payments without a name", counts.unmatched),
            _("Money came in, and nobody knows yet whose it is."),
            Card("", tone="late", deed=_("Who was it?"), url=open_address(reader, "money:unmatched"), weight=35),
        ),
        (
            counts.below,
            ngettext("%(n)d account is below its limit", "%(n)d accounts are below their limit", counts.below),
            _("A friendly call helps more than a letter."),
            Card("", tone="late", deed=_("See who"), url=open_address(reader, "money:accounts"), weight=45),
        ),
        (
            looks.late,
            ngettext(
                "%(n)d entry of money waits for a second pair of eyes",
                "%(n)d entries of money wait for a second pair of eyes",
                looks.late,
            ),
            _("One person booked it alone more than a week ago; somebody else looks at it."),
            Card("", tone="late", deed=_("Look at it"), url=open_address(reader, "money:looks"), weight=42),
        ),
    )
    for count, title, text, card in found:
        if count:
            yield replace(card, title=title % {"n": count}, text=text)


def _seal_cards() -> Iterable[Card]:
    """What stops the seals cannot be mended on a page: whoever runs the machine does."""
    if broken := proving.stopped():
        text = _("Until it is mended, a change past the program can stay unseen. Tell whoever runs the machine:")
        yield Card(_("The books are no longer sealed"), f"{text} {broken.sentence} {broken.fix}", tone="late", weight=5)


def _trouble_cards() -> Iterable[Card]:
    open_troubles = JobTrouble.objects.filter(settled_at=None)
    count = open_troubles.count()
    if count:
        title = ngettext("%(count)d piece of work got stuck", "%(count)d pieces of work got stuck", count)
        latest = open_troubles.order_by("-at").first()
        text = latest.sentence[:140] if latest else ""
        yield Card(
            title % {"count": count}, text, tone="late", deed=_("Look at it"), url=address("troubles"), weight=25
        )


def _mail_cards() -> Iterable[Card]:
    outlet = messages_queries.outlet()
    found = Card("", deed=_("Open Post"), url=reverse("messages:post"), tone="late", weight=11)
    if not settings.MAIL_READY:
        return
    if outlet.held_since is not None:
        yield replace(found, title=_("All mail is held back"), text=_("Say whether the letters that wait may go out."))
    elif outlet.down_since is not None:
        title = _("The mail server takes no mail since %(since)s") % {"since": format_daytime(outlet.down_since)}
        yield replace(found, title=title, text=_("Letters wait, and go out by themselves when it works again."))


def _sorted(cards: Iterable[Card]) -> list[Card]:
    return sorted(cards, key=lambda card: (_TONES.get(card.tone, 3), card.weight))


def local_figures(local: Agent) -> list[tuple[str, int]]:
    """How many belong to the local, with a label: for the public page, never fewer than five as a number."""
    households = Membership.objects.filter(group=local, until=None, member__hidden_at=None)
    count = households.filter(member__kind=Agent.Kind.HOUSEHOLD).count()
    return [(_("Households"), count)] if count >= FEWEST else []
