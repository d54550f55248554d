"""What the pages of people share: who acts, one form a page, a plain deed that may be refused."""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cosmolocal.agents import queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import errands, ids
from cosmolocal.kernel.errands import Wish
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.answers import refused, status_of
from cosmolocal.look.forms import KeyedForm
from cosmolocal.paper import downloads

AT_ONCE = {"csv": 1000, "xlsx": 1000, "xml": 1000, "pdf": 200}  # rows that take about half a second


def actor(request: HttpRequest) -> Agent:
    """Who does it; the door has let in only somebody signed in."""
    agent = queries.reader(request).agent
    if agent is None:
        raise LookupError("this page states an access that lets strangers in")
    return agent


def one_form(
    request: HttpRequest,
    form: KeyedForm,
    act: Callable[[dict[str, Any]], str],
    *,
    template: str = "look/form.html",
    **context: Any,
) -> HttpResponse:
    """Shows the form; when valid, `act(cleaned_data)` does it and returns where to go. A Refusal lands in the form."""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(act(form.cleaned_data))
        except Refusal as refusal:
            refused(form, refusal)
    return render(request, template, {"form": form, **context}, status=status_of(form))


def deed(request: HttpRequest, act: Callable[[str], object], target: str, said: str) -> HttpResponse:
    """A button without a form: does it with the idempotency key of the page, says so, goes back."""
    act(request.POST.get("key") or ids.fresh_key())
    messages.success(request, said)
    return redirect(target)


def long_work(request: HttpRequest, wish: Wish) -> HttpResponse:
    """Has the worker do it, and shows how far it is. A file may be asked for by a link: the books stay as they are."""
    made = errands.ask(wish, by_id=actor(request).pk, key=request.POST.get("key") or ids.fresh_key())
    return redirect("errand", made.pk)


def file(
    request: HttpRequest, wish: Wish, *, kind: str, rows: int, kinds: Collection[str] = downloads.TYPES
) -> HttpResponse:
    """The file that an errand makes: at once where it has few rows, else by the worker. Not one of `kinds`: 404."""
    if kind not in kinds:
        raise Http404
    if rows > AT_ONCE[kind]:
        return long_work(request, wish)
    made = errands.at_once(wish, by_id=actor(request).pk)
    return downloads.file(made.data, made.name, made.content_type, inline=kind == "pdf")
