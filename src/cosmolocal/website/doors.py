"""Which doors stand in the navigation, for whom: at most five, and only such as exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.demo import ROLES, mail_of
from cosmolocal.agents.policy import AUDITOR, DRIVER, KEEPER, MEMBER, PACKER, PRODUCER, STEWARD, TREASURER, may_enter
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel.models import Node
from cosmolocal.kernel.practices import Practice, installed
from cosmolocal.website import access

MOST = 5


@dataclass(frozen=True)
class Door:
    """One item of the navigation: an address name, for holders of `roles` (none: everybody)."""

    name: str
    label: str | Promise
    icon: str
    roles: tuple[str, ...] = ()


HOME = Door("home", _("Home"), "home")
ME = Door("me", _("Me"), "me")
PUBLIC = Door("public", _("Home"), "home")
JOIN = Door("agents:ask", _("Join"), "hand")
SIGN_IN = Door("account_login", _("Sign in"), "key")
# Desks of people with a task: the first two that fit are shown in the navigation, all of them on the page "Me".
DESKS = (
    Door("steward", _("To do"), "list", (STEWARD,)),
    Door("money:desk", _("Money"), "coin", (TREASURER, AUDITOR)),
    Door("deeds", _("Deeds"), "list", (AUDITOR,)),
    Door("handovers:home", _("Packing"), "scales", (PACKER, KEEPER, DRIVER)),
    Door("shop:farm", _("My farm"), "farm", (PRODUCER,)),
    Door("catalog:farm", _("My goods"), "leaf", (PRODUCER,)),
)
_ICONS = {"shop": "basket"}
_OFFERS = {"shop": _("See what the farms bring this week, and where each price goes.")}


def address(name: str) -> str:
    """The address of a name, or nothing where no such page exists."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def open_address(reader: Reader, name: str) -> str:
    """The address of a page that exists and lets this reader in, or nothing."""
    return address(name) if may_enter(reader, access.stated(name)) else ""


def practice_door(practice: Practice) -> Door | None:
    """A practice's own door."""
    if not practice.entry or not address(practice.entry):
        return None
    return Door(practice.entry, practice.title, _ICONS.get(practice.name, "together"))


def offers(local: Node) -> list[dict[str, str]]:
    """What each practice offers to strangers: its door with a few words."""
    found = [(practice, practice_door(practice)) for practice in _practices(local)]
    return [
        {
            "title": str(door.label),
            "url": address(door.name),
            "icon": door.icon,
            "text": str(_OFFERS.get(practice.name, "")),
            "deed": gettext("Look around"),
        }
        for practice, door in found
        if door
    ]


def desks(reader: Reader) -> list[Door]:
    """The desks of her tasks that exist."""
    return [door for door in DESKS if reader.has(*door.roles) and open_address(reader, door.name)]


def nav(request: HttpRequest, reader: Reader, local: Node) -> list[dict[str, Any]]:
    """The doors of this reader, with the one she stands in marked."""
    shops = [door for door in map(practice_door, _practices(local)) if door]
    if reader.agent is None:
        chosen: Sequence[Door] = [PUBLIC, *shops[: MOST - 3], JOIN, SIGN_IN]
    else:
        known = shops if reader.has(MEMBER, STEWARD) else []
        tasks = desks(reader)[: 2 if known else 3]
        chosen = [HOME, *known[: MOST - 2 - len(tasks)], *tasks, ME]
    return _items(request.path, chosen)


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


def _practices(local: Node) -> list[Practice]:
    return [practice for practice in installed() if not local.practices or practice.name in local.practices]


def _items(path: str, chosen: Sequence[Door]) -> list[dict[str, Any]]:
    placed = [(door, address(door.name)) for door in chosen]
    inside = [url for _door, url in placed if path == url or (url != "/" and path.startswith(url))]
    current = max(inside, key=len, default="")
    return [
        {"url": url, "label": door.label, "icon": door.icon, "current": url == current} for door, url in placed if url
    ]
