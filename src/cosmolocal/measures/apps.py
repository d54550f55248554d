from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "cosmolocal.measures"
    label = "measures"
