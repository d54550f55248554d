"""Where the visual language registers with Django."""

from django.apps import AppConfig


class LookConfig(AppConfig):
    """Templates, tags, styles and form widgets; no tables."""

    name = "cosmolocal.look"
    label = "look"
