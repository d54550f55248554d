from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "cosmolocal.messages"
    label = "local_messages"  # django.contrib.messages already has the plain one
    verbose_name = _("Letters")
