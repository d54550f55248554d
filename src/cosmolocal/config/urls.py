"""Every address of the node: the website's, then each practice's under its own name."""

from django.urls import URLPattern, URLResolver, include, path

from cosmolocal.agents.views import signing_in
from cosmolocal.config import bringing_back
from cosmolocal.kernel.practice import installed

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/login/", signing_in.page, name="account_login"),
    path("account/", include("allauth.urls")),
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
ACCESS = {"bring_back": "setup", "bringing_back": "setup"}
handler400 = "cosmolocal.website.errors.bad_request"
handler403 = "cosmolocal.website.errors.forbidden"
handler404 = "cosmolocal.website.errors.not_found"
handler500 = "cosmolocal.website.errors.server_error"
