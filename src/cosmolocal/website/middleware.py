"""The door of the house: zone and language of the reader, who she is, whether she may enter, Refusals nobody caught."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import trans_real
from django_htmx.http import HttpResponseClientRedirect

from cosmolocal.agents import limits, sessions
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.queries import Reader
from cosmolocal.kernel import node
from cosmolocal.kernel.models import Node
from cosmolocal.kernel.operation import is_away, refusal_of
from cosmolocal.kernel.practices import installed, used_by
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.website import access, bodies, errors, incoming

ALONE = ("/healthz", "/readyz")  # answered by themselves, whether or not the database is there


class ReaderMiddleware:
    """Stands last, so that session, user and htmx are known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ALONE:
            return self.get_response(request)
        with node.at_home() as local:
            return self._answer(request, local)

    def _answer(self, request: HttpRequest, local: Node) -> HttpResponse:
        request.node = local  # type: ignore[attr-defined]
        request.reader = _reader(request)  # type: ignore[attr-defined]
        request.may_post_to = partial(_may_post_to, request.reader)  # type: ignore[attr-defined]
        language = _language(request, request.reader, local)  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = language
        with sessions.as_begun(request), translation.override(language):
            response = bodies.not_taken(request) or self.get_response(request)
            if response.status_code == 405 and request.method == "GET":
                response = HttpResponseRedirect(errors.page_above(request.path))
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        if request.reader.agent is not None:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Lets in, sends to sign-in, or refuses: by the access stated for the address."""
        match = request.resolver_match
        if match is None or request.path in ALONE:
            return None
        if (answer := incoming.too_long(request)) is not None:
            return answer
        if incoming.is_no_row(kwargs):
            raise Http404
        name = match.view_name
        if match.namespaces and match.namespaces[0] in _switched_off(request.node):  # type: ignore[attr-defined]
            raise Http404
        if request.node.ready_at is None and name not in access.BEFORE_SETUP:  # type: ignore[attr-defined]
            return render(request, "website/being_set_up.html", status=503)
        wanted = access.of_view(name, view)
        reader: Reader = request.reader  # type: ignore[attr-defined]
        request.may_post = agents_policy.may_enter(reader, wanted, "POST")  # type: ignore[attr-defined]
        if agents_policy.may_enter(reader, wanted, request.method or "GET"):
            return _counted(request) if reader.agent is None and request.method == "POST" else None
        if wanted == "setup":
            return HttpResponseClientRedirect("/") if getattr(request, "htmx", False) else HttpResponseRedirect("/")
        if wanted == "demo":
            raise Http404
        if reader.agent is None:
            return _to_sign_in(request)
        return errors.forbidden(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A Refusal that no view put into a form: its sentence on a page of its own."""
        if is_away(exception):
            return errors.away(request)
        if isinstance(exception, OperationalError) and (refusal := refusal_of(exception)):
            request.session.modified = False  # it could not be kept either
            return errors.refused(request, refusal)
        return errors.refused(request, exception) if isinstance(exception, Refusal) else None


def _counted(request: HttpRequest) -> HttpResponse | None:
    """What a stranger sends is counted, which is written down: here nobody else turns what went wrong into words."""
    try:
        return None if _still_patient(request) else render(request, "429.html", status=429)
    except OperationalError as error:
        if (refusal := refusal_of(error)) is None:
            raise
        return errors.refused(request, refusal)


def _may_post_to(reader: Reader, path: str) -> bool:
    """Would this reader pass the door of the address a button posts to? What is no address of ours asks by itself."""
    try:
        name = resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return True
    return agents_policy.may_enter(reader, access.stated(name), "POST")


def _switched_off(local: Node) -> set[str]:
    """Practices of this release that the local does not use: their pages are not there."""
    return {practice.name for practice in installed()} - {practice.name for practice in used_by(local)}


def _reader(request: HttpRequest) -> Reader:
    """Without a session cookie nobody needs to be looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return agents_queries.STRANGER
    return agents_queries.reader(request)


def _language(request: HttpRequest, reader: Reader, local: Node) -> str:
    """Chosen in this browser, else in the profile, else what the browser prefers, else the community's."""
    supported = dict(settings.LANGUAGES)
    chosen = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), reader.agent.language if reader.agent else ""]
    for code in filter(None, chosen):
        if code in supported:
            return code
    for code, _weight in trans_real.parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return trans_real.get_supported_language_variant(code)
        except LookupError:
            continue
    return local.language if local.language in supported else settings.LANGUAGE_CODE


def _still_patient(request: HttpRequest) -> bool:
    """Strangers may send 120 forms a minute from one address; single forms are stricter."""
    return limits.allow("stranger", limits.who(request), times=120, seconds=60)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here afterwards; a part of a page sends the whole page there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    if request.method == "POST":
        return errors.signed_out(request)
    return redirect_to_login(request.get_full_path())
