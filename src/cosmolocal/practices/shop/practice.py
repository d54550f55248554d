"""What the shop gives to the house."""

from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.practice import Practice

practice = Practice(name="shop", title=_("Shop"), urls="cosmolocal.practices.shop.urls")
