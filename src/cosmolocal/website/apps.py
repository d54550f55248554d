from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "cosmolocal.website"
    label = "website"
