"""The first pages: for strangers, for members, for stewards, and what belongs to me."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.adapters import passkeys_possible
from cosmolocal.agents.operations import PINS, pin_doors
from cosmolocal.agents.pages import actor, post
from cosmolocal.agents.policy import AUDITOR, MEMBER, STEWARD
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import clock
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.models import Node
from cosmolocal.kernel.practices import used_by
from cosmolocal.look.dates import format_day
from cosmolocal.website import navigation, queries
from cosmolocal.website.navigation import FEW

Way = dict[str, str]
FACES = 12
DRAWINGS = 9


@open_to("anyone")
def public(request: HttpRequest) -> HttpResponse:
    """Who we are, where, what we offer, how to join. Somebody signed in goes to her own home."""
    if agents_queries.reader(request).agent is not None:
        return redirect("home")
    local, shown = agents_queries.home_local(), list(agents_queries.shown_to_everybody()[:FACES])
    tasks = agents_queries.tasks_of([person.pk for person in shown])
    used = used_by(queries.local_of(request))
    parts = [practice.public(local) for practice in used if practice.public]
    context = {
        "home_local": local,
        "parts": parts,
        "drawings": [kind for part in parts for kind in part.drawings][:DRAWINGS],
        "faces": [(person, tasks.get(person.pk, [])) for person in shown],
        "figures": [*queries.local_figures(local), *(one for part in parts for one in part.figures)],
        "offers": navigation.offers(queries.local_of(request)),
        "join_url": reverse("agents:ask"),
        "sign_in_url": resolve_url(settings.LOGIN_URL),
    }
    return render(request, "website/public.html", context)


@open_to("signed_in")
def home(request: HttpRequest) -> HttpResponse:
    """This week for me."""
    cards = queries.member_cards(agents_queries.reader(request), queries.local_of(request))
    return render(
        request,
        "website/home.html",
        {"bands": queries.bands(cards), "greeting": _greeting(), "today_words": format_day(clock.today())},
    )


@open_to("together")
def together(request: HttpRequest) -> HttpResponse:
    """The practices that this local uses, each with what waits in it for me, and what of all this stands in the bar."""
    reader, local = agents_queries.reader(request), queries.local_of(request)
    in_bar, known = ({item.name for item in found(reader, local)} for found in (navigation.bar, navigation.known_items))
    now = clock.now()
    rows = []
    for practice in used_by(local):
        waiting = [card for card in queries.cards_of(practice, reader) if queries.band_of(card, now) != "quiet"]
        may_pin = practice.entry in known
        rows.append((practice, navigation.address(practice.entry), waiting, may_pin, practice.entry in in_bar))
    rows.sort(key=lambda row: not row[2])
    tasks = [(desk, navigation.address(desk.name), desk.name in in_bar) for desk in navigation.desks(reader, local)]
    return render(request, "website/together.html", {"practices": rows, "tasks": tasks})


@open_to("together")
@require_POST
def pin(request: HttpRequest, name: str, to: str) -> HttpResponse:
    """Into the bar, where the one that stands there longest makes room, or off it."""
    reader, local = agents_queries.reader(request), queries.local_of(request)
    known = {item.name: item for item in (*navigation.known_items(reader, local), *navigation.desks(reader, local))}
    if name not in known or to not in ("in", "out"):
        raise Http404
    held = [item.name for item in navigation.bar(reader, local) if item.name in known and item.name != name]
    chosen = [*held, name] if to == "in" else held
    said = _("%(door)s stands in the bar.") if to == "in" else _("%(door)s stands in the bar no more.")
    return post(
        request,
        lambda key: pin_doors(by=actor(request), agent=actor(request), doors=chosen[-PINS:], key=key),
        to="together",
        said=said % {"door": known[name].label},
    )


@open_to("steward")
def steward(request: HttpRequest) -> HttpResponse:
    """What needs doing in the whole local, and the ways to what is looked after."""
    found = queries.steward_bands(agents_queries.reader(request), queries.local_of(request))
    bands = [(band, queries.is_urgent(band) or len(found) <= FEW) for band in found]
    ways = [
        *_ways(
            ("agents:people", _("People"), "together", _("add, invite, tasks, sign-in codes")),
            ("agents:requests", _("Who asks to join"), "door", ""),
            ("agents:organisations", _("Farms and organisations"), "farm", _("who sells and buys here")),
            ("agents:places", _("Places"), "place", _("where goods are handed over")),
            ("agents:holidays", _("Holidays"), "list", _("rounds go around them")),
            ("agents:circles", _("Circles"), "together", ""),
            ("agents:roles", _("Tasks"), "list", _("who looks after what")),
            ("catalog:products", _("Products"), "basket", ""),
            *_how_they_work(queries.local_of(request)),
            ("messages:post", _("Mail"), "mail", _("letters without an address, test mail")),
            ("practices", _("What we do together"), "together", _("switch practices on and off")),
            ("settings", _("This local"), "gear", _("name, place, languages")),
            ("deeds", _("Who did what"), "list", _("every deed, with day and name")),
            ("troubles", _("Stuck work"), "warn", ""),
        )
    ]
    return render(
        request, "website/steward.html", {"bands": bands, "ways": ways, "today_words": format_day(clock.today())}
    )


def _how_they_work(local: Node) -> list[tuple[str, str, str, str]]:
    """The settings pages of the practices that are used here."""
    return [
        (practice.settings, str(practice.title), practice.icon, _("how it works here"))
        for practice in used_by(local)
        if practice.settings
    ]


@open_to("signed_in")
def me(request: HttpRequest) -> HttpResponse:
    """What belongs to me: tasks, profile, household, sign-in, my data, whom I help."""
    reader = agents_queries.reader(request)
    near, far = _of_practices(reader, queries.local_of(request))
    return render(request, "website/me.html", {"sections": _my_sections(request, reader, near), "folded": far})


def _of_practices(reader: Reader, local: Node) -> tuple[list[Way], list[Way]]:
    """What practices have for her on *Me*: of those in her bar, or of all where there are few, and of the others."""
    rows = [(practice, row) for practice in used_by(local) for row in navigation.mine(reader, practice)]
    in_bar = {item.name for item in navigation.bar(reader, local)}
    is_few = len({practice.name for practice, _row in rows}) <= FEW
    near: list[Way] = []
    far: list[Way] = []
    for practice, row in rows:
        shown = near if is_few or practice.entry in in_bar else far
        shown += _ways((row.name, str(row.label), row.icon, str(row.note)))
    return near, far


def _my_sections(request: HttpRequest, reader: Reader, of_practices: list[Way]) -> list[tuple[str, list[Way]]]:
    local = queries.local_of(request)
    desks = [
        {"url": navigation.address(d.name), "label": str(d.label), "icon": d.icon}
        for d in navigation.desks(reader, local)
    ]
    mine = []
    if reader.has(MEMBER):
        household = reader.household.name if reader.household else ""
        mine = _ways(("agents:household", _("Household"), "home", household))
    mine += of_practices
    mine += _ways(
        ("agents:profile", _("My profile"), "me", _("name, language, who sees me")),
        ("agents:my_contact", _("How I am reached"), "phone", ""),
        ("messages:preferences", _("Letters to me"), "mail", _("which ones, and when")),
    )
    if passkeys_possible(request):
        mine += _ways(("mfa_list_webauthn", _("Passkeys"), "key", _("sign in by fingerprint or face")))
    together = []
    if reader.has(MEMBER, STEWARD, AUDITOR):
        together = _ways(
            ("together", _("What we do together"), "together", _("and what stands in the bar")),
            ("agents:directory", _("Who is who"), "together", ""),
            ("agents:circles", _("Circles"), "together", ""),
        )
    if reader.has(MEMBER, STEWARD):
        together += _ways(("agents:helping", _("Helping"), "hand", _("act for somebody without a phone")))
    data = _ways(
        ("my_data", _("My data"), "download", _("everything about me, to take away")),
        ("leave", _("Leave"), "out", ""),
    )
    return [(_("My tasks"), desks), ("", mine), (_("Together"), together), (_("My data"), data)]


def _ways(*wanted: tuple[str, str, str, str]) -> list[Way]:
    """Links to the pages that exist."""
    found = [(navigation.address(name), label, icon, note) for name, label, icon, note in wanted]
    return [{"url": url, "label": label, "icon": icon, "note": note} for url, label, icon, note in found if url]


def _greeting() -> str:
    hour = clock.wall(clock.now()).hour
    if 4 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 18:
        return _("Good day")
    return _("Good evening")
