from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlowsConfig(AppConfig):
    name = "cosmolocal.flows"
    label = "flows"
    verbose_name = _("Single entries")
