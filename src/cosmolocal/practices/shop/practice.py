"""What the shop gives to the house."""

from django.utils.translation import gettext_lazy as _

from cosmolocal.kernel.practices import Practice
from cosmolocal.practices.shop import cards, desk_cards
from cosmolocal.practices.shop.queries import swaps

practice = Practice(
    name="shop",
    title=_("Shop"),
    urls="cosmolocal.practices.shop.urls",
    entry="shop:home",
    member_cards=cards.member_cards,
    steward_cards=desk_cards.steward_cards,
    door_notes=desk_cards.door_notes,
    still_open=desk_cards.still_open,
    book_pages=((_("Money given back"), "shop:given_back"),),
    also_about=swaps.also_about,
)
