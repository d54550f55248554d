"""Addresses of the visual language: the choice of light or dark, the page of samples."""

from django.urls import URLPattern, path

from cosmolocal.look import views

app_name = "look"
urlpatterns: list[URLPattern] = [
    path("", views.gallery, name="gallery"),
    path("sheet/", views.sheet, name="sheet"),
    path("theme/", views.theme, name="theme"),
]
