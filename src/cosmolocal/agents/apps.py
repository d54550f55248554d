"""People, households, circles, organisations and places."""

from datetime import UTC, datetime

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.writer import as_upgrade


class AgentsConfig(AppConfig):
    name = "cosmolocal.agents"
    label = "agents"
    verbose_name = _("People and groups")

    def ready(self) -> None:
        # Every operation is done by somebody, also the very first one: the node itself exists before anyone else.
        post_migrate.connect(_node_itself, sender=self, dispatch_uid="agents.node_itself")


def _node_itself(sender: AppConfig, using: str = "default", **options: object) -> None:
    if "agents_agent" not in connections[using].introspection.table_names():
        return
    agents = sender.get_model("Agent")._default_manager.using(using)
    if not agents.filter(kind="system").exists():
        with as_upgrade(using):
            agents.get_or_create(kind="system", defaults={"name": "cosmolocal", "created_at": _long_ago()})


def _long_ago() -> datetime:
    return datetime(2000, 1, 1, tzinfo=UTC)
