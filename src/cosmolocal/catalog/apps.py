from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "cosmolocal.catalog"
    label = "catalog"
