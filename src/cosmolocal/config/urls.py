"""Every address of the node: the website's, then each practice's under its own name."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from cosmolocal.agents.views import signing_in
from cosmolocal.config import bringing_back
from cosmolocal.kernel.practices import installed


def _when_asked(name: str) -> Callable[..., HttpResponse]:
    """A view of passkeys by its dotted name, loaded by the first who asks: its cryptography takes 10 MB of memory."""

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found: HttpResponse = import_string(name)(request, *args, **kwargs)
        return found

    return view


_OURS = "cosmolocal.agents.views.passkeys"
# The addresses of allauth.mfa.urls.
_SECOND_WAYS = [
    path("", _when_asked("allauth.mfa.base.views.index"), name="mfa_index"),
    path("authenticate/", _when_asked("allauth.mfa.base.views.authenticate"), name="mfa_authenticate"),
    path("reauthenticate/", _when_asked("allauth.mfa.base.views.reauthenticate"), name="mfa_reauthenticate"),
    path("webauthn/", _when_asked("allauth.mfa.webauthn.views.list_webauthn"), name="mfa_list_webauthn"),
    path("webauthn/add/", signing_in.own_passkeys(_when_asked(f"{_OURS}.add")), name="mfa_add_webauthn"),
    path("webauthn/login/", _when_asked("allauth.mfa.webauthn.views.login_webauthn"), name="mfa_login_webauthn"),
    path(
        "webauthn/reauthenticate/",
        _when_asked("allauth.mfa.webauthn.views.reauthenticate_webauthn"),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "webauthn/keys/<int:pk>/remove/",
        signing_in.own_passkeys(_when_asked(f"{_OURS}.remove")),
        name="mfa_remove_webauthn",
    ),
    path("webauthn/keys/<int:pk>/edit/", _when_asked(f"{_OURS}.rename"), name="mfa_edit_webauthn"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("account/login/", signing_in.page, name="account_login"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include(_SECOND_WAYS)),
    path("setup/bringing-back/", bringing_back.wait, name="bringing_back"),
    path("setup/<str:token>/bring-back/", bringing_back.choose, name="bring_back"),
    path("", include("cosmolocal.website.urls")),
    path("people/", include("cosmolocal.agents.urls")),
    path("messages/", include("cosmolocal.messages.urls")),
    path("money/", include("cosmolocal.money.urls")),
    path("catalog/", include("cosmolocal.catalog.urls")),
    path("handovers/", include("cosmolocal.handovers.urls")),
    path("paper/", include("cosmolocal.paper.urls")),
    path("look/", include("cosmolocal.look.urls")),
    *(path(f"{practice.name}/", include(practice.urls)) for practice in installed() if practice.urls),
]
handler400 = "cosmolocal.website.errors.bad_request"
handler403 = "cosmolocal.website.errors.forbidden"
handler404 = "cosmolocal.website.errors.not_found"
handler500 = "cosmolocal.website.errors.server_error"
