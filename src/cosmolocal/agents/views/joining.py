"""How people come in: invitations by link, QR code and poster, and requests at the door."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cosmolocal.agents import forms, listings, operations, policy, queries
from cosmolocal.agents.limits import limited
from cosmolocal.agents.models import Invitation, JoinRequest, Role, User
from cosmolocal.agents.pages import actor, form_page, key_of, listing_page, post
from cosmolocal.agents.views.signing_in import sign_in
from cosmolocal.kernel import clock, ids, node
from cosmolocal.kernel.access import open_to
from cosmolocal.look.dates import format_day
from cosmolocal.paper import codes, downloads, pdf
from cosmolocal.paper.sheets import Poster

_TOKENS = "invitations"  # session: invitation id -> token, which is kept nowhere else


@open_to("steward")
def invitations(request: HttpRequest) -> HttpResponse:
    """The links that hold, and a new one."""
    reader = queries.reader(request)
    form = forms.InviteForm(request.POST or None)

    def act(data: dict[str, Any]) -> str:
        return _invite(request, role=data["role"], uses=data["uses"], days=data["days"], key=data["key"])

    open_ones = Invitation.objects.filter(uses_left__gt=0, expires_at__gt=clock.now()).select_related(
        "made_by", "household"
    )
    shown = open_ones if reader.has(*queries.SEES_ALL) else open_ones.filter(made_by=reader.agent)
    kept = request.session.get(_TOKENS, {})
    rows = [(invitation, str(invitation.pk) in kept) for invitation in shown.order_by("expires_at")[:200]]
    return form_page(request, form, act, template="agents/invitations.html", rows=rows, roles=dict(Role.Name.choices))


@open_to("household")
@require_POST
@limited("invite", times=20, seconds=3600)
def invite_home(request: HttpRequest) -> HttpResponse:
    """A member invites somebody into her own household."""
    reader = queries.reader(request)
    if reader.household is None:
        raise Http404
    return redirect(_invite(request, household=reader.household, key=key_of(request)))


@open_to("signed_in")
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Link and QR code of an invitation, to whoever made it, in this browser."""
    found, link = _get_invitation_or_404(request, pk)
    context = {"invitation": found, "link": link, "qr": codes.qr_svg(link, label=_("Invitation"))}
    return render(request, "agents/invitation.html", context)


@open_to("signed_in")
def poster(request: HttpRequest, pk: int) -> HttpResponse:
    """The same to hang up: PDF."""
    found, link = _get_invitation_or_404(request, pk)
    name = node.current().name
    sheet = Poster(
        title=_("Come and join us"),
        local=name,
        lines=[_("Good food from people we know."), _("Take your phone, look at the square, and say who you are.")],
        qr=link,
        footnote=_("Good until %(day)s.") % {"day": format_day(found.expires_at)},
    )
    return downloads.file(pdf.render(sheet), f"{name}-invitation.pdf", "application/pdf")


@open_to("signed_in")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a link useless."""
    reader = queries.reader(request)
    reach = Invitation.objects.all() if reader.has(policy.STEWARD) else Invitation.objects.filter(made_by=reader.agent)
    found = get_object_or_404(reach, pk=pk)
    return post(
        request,
        lambda key: operations.withdraw_invitation(by=actor(request), invitation=found, key=key),
        to="agents:invitations" if reader.has(policy.STEWARD) else "agents:household",
        said=_("The link is useless now."),
    )


@open_to("anyone")
@limited("accept", times=20, seconds=3600, counts_done=False)
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody opens an invitation and says who she is; then she is in."""
    found = operations.joining.invitation_of(token)
    if found is None:
        return render(request, "agents/invitation_over.html", status=404)

    def act(data: dict[str, Any]) -> str:
        # The key holds in this browser only: sent again from another one, it is another joining.
        data["key"] = salted_hmac("agents.accept", f"{data['key']}:{_browser_of(request)}").hexdigest()
        person = operations.accept_invitation(by=queries.system(), token=token, **data)
        sign_in(request, User.objects.get(agent=person))
        messages.success(request, _("Welcome, %(name)s!") % {"name": person.name})
        return reverse("home")

    local = node.current()
    lead = _("%(name)s invites you.") % {"name": found.made_by.name}
    if found.household:
        lead = _(
            "%(name)s invites you into the household %(household)s: one basket, one account. All of it read its orders "
            "and statements, you those from before too."
        ) % {"name": found.made_by.name, "household": found.household.name}
    title = _("Join %(local)s") % {"local": local.name}
    return form_page(request, forms.AcceptForm(request.POST or None), act, title=title, lead=lead, submit=_("Join"))


