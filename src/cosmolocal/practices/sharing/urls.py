"""Addresses of shared things: its own, and those that its room has for things and bookings."""

from django.urls import path

from cosmolocal.bookings.urls import urlpatterns as of_things
from cosmolocal.practices.sharing import views

app_name = "sharing"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("figures/", views.figures, name="figures"),
    path("gbfs/<str:name>.json", views.gbfs, name="gbfs"),
    *of_things,
]
