"""The kernel: what every other part stands on, and nothing about food, money or people."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from cosmolocal.kernel.triggers import protect_after_migrate


class KernelConfig(AppConfig):
    name = "cosmolocal.kernel"
    label = "kernel"

    def ready(self) -> None:
        # SQLite drops triggers silently whenever Django rebuilds a table, so they are made anew after each migrate.
        post_migrate.connect(protect_after_migrate, dispatch_uid="kernel.protect_after_migrate")
