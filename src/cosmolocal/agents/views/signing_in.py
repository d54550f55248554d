"""Signing in: passkey, mailed code, or the code a steward showed or printed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url

from cosmolocal.agents import forms, limits, operations, queries, sessions
from cosmolocal.agents.adapters import passkeys_possible
from cosmolocal.agents.models import User
from cosmolocal.agents.pages import form_page
from cosmolocal.kernel.access import open_to
from cosmolocal.look.pages import page_of_ours


def sign_in(request: HttpRequest, user: User, *, lent_until: datetime | None = None) -> None:
    """Opens the session of somebody who has proved who she is (code, invitation, setup, demo)."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    sessions.lend(request, lent_until)
    record_authentication(request, user, method="code")


def own_passkeys(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that changes her passkeys: not for who borrowed her session."""

    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            sessions.require_own_way(request.user)
        return view(request, *args, **kwargs)

    return run


def page(request: HttpRequest) -> HttpResponse:
    """The three ways in."""
    if queries.reader(request).agent is not None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"form": forms.CodeForm(), "passkeys": passkeys_possible(request), "mail_ready": settings.MAIL_READY}
    return render(request, "agents/sign_in.html", {**context, "next": _target(request)})


@open_to("anyone")
def use_code(request: HttpRequest) -> HttpResponse:
    """A shown or printed code opens the door once; ten wrong ones an hour."""
    form, sender = forms.CodeForm(request.POST or None), limits.who(request)
    if form.is_valid() and not limits.allow("sign_in_code", sender, times=10, seconds=3600):
        return render(request, "429.html", status=429)

    def act(data: dict[str, Any]) -> str:
        code = data["code"]
        used = operations.use_sign_in_code(by=queries.system(), code=code, on_behalf_of=operations.holder_of(code))
        limits.forgive("sign_in_code", sender)
        sign_in(request, used.agent.user, lent_until=sessions.begun_by(used))
        return _target(request)

    return form_page(request, form, act, template="agents/use_code.html", next=_target(request))


def _target(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return page_of_ours(asked) or resolve_url(settings.LOGIN_REDIRECT_URL)
