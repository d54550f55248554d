"""What an answer says: a sentence for the polite live region, a refusal at the field it is about."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django_htmx.http import trigger_client_event

from cosmolocal.kernel.refusal import Refusal

Response = TypeVar("Response", bound=HttpResponse)


def say(response: Response, sentence: str) -> Response:
    """Adds `sentence` to an htmx answer; the page's live region speaks it once."""
    trigger_client_event(response, "say", {"value": str(sentence)})
    return response


def refused(form: BaseForm, refusal: Refusal) -> None:
    """Puts a refusal where the person looks: at its field, or on top of the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, ValidationError(str(refusal.sentence), code=refusal.code))
