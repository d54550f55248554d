"""Addresses of the website, and who may come in."""

from django.urls import path
from django.views.i18n import set_language

from cosmolocal.website.views import deeds, demo, errands, health, homes, looking_after, own, setup

urlpatterns = [
    path("", homes.public, name="public"),
    path("home/", homes.home, name="home"),
    path("steward/", homes.steward, name="steward"),
    path("me/", homes.me, name="me"),
    path("together/", homes.together, name="together"),
    path("together/<str:name>/<slug:to>/", homes.pin, name="pin"),
    path("setup/world.svg", setup.world_map, name="setup_world"),
    path("setup/<str:token>/", setup.wizard, name="setup"),
    path("steward/ready/", setup.done, name="set_up"),
    path("steward/local/", looking_after.settings, name="settings"),
    path("steward/practices/", looking_after.practices, name="practices"),
    path("steward/practices/<slug:name>/<slug:to>/", looking_after.switch_practice, name="switch_practice"),
    path("steward/stuck/", looking_after.troubles, name="troubles"),
    path("steward/stuck/<int:pk>/again/", looking_after.try_again, name="try_again"),
    path("steward/stuck/<int:pk>/rest/", looking_after.settle, name="settle_trouble"),
    path("deeds/", deeds.deeds, name="deeds"),
    path("deeds/<int:pk>/", deeds.deed, name="deed"),
    path("errands/<uuid:token>/", errands.errand, name="errand"),
    path("errands/<uuid:token>/file/", errands.file, name="errand_file"),
    path("me/data/", own.my_data, name="my_data"),
    path("me/leave/", own.leave, name="leave"),
    path("steward/leaves/<int:pk>/", own.note_leaving, name="note_leaving"),
    path("goodbye/", own.left, name="left"),
    path("demo/as/<slug:role>/", demo.act_as, name="demo_as"),
    path("about/", health.about, name="about"),
    path("privacy/", health.privacy, name="privacy"),
    path("language/", set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
