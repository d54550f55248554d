"""Which items stand in the navigation, for whom: at most five, and only such as exist."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.demo import ROLES, mail_of
from cosmolocal.agents.operations import PINS
from cosmolocal.agents.policy import AUDITOR, DRIVER, KEEPER, MEMBER, PACKER, PRODUCER, STEWARD, TREASURER, may_enter
from cosmolocal.agents.queries import STRANGER, Reader
from cosmolocal.kernel.models import Node
from cosmolocal.kernel.practices import NavItem, Practice, used_by
from cosmolocal.website import access

MOST = 5
FEW = 2  # practices that stand in the bar themselves, without a page for all of them


HOME = NavItem("home", _("Home"), "home")
ME = NavItem("me", _("Me"), "me")
TOGETHER = NavItem("together", _("Together"), "together")
PUBLIC = NavItem("public", _("Home"), "home")
JOIN = NavItem("agents:ask", _("Join"), "hand")
SIGN_IN = NavItem("account_login", _("Sign in"), "key")
# Desks of people with a task: the first two that fit are shown in the navigation, all of them on the page "Me".
DESKS = (
    NavItem("steward", _("To do"), "list", (STEWARD,)),
    NavItem("money:desk", _("Money"), "coin", (TREASURER, AUDITOR)),
    NavItem("deeds", _("Deeds"), "list", (AUDITOR,)),
    NavItem("handovers:home", _("Packing"), "scales", (PACKER, KEEPER, DRIVER)),
    NavItem("money:coins", _("Cash box"), "coin", (KEEPER,)),
)
GOODS = NavItem("catalog:farm", _("My goods"), "leaf", (PRODUCER,))


def address(name: str) -> str:
    """The address of a name, or nothing where no such page exists."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def open_address(reader: Reader, name: str) -> str:
    """The address of a page that exists and lets this reader in, or nothing."""
    return address(name) if may_enter(reader, access.stated(name)) else ""


def practice_item(practice: Practice) -> NavItem | None:
    """A practice's own item."""
    if not practice.entry or not address(practice.entry):
        return None
    return NavItem(practice.entry, practice.title, practice.icon)


def practice_items(local: Node) -> list[NavItem]:
    """The items of the practices that this local uses."""
    return [item for item in map(practice_item, used_by(local)) if item]


def known_items(reader: Reader, local: Node) -> list[NavItem]:
    """Those for this reader: practices are for members, whoever else may look at their pages."""
    return practice_items(local) if reader.has(MEMBER, STEWARD) else []


def pinned(wanted: Sequence[str], among: Sequence[NavItem]) -> list[NavItem]:
    """What somebody pinned, of these; one that is shut meanwhile (a task ended, a practice is off) is left out."""
    by_name = {item.name: item for item in among}
    return [by_name[name] for name in wanted if name in by_name]


def offers(local: Node) -> list[dict[str, str]]:
    """What each practice offers to strangers: its item with a few words, and its address where it lets them in."""
    found = [(practice, practice_item(practice)) for practice in used_by(local)]
    return [
        {
            "title": str(item.label),
            "url": open_address(STRANGER, item.name),
            "icon": item.icon,
            "text": str(practice.offer),
            "deed": gettext("Look around"),
        }
        for practice, item in found
        if item
    ]


def desks(reader: Reader, local: Node) -> list[NavItem]:
    """The desks of her tasks, those of practices before the last of the house."""
    known = (*DESKS, *(desk for practice in used_by(local) for desk in practice.desks), GOODS)
    return [desk for desk in known if reader.has(*desk.roles) and open_address(reader, desk.name)]


def mine(reader: Reader, practice: Practice) -> list[NavItem]:
    """What a practice has for her on *Me*."""
    return [row for row in practice.me if not row.roles or reader.has(*row.roles)]


def nav(request: HttpRequest, reader: Reader, local: Node) -> list[dict[str, Any]]:
    """The items of this reader, with the one she is at marked."""
    if reader.agent is None:
        open_ones = [item for item in practice_items(local) if open_address(reader, item.name)]
        chosen: Sequence[NavItem] = [PUBLIC, *open_ones[: MOST - 3], JOIN, SIGN_IN]
    else:
        chosen = [HOME, *bar(reader, local), ME]
    return _items(request.path, chosen)


def bar(reader: Reader, local: Node) -> list[NavItem]:
    """What stands between *Home* and *Me*: what she pinned, or else her first tasks and the first practices. Where she
    chose, or there are more practices than the bar holds, *Together* leads to all of them.
    """
    known = known_items(reader, local)
    rooms = {_room(item) for item in known}
    # A steward reaches the desk of a practice from its own page, so the desk takes no place from it.
    tasks = [desk for desk in desks(reader, local) if STEWARD not in desk.roles or _room(desk) not in rooms]
    if reader.user is not None and reader.user.pinned is not None:
        return [*pinned(reader.user.pinned, [*known, *desks(reader, local)]), TOGETHER]
    if len(known) <= FEW:
        tasks = tasks[: 2 if known else 3]
        return [*known[: MOST - 2 - len(tasks)], *tasks]
    usual = [*tasks[:1], *known]
    return [*usual[:PINS], TOGETHER]


def _room(item: NavItem) -> str:
    """The practice, or the page of the house, under whose addresses it stands."""
    return item.name.partition(":")[0]


def demo_roles(request: HttpRequest, reader: Reader, local: Node) -> list[dict[str, Any]]:
    """One-click roles of the demo; nothing anywhere else."""
    if not (settings.DEMO and local.is_demo):
        return []
    mail = reader.user.email if reader.user else ""
    found = [
        {"url": reverse("demo_as", args=[code]), "label": label, "current": mail == mail_of(code), "who": who}
        for code, label, who in ROLES
    ]
    if reader.agent is not None:
        found.append(
            {"url": reverse("demo_as", args=["stranger"]), "label": gettext("Stranger"), "current": False, "who": ""}
        )
    return found


def _items(path: str, chosen: Sequence[NavItem]) -> list[dict[str, Any]]:
    placed = [(item, address(item.name)) for item in chosen]
    inside = [url for _door, url in placed if path == url or (url != "/" and path.startswith(url))]
    current = max(inside, key=len, default="")
    return [
        {"url": url, "label": item.label, "icon": item.icon, "current": url == current} for item, url in placed if url
    ]