@open_to("anyone")
@limited("join", times=5, seconds=3600)
def ask(request: HttpRequest) -> HttpResponse:
    """A stranger asks to join."""
    return form_page(
        request,
        forms.AskForm(request.POST or None),
        lambda data: operations.ask_to_join(by=queries.system(), **data),
        to="agents:asked",
        title=_("Join %(local)s") % {"local": node.current().name},
        lead=_("Tell us who you are. A steward answers you, usually within a few days."),
        submit=_("Ask to join"),
        back=("/", _("Home")),
    )


@open_to("anyone")
def asked(request: HttpRequest) -> HttpResponse:
    """It has arrived."""
    return render(request, "agents/asked.html")


@open_to("steward")
def requests(request: HttpRequest) -> HttpResponse:
    """Who asks, oldest first; and what was answered lately."""
    answered = JoinRequest.objects.exclude(state="waiting").select_related("agent").order_by("-at")[:10]
    return listing_page(
        request,
        listings.requests,
        template="agents/requests.html",
        back=(reverse("steward"), _("To do")),
        answered=[(asked, _is_mailed(asked)) for asked in answered],
    )


@open_to("steward")
@require_POST
def welcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes: she becomes a member."""
    found = get_object_or_404(JoinRequest, pk=pk)
    is_back = request.POST.get("is_back") == "1"
    person = operations.welcome(by=actor(request), request=found, is_back=is_back, key=key_of(request))
    said = _("%(name)s is a member now. A mail says how to sign in; if it does not arrive, it stands under Post.")
    if not _is_mailed(found):
        said = _("%(name)s is a member now. Please tell them, and give them a code to sign in.")
    messages.success(request, said % {"name": person.name})
    return redirect("agents:person", pk=person.pk)


@open_to("steward")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """No, with a reason."""
    found = get_object_or_404(JoinRequest, pk=pk)

    def act(data: dict[str, Any]) -> None:
        operations.decline(by=actor(request), request=found, **data)
        said = _("It is noted. Your sentence goes to %(name)s by mail; if it does not arrive, it stands under Post.")
        if not _is_mailed(found):
            said = _("It is noted. Please tell %(name)s: %(phone)s")
        messages.success(request, said % {"name": found.name, "phone": found.phone or found.email})

    return form_page(
        request,
        forms.DeclineForm(request.POST or None),
        act,
        title=_("Say no to %(name)s") % {"name": found.name},
        submit=_("Say no"),
        danger=True,
        back=(reverse("agents:requests"), _("Who asks")),
    )


def _is_mailed(asked: JoinRequest) -> bool:
    return bool(settings.MAIL_READY and asked.email)


def _browser_of(request: HttpRequest) -> str:
    """What only this browser sends: the secret of its forms."""
    return request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")


def _invite(request: HttpRequest, **wish: Any) -> str:
    # From the page's key and the node's secret: the same page sent twice is one invitation with one link.
    secret = salted_hmac("agents.invite", f"{actor(request).pk}:{wish['key']}", algorithm="sha256").digest()
    token = urlsafe_base64_encode(secret[:18])
    made = operations.invite(by=actor(request), token=token, **wish)
    request.session[_TOKENS] = {**request.session.get(_TOKENS, {}), str(made.pk): token}
    return reverse("agents:invitation", args=[made.pk])


def _get_invitation_or_404(request: HttpRequest, pk: int) -> tuple[Invitation, str]:
    token = request.session.get(_TOKENS, {}).get(str(pk))
    if token is None:
        raise Http404
    found = get_object_or_404(Invitation, pk=pk, digest=ids.digest(token))
    return found, request.build_absolute_uri(reverse("agents:accept", args=[token]))
