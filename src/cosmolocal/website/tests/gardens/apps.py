from django.apps import AppConfig


class GardensConfig(AppConfig):
    name = "cosmolocal.website.tests.gardens"
    label = "gardens"
