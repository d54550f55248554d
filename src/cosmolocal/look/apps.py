"""Where the visual language registers with Django."""

from django.apps import AppConfig

from cosmolocal.look import sentences


class LookConfig(AppConfig):
    """Templates, tags, styles and form widgets; no tables."""

    name = "cosmolocal.look"
    label = "look"

    def ready(self) -> None:
        """Forms speak as the house does."""
        sentences.speak_plainly()
