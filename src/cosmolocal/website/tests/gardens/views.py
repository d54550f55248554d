"""Its pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cosmolocal.kernel.access import open_to


@open_to("together")
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "look/empty.html", {"title": "Plots", "text": "All of them."})


@open_to("gardener")
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "look/empty.html", {"title": "Watering", "text": "Who waters when."})
