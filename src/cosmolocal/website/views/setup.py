"""The setup wizard behind the one-time link: one question a page, kept in the session, made in one deed at the end."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from cosmolocal.agents import coordinates
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.adapters import passkeys_possible
from cosmolocal.agents.models import User
from cosmolocal.agents.operations import LocalDraft
from cosmolocal.agents.views.signing_in import sign_in
from cosmolocal.kernel import ids, jobs, node
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.practices import Practice, installed, used_by
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.pages import refused
from cosmolocal.website import world
from cosmolocal.website.forms import (
    BeginForm,
    MoneyForm,
    NameForm,
    PlaceForm,
    PracticesForm,
    StewardForm,
    usual_currency,
)
from cosmolocal.website.operations import FirstSteward, set_up_local

KEPT = "setup"
_ASKS = "of-"  # the step of a practice is this with its name
STEPS: dict[str, type[forms.Form]] = {
    "begin": BeginForm,
    "name": NameForm,
    "place": PlaceForm,
    "money": MoneyForm,
    "practices": PracticesForm,
    "steward": StewardForm,
}


@open_to("setup")
def wizard(request: HttpRequest, token: str) -> HttpResponse:
    """Shows one step, keeps its answers, and goes on; the last one makes the local."""
    local = node.current()
    if not local.setup_digest or not constant_time_compare(local.setup_digest, ids.digest(token)):
        raise Http404
    answers: dict[str, Any] = request.session.get(KEPT, {})
    step = request.GET.get("step", "begin")
    if step not in (steps := _steps(answers)):
        if not step.startswith(_ASKS):
            raise Http404
        return redirect(f"{reverse('setup', args=[token])}?step=practices")  # it was chosen no more meanwhile
    if request.method == "POST":
        return _answered(request, token, step, answers)
    if _is_asked_by_practice(step, answers):
        return _page(request, token, step, steps[step](_as_data(answers)))
    initial = {"language": request.LANGUAGE_CODE, "currency": usual_currency(answers.get("zone", "")), **answers}
    return _page(request, token, step, steps[step](initial=initial))


@open_to("setup")
def world_map(request: HttpRequest) -> HttpResponse:
    """The drawn world, to press on."""
    found = request.session.get(KEPT, {}).get("pair") or None
    answer = HttpResponse(world.drawing(found), content_type="image/svg+xml")
    answer["Cache-Control"] = "no-store"
    return answer


@open_to("steward")
def done(request: HttpRequest) -> HttpResponse:
    """It stands: what to do first."""
    person, local = agents_queries.reader(request).agent, node.current()
    asked = (practice.steward_cards for practice in used_by(local) if practice.steward_cards)
    firsts = [card for cards in asked for card in cards(person) if card.url and card.deed]
    return render(request, "website/set_up.html", {"passkeys": passkeys_possible(request), "firsts": firsts})


def _steps(answers: dict[str, Any]) -> dict[str, Callable[..., forms.Form]]:
    """The pages in their order; behind the choice of practices the questions of each that was chosen."""
    found: dict[str, Callable[..., forms.Form]] = {}
    for name, form in STEPS.items():
        found[name] = form
        if name == "practices":
            found |= {f"{_ASKS}{one.name}": _asking(one) for one in _chosen(answers) if one.questions}
    return found


def _chosen(answers: dict[str, Any]) -> list[Practice]:
    return [practice for practice in installed() if practice.name in answers.get("practices", ())]


def _asking(practice: Practice) -> Callable[..., forms.Form]:
    """The form of a practice; its fields carry its name, so that no two practices share one."""
    asked = practice.questions
    assert asked is not None

    def form(data: Any = None, initial: Any = None) -> forms.Form:
        made: forms.Form = asked.form(data, initial=asked.known(), prefix=practice.name)
        return made

    return form


def _is_asked_by_practice(step: str, answers: dict[str, Any]) -> bool:
    """Was this step of a practice answered already? What was typed then stands in it again, as it was typed."""
    name = step.removeprefix(_ASKS)
    return name != step and any(key.startswith(f"{name}-") for key in answers)


def _typed(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """What this page asks, as it was typed; a box without a tick is a False."""
    typed: dict[str, Any] = {}
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if isinstance(field, forms.BooleanField):
            typed[key] = key in request.POST
        elif key in request.POST:
            is_many = isinstance(field, forms.MultipleChoiceField)
            typed[key] = request.POST.getlist(key) if is_many else request.POST[key]
        elif isinstance(field, forms.MultipleChoiceField):
            typed[key] = []
    return typed


def _answered(request: HttpRequest, token: str, step: str, answers: dict[str, Any]) -> HttpResponse:
    make = _steps(answers)[step]
    kept = {**answers, **_typed(request, make())}
    pressed = next((width for name, width in world.WIDTHS.items() if f"{name}.x" in request.POST), 0)
    if pressed:
        kept |= _pressed(request.POST, pressed)
    request.session[KEPT] = kept
    here = reverse("setup", args=[token])
    if pressed:
        return redirect(f"{here}?step=place")
    form = make(request.POST)
    if not form.is_valid():
        return _page(request, token, step, form)
    if step == "begin" and form.cleaned_data["what"] == "restore":
        return redirect("bring_back", token)
    steps = _steps(kept)
    names = list(steps)
    if step != names[-1]:
        return redirect(f"{here}?step={names[names.index(step) + 1]}")
    missing = next((name for name in names if not steps[name](_as_data(kept)).is_valid()), None)
    if missing:
        return redirect(f"{here}?step={missing}")
    try:
        return _make(request, token, kept)
    except Refusal as refusal:
        refused(form, refusal)
        return _page(request, token, step, form)


def _make(request: HttpRequest, token: str, kept: dict[str, Any]) -> HttpResponse:
    data: dict[str, Any] = {}
    answers: dict[str, dict[str, Any]] = {}
    for step, make in _steps(kept).items():
        form = make(_as_data(kept))
        form.is_valid()
        if step.startswith(_ASKS):
            answers[step.removeprefix(_ASKS)] = form.cleaned_data
        else:
            data |= form.cleaned_data
    latitude, longitude = data["pair"] or (None, None)
    names = ("name", "about", "place_name", "zone", "language", "currency", "practices")
    draft = LocalDraft(latitude=latitude, longitude=longitude, **{name: data[name] for name in names})
    person = set_up_local(
        by=agents_queries.system(),
        draft=draft,
        steward=FirstSteward(data["steward_name"], data["steward_email"]),
        answers=answers,
        key=f"setup:{ids.digest(token)[:32]}",
    )
    request.session.pop(KEPT, None)
    sign_in(request, User.objects.get(agent=person))
    if data["sample"]:
        jobs.enqueue("website.sample_data")
    messages.success(request, _("%(name)s is ready.") % {"name": draft.name})
    return redirect("set_up")


def _page(request: HttpRequest, token: str, step: str, form: forms.Form) -> HttpResponse:
    answers = request.session.get(KEPT, {})
    here, names = reverse("setup", args=[token]), list(_steps(answers))
    at = names.index(step)
    asking = {f"{_ASKS}{practice.name}": practice for practice in _chosen(answers)}
    labels = {
        "begin": _("Begin"),
        "name": _("Name"),
        "place": _("Place"),
        "money": _("Money"),
        "practices": _("Together"),
        "steward": _("You"),
        **{name: practice.title for name, practice in asking.items()},
    }
    states = ["done" if i < at else "now" if i == at else "next" for i in range(len(names))]
    context = {
        "form": form,
        "step": step,
        "practice": asking.get(step),
        "steps": [
            {"label": labels[name], "state": state, "url": f"{here}?step={name}" if state == "done" else ""}
            for state, name in zip(states, names, strict=True)
        ],
        "back": f"{here}?step={names[at - 1]}" if at else "",
        "is_last": at == len(names) - 1,
        "has_world": step == "place" and bool(coordinates.zone_cities()),
        "maps": [(name, width, world.HEIGHT * width // world.WIDTH) for name, width in world.WIDTHS.items()],
    }
    return render(
        request, "website/setup.html", context, status=422 if form.errors and request.method == "POST" else 200
    )


def _pressed(typed: Mapping[str, Any], width: int) -> dict[str, Any]:
    """Where on the drawn world somebody pressed; a key press sends 0, 0 and changes nothing."""
    name = next(name for name, shown in world.WIDTHS.items() if shown == width)
    place = world.place_at(typed[f"{name}.x"], typed.get(f"{name}.y", ""), width)
    if place is None:
        return {}
    return {
        "pair": f"{place[0]:.1f}, {place[1]:.1f}",
        "zone": next(iter(coordinates.near_zones(*place)), ""),
        "is_chinese_map": False,
    }


def _as_data(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if value is not False}
