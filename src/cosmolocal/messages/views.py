"""Pages of messages: how I want to be told, what the node sent, the test mail, and links without sign-in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cosmolocal.agents import pages
from cosmolocal.agents.models import Agent
from cosmolocal.agents.pages import actor, form_page
from cosmolocal.agents.queries import reader, system
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import delivery, kinds, links, listings, mailbox, operations, queries, rules
from cosmolocal.messages.forms import ChoiceForm, TestMailForm
from cosmolocal.messages.models import Letter, Preference


@open_to("signed_in")
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which letters somebody wants, and when."""
    by, behalf = actor(request), reader(request).on_behalf_of
    chosen = dict(Preference.objects.filter(agent=behalf or by).values_list("event", "how"))

    def act(data: dict[str, Any]) -> None:
        known = kinds.choices()
        changed = {
            event: how
            for event, how in data.items()
            if event in known and chosen.get(event, known[event].default) != how
        }
        operations.choose_many(by=by, choices=changed, on_behalf_of=behalf)

    form, said = ChoiceForm(request.POST or None, initial=chosen), _("Saved. We write to you as you chose.")
    return form_page(request, form, act, said=said, template="messages/preferences.html")


@open_to("steward")
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    """The steward's page: how the mail server does, letters that wait or did not arrive, a test mail."""
    form = TestMailForm(request.POST or None)
    said: tuple[bool, str] | None = None
    if request.method == "POST" and form.is_valid():
        said = delivery.try_server(form.cleaned_data["address"])
    context = {
        "form": form,
        "said": said,
        "server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if settings.MAIL_READY else "",
        "outlet": queries.outlet(),
        "waiting": queries.waiting(),
        "stuck": queries.stuck(),
        "is_any": Letter.objects.exists(),
        "keeps": mailbox.folder() is not None,
        "may_act": reader(request).has("steward"),
    }
    return render(request, "messages/post.html", context)


@open_to("steward")
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """All letters that are kept: searched, sorted, and those alone that reach nobody or wait."""
    return pages.listing_page(request, listings.letters, back=(reverse("messages:post"), _("Post")))


@open_to("steward")
@require_POST
def told(request: HttpRequest, letter_id: int) -> HttpResponse:
    """A steward told somebody in person what the letter says."""
    letter = get_object_or_404(Letter.objects.select_related("to"), pk=letter_id)
    said = _("Noted: %(name)s was told.") % {"name": letter.reader_name}
    return _press(request, operations.tell_in_person, said, letter=letter)


@open_to("steward")
@require_POST
def again(request: HttpRequest, letter_id: int) -> HttpResponse:
    """A steward has a letter tried once more."""
    letter = get_object_or_404(Letter.objects.select_related("to"), pk=letter_id)
    said = _("The letter to %(name)s is tried once more.") % {"name": letter.reader_name}
    return _press(request, operations.send_again, said, letter=letter)


@open_to("steward")
@require_POST
def let_go(request: HttpRequest, what: str) -> HttpResponse:
    """Mail that was held back goes out again: with the letters that wait (`all`), or only what is written from now."""
    if what not in ("all", "fresh"):
        raise Http404
    return _press(request, operations.let_go, _("Mail goes out again."), waiting=what == "all")


def _press(request: HttpRequest, do: Callable[..., object], said: str, **what: Any) -> HttpResponse:
    """One of the buttons of the page of letters; refused, its sentence stands on top of it."""
    page = reverse("messages:post")
    return pages.post(request, lambda key: do(by=actor(request), **what, key=key), to=page, said=said, refused_to=page)


@open_to("signed_in")
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter: the reader's own, or any for a steward; an auditor reads all."""
    me, who = actor(request), reader(request)
    found = get_object_or_404(Letter.objects.select_related("to").prefetch_related("enclosures"), pk=letter_id)
    own = {me.pk, who.household.pk if who.household else me.pk}
    if found.to_id not in own and not who.has("steward", "auditor"):
        raise Http404
    return render(request, "messages/letter.html", {"letter": found})


@open_to("steward")
def kept(request: HttpRequest) -> HttpResponse:
    if mailbox.folder() is None:
        raise Http404
    return render(request, "messages/kept.html", {"mails": mailbox.newest()})


@open_to("steward")
def kept_mail(request: HttpRequest, name: str) -> HttpResponse:
    found = mailbox.one(name)
    if found is None:
        raise Http404
    return render(request, "messages/kept_mail.html", {"mail": found})


@open_to("anyone")
@csrf_exempt  # one-click unsubscribing is posted by mail programs (RFC 8058); the signed token is the proof
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One page with one button. A GET never acts, since mail scanners open every link."""
    try:
        found = links.read(token)
    except Refusal as refusal:
        return render(request, "messages/link_dead.html", {"sentence": refusal.sentence}, status=410)
    person = get_object_or_404(Agent, pk=found.agent_id)
    if found.purpose != "unsubscribe":
        raise Http404
    events = [e for e, known in kinds.every().items() if known.may_refuse and found.subject in (e, "digest")]
    done = request.method == "POST"
    if done:
        operations.choose_many(by=system(), on_behalf_of=person, choices=dict.fromkeys(events, rules.OFF))
    names = [kinds.every()[event].title for event in events]
    return render(request, "messages/link.html", {"names": names, "done": done, "person": person})
