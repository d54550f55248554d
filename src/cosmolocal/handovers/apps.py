from django.apps import AppConfig


class HandoversConfig(AppConfig):
    name = "cosmolocal.handovers"
    label = "handovers"
