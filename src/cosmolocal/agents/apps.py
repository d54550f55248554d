from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "cosmolocal.agents"
    label = "agents"
