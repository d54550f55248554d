"""The kernel: what every other part stands on, and nothing about food, money or people."""

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class KernelConfig(AppConfig):
    name = "cosmolocal.kernel"
    label = "kernel"

    def ready(self) -> None:
        upgrading = import_module("cosmolocal.kernel.upgrading")  # needs the models
        pre_migrate.connect(upgrading.begin, sender=self, dispatch_uid="kernel.upgrading.begin")
        post_migrate.connect(upgrading.end, sender=self, dispatch_uid="kernel.upgrading.end")
