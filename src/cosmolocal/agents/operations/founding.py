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
class LocalDraft:
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
def found_local(*, by: Agent, draft: LocalDraft, key: str = "") -> Agent:
    """Makes the home local and configures the node; a second call returns the one that exists.

    Refuses: agents.name_missing, agents.no_such_zone, agents.not_allowed.
    """
    policy.permit(by)
    existing = Agent.objects.filter(is_home=True).first()
    if existing is not None:
        return existing
    _check(draft)
    place = None
    if draft.place_name or draft.latitude is not None:
        place = Place.objects.create(
            name=one_line(draft.place_name) or draft.name, latitude=draft.latitude, longitude=draft.longitude
        )
    local = Agent.objects.create(
        kind=Agent.Kind.LOCAL,
        name=draft.name.strip(),
        about=draft.about.strip(),
        is_home=True,
        is_public=True,
        place=place,
        language=draft.language,
        created_at=running().at,
    )
    Agent.objects.create(kind=Agent.Kind.WALK_IN, name=_("Walk-in customers"), created_at=running().at)
    _configure(draft)
    node.configure(is_demo=draft.is_demo, practices=list(draft.practices), setup_digest="", ready_at=running().at)
    return local


@operation("agents.change_local", said=gettext_lazy("changed the settings of this local"))
def change_local(*, by: Agent, draft: LocalDraft, key: str = "") -> Agent:
    """Changes name, place, words, zone and language of the local; its currency and its practices stay.

    Refuses: agents.name_missing, agents.no_such_zone, agents.not_allowed.
    """
    local = Agent.objects.select_for_update().get(is_home=True)
    policy.permit(by, policy.STEWARD)
    _check(draft)
    place = local.place or Place()
    place.name = one_line(draft.place_name) or draft.name
    place.latitude, place.longitude = draft.latitude, draft.longitude
    place.save()
    local.place = place
    local.name, local.about, local.language = draft.name.strip(), draft.about.strip(), draft.language
    local.save(update_fields=["name", "about", "language", "place"])
    _configure(draft)
    return local


def _check(draft: LocalDraft) -> None:
    if not one_line(draft.name):
        raise Refusal("agents.name_missing", _("What is it called? Please give a name."), field="name")
    if draft.zone not in available_timezones():
        raise Refusal("agents.no_such_zone", _("Choose a time zone from the list, like Europe/Berlin."), field="zone")
    ZoneInfo(draft.zone)


def _configure(draft: LocalDraft) -> None:
    current = node.current()
    node.configure(
        name=draft.name.strip(),
        place_name=draft.place_name.strip(),
        about=draft.about.strip(),
        zone=draft.zone,
        language=draft.language,
        currency=current.currency if current.ready_at else draft.currency,
        latitude=draft.latitude,
        longitude=draft.longitude,
    )
