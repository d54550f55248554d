from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.apps import PracticeConfig


class ShopConfig(PracticeConfig):
    default = True  # of the two configs that this file names
    name = "cosmolocal.practices.shop"
    label = "shop"
    verbose_name = _("Order rounds")
