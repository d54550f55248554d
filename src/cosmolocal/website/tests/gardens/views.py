"""Its pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cosmolocal.agents.pages import form_page
from cosmolocal.kernel.access import open_to
from cosmolocal.website.tests.gardens.how import HowForm, answers


@open_to("together")
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "look/empty.html", {"title": "Plots", "text": "All of them."})


@open_to("gardener")
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "look/empty.html", {"title": "Watering", "text": "Who waters when."})


@open_to("steward")
def how(request: HttpRequest) -> HttpResponse:
    return form_page(request, HowForm(request.POST or None, initial=answers), answers.update, title="How it works here")
