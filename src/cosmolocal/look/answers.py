"""What an answer says aloud: one sentence for the polite live region after a partial update."""

from typing import TypeVar

from django.http import HttpResponse
from django_htmx.http import trigger_client_event

Response = TypeVar("Response", bound=HttpResponse)


def say(response: Response, sentence: str) -> Response:
    """Adds `sentence` to an htmx answer; the page's live region speaks it once."""
    trigger_client_event(response, "say", {"value": str(sentence)})
    return response
