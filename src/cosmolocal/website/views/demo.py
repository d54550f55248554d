"""One click and you are somebody: in the demo only, absent everywhere else."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from cosmolocal.agents.demo import ROLES, mail_of
from cosmolocal.agents.models import User
from cosmolocal.agents.views.signing_in import sign_in
from cosmolocal.kernel.access import open_to
from cosmolocal.website.queries import local_of


@open_to("demo")
@require_POST
def act_as(request: HttpRequest, role: str) -> HttpResponse:
    """Signs in as the person of a role; `stranger` signs out."""
    if not (settings.DEMO and local_of(request).is_demo):
        raise Http404
    if role == "stranger":
        logout(request)
        return redirect("public")
    if role not in {code for code, _label, _who in ROLES}:
        raise Http404
    user = User.objects.filter(email=mail_of(role), is_active=True).first()
    if user is None:
        raise Http404
    logout(request)
    sign_in(request, user)
    return redirect("home")
