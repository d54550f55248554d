from django.apps import AppConfig


class NodeConfig(AppConfig):
    name = "cosmolocal.config"
    label = "config"
