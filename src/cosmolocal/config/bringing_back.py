"""Setup by backup: a file is taken and checked; the watcher then stops the node, restores it, and starts the node.

Nobody may hold the database meanwhile, so the page only leaves the file where the watcher looks (`watch.Watch`).
"""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.config import aside, backup, restoring, watch
from cosmolocal.kernel import ids, node
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.pages import refused


class BackupForm(forms.Form):
    """A file that `backup` wrote."""

    file = forms.FileField(
        label=gettext_lazy("The backup"),
        help_text=gettext_lazy("A file that ends in .cosmolocal. It holds everything: people, books, pictures, keys."),
        error_messages={"required": gettext_lazy("Choose the file first.")},
        widget=forms.FileInput(attrs={"accept": backup.SUFFIX}),
    )
    passphrase = forms.CharField(
        label=gettext_lazy("Its passphrase"),
        help_text=gettext_lazy("Only where the backup was encrypted."),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


@open_to("setup")
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """The file is chosen, checked, and left for the watcher."""
    local = node.current()
    if not local.setup_digest or not constant_time_compare(local.setup_digest, ids.digest(token)):
        raise Http404
    form = BackupForm(request.POST, request.FILES) if request.method == "POST" else BackupForm()
    waiting = watch.waiting_backup(settings.HOME)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(form.cleaned_data["file"], form.cleaned_data["passphrase"], waiting)
        except Refusal as refusal:
            refused(form, refusal)
        except OSError as error:
            form.add_error(
                None,
                _("The file could not be kept: %(why)s. Make room on this computer, then send it once more.")
                % {"why": error.strerror or error},
            )
        else:
            return redirect("bringing_back")
    context: dict[str, Any] = {"form": form, "back": reverse("setup", args=[token])}
    return render(request, "website/restore.html", context, status=422 if form.errors else 200)


@open_to("setup")
def wait(request: HttpRequest) -> HttpResponse:
    """Looks every few seconds; when the local stands, the door sends everybody to its front page."""
    says = watch.refused_backup(settings.HOME)
    why = says.read_text() if says.exists() else ""
    if not why and not watch.waiting_backup(settings.HOME).exists():
        return render(request, "website/being_set_up.html", status=503)
    return render(request, "website/restoring.html", {"why": why})


def _keep(file: UploadedFile, passphrase: str, waiting: Path) -> None:
    """Checks the file before it gets the name that the watcher looks for; what was encrypted waits in the clear. Both
    lie in a folder that this process holds: where it is killed, the next upload, restore or start removes them.
    """
    aside.let_go(settings.HOME)
    with aside.folder(settings.HOME) as place:
        part, clear = place / "sent", place / "clear"
        with part.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        restoring.read_manifest(part, passphrase)
        restoring.decrypt(part, passphrase, clear)
        if restoring.is_of_a_demo(clear):
            raise Refusal(
                "backup.is_a_demo",
                _("This is a backup of a demo: everybody in it is invented. Bring back the backup of your own local."),
            )
        watch.refused_backup(settings.HOME).unlink(missing_ok=True)
        clear.replace(waiting)
