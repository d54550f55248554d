"""The local itself: how it begins, and what a steward may change about it later."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import policy
from cosmolocal.agents.models import Agent, Place
from cosmolocal.kernel import node
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.refusal import Refusal


@dataclass(frozen=True)
class LocalWish:
    """What a local is called, where it is, and how it counts: `zone` (IANA), `language`, `currency` (ISO 4217)."""

    name: str
    place_name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    zone: str = "UTC"
    language: str = "en"
    currency: str = "EUR"
    about: str = ""
    practices: Sequence[str] = ()
    is_demo: bool = False


@operation("agents.found_local", said=gettext_lazy("founded this local"))
def found_local(*, by: Agent, wish: LocalWish, key: str = "") -> Agent:
    """Makes the home local and configures the node; a second call returns the one that exists.

    Refuses: agents.name_missing, agents.no_such_zone, agents.not_allowed.
    """
    policy.permit(by)
    existing = Agent.objects.filter(is_home=True).first()
    if existing is not None:
        return existing
    _check(wish)
    place = None
    if wish.place_name or wish.latitude is not None:
        place = Place.objects.create(
            name=one_line(wish.place_name) or wish.name, latitude=wish.latitude, longitude=wish.longitude
        )
    local = Agent.objects.create(
        kind=Agent.Kind.LOCAL,
        name=wish.name.strip(),
        about=wish.about.strip(),
        is_home=True,
        is_public=True,
        place=place,
        language=wish.language,
        created_at=running().at,
    )
    Agent.objects.create(kind=Agent.Kind.WALK_IN, name=_("Walk-in customers"), created_at=running().at)
    _configure(wish)
    node.configure(is_demo=wish.is_demo, practices=list(wish.practices), setup_digest="", ready_at=running().at)
    return local


@operation("agents.change_local", said=gettext_lazy("changed the settings of this local"))
def change_local(*, by: Agent, wish: LocalWish, key: str = "") -> Agent:
    """Changes name, place, words, zone and language of the local; its currency and its practices stay.

    Refuses: agents.name_missing, agents.no_such_zone, agents.not_allowed.
    """
    local = Agent.objects.select_for_update().get(is_home=True)
    policy.permit(by, policy.STEWARD)
    _check(wish)
    place = local.place or Place()
    place.name, place.latitude, place.longitude = one_line(wish.place_name) or wish.name, wish.latitude, wish.longitude
    place.save()
    local.place = place
    local.name, local.about, local.language = wish.name.strip(), wish.about.strip(), wish.language
    local.save(update_fields=["name", "about", "language", "place"])
    _configure(wish)
    return local


def _check(wish: LocalWish) -> None:
    if not one_line(wish.name):
        raise Refusal("agents.name_missing", _("What is it called? Please give a name."), field="name")
    if wish.zone not in available_timezones():
        raise Refusal("agents.no_such_zone", _("Choose a time zone from the list, like Europe/Berlin."), field="zone")
    ZoneInfo(wish.zone)


def _configure(wish: LocalWish) -> None:
    current = node.current()
    node.configure(
        name=wish.name.strip(),
        place_name=wish.place_name.strip(),
        about=wish.about.strip(),
        zone=wish.zone,
        language=wish.language,
        currency=current.currency if current.ready_at else wish.currency,
        latitude=wish.latitude,
        longitude=wish.longitude,
    )
