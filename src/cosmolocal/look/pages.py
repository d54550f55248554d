"""What an answer says: a sentence for the polite live region, a refusal at the field it is about."""

from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from cosmolocal.kernel import ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.questions import how_read

Response = TypeVar("Response", bound=HttpResponse)
LONGEST_PATH = 2000


def say(response: Response, sentence: str) -> Response:
    """Adds `sentence` to an htmx answer; the page's live region speaks it once."""
    trigger_client_event(response, "say", {"value": str(sentence)})
    return response


def say_how_read(request: HttpRequest, form: BaseForm) -> None:
    """On top of the next page: numbers and days of this form that somebody else might read differently."""
    for words in how_read(form):
        messages.info(request, words)


def page_of_ours(wanted: object) -> str:
    """A path on this node that a form or an address names; empty for another host, and for what is no path at all."""
    is_path = isinstance(wanted, str) and wanted.startswith("/") and len(wanted) <= LONGEST_PATH
    return str(wanted) if is_path and url_has_allowed_host_and_scheme(str(wanted), allowed_hosts=None) else ""


def refused(form: BaseForm, refusal: Refusal) -> None:
    """Puts a refusal where the person looks: at its field, or on top of the form."""
    form.may_come_again = refusal.later  # type: ignore[attr-defined]
    sentence = str(refusal.sentence)
    if refusal.code == "kernel.key_reused" and "key" in form.fields:
        # The key that was used up would be refused for ever, and what was typed lost with it.
        sent = QueryDict(mutable=True)
        sent.update(form.data)  # type: ignore[arg-type]
        sent[form.add_prefix("key")] = ids.fresh_key()
        form.data = sent
        sentence = _("This page was sent before, and that is done. Press again to do this as well.")
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, ValidationError(sentence, code=refusal.code))


def status_of(form: BaseForm) -> int:
    """Of the page that shows this form: 503 where the same wish may be right in a moment, 422 where it is wrong."""
    if not form.errors:
        return 200
    return 503 if getattr(form, "may_come_again", False) else 422
