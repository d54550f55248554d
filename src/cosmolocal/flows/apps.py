from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "cosmolocal.flows"
    label = "flows"
