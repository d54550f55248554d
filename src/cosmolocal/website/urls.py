"""Addresses of the website, and who may come in."""

from django.urls import path
from django.views.i18n import set_language

from cosmolocal.website.views import health, homes, setup

urlpatterns = [
    path("", homes.public, name="public"),
    path("home/", homes.home, name="home"),
    path("steward/", homes.steward, name="steward"),
    path("me/", homes.me, name="me"),
    path("setup/world.svg", setup.world_map, name="setup_world"),
    path("setup/<str:token>/", setup.wizard, name="setup"),
    path("steward/ready/", setup.done, name="set_up"),
    path("about/", health.about, name="about"),
    path("privacy/", health.privacy, name="privacy"),
    path("language/", set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
ACCESS = {
    "public": "anyone",
    "home": "signed_in",
    "steward": "steward",
    "me": "signed_in",
    "setup": "setup",
    "setup_world": "setup",
    "set_up": "steward",
    "about": "anyone",
    "privacy": "anyone",
    "set_language": "anyone",
    "healthz": "anyone",
    "readyz": "anyone",
}
