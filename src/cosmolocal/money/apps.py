from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "cosmolocal.money"
    label = "money"
