"""What the shop gives to the house."""

from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.practice import Practice
from cosmolocal.practices.shop import tasks

practice = Practice(
    name="shop",
    title=_("Shop"),
    urls="cosmolocal.practices.shop.urls",
    entry="shop:shop",
    timers=tasks.timers,
)
