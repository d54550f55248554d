"""What the shop gives to the house."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.policy import MEMBER, PRODUCER
from cosmolocal.kernel.practices import LetGo, NavItem, Practice
from cosmolocal.messages.rules import DAYS_OF_EVIDENCE, DIGEST, NOW, Event
from cosmolocal.practices.shop import cards, demo, desk_cards
from cosmolocal.practices.shop.farms import strangers
from cosmolocal.practices.shop.orders.queries import swaps
from cosmolocal.practices.shop.rounds import asked
from cosmolocal.practices.shop.settling.operations import following
from cosmolocal.practices.shop.settling.queries import compared, uncharged

practice = Practice(
    name="shop",
    title=_("Shop"),
    icon="basket",
    offer=_("See what the farms bring this week, and where each price goes."),
    public=strangers.public,
    urls="cosmolocal.practices.shop.urls",
    entry="shop:home",
    desks=(NavItem("shop:farm", _("My farm"), "farm", (PRODUCER,)),),
    me=(NavItem("shop:orders", _("My orders"), "basket", (MEMBER,), _("orders, receipts, what I paid")),),
    settings="shop:settings",
    questions=asked.questions,
    letters={
        "round_open": Event(_("An order round opens"), DIGEST, True),
        "round_closing": Event(_("An order round closes soon and I have not ordered"), NOW, True),
        "order_changed": Event(_("Something in my order changed"), NOW, True),
        "order_ready": Event(_("My order is ready to collect"), NOW, True),
        "receipt": Event(_("My receipt"), DIGEST, True),
        "producer_order": Event(
            _("What is ordered from my farm"), NOW, False, "shop.hear_of_letters", days=DAYS_OF_EVIDENCE
        ),
        "at_farms_cost": Event(
            _("Money given back, or goods lost, at the cost of my farm"), DIGEST, False, days=DAYS_OF_EVIDENCE
        ),
    },
    parts=frozenset({"lines", "credits"}),
    lets_go=(LetGo("shop.Basket", "round__closes_at", timedelta(days=60)),),
    demo=demo.build_start,
    member_cards=cards.member_cards,
    steward_cards=desk_cards.steward_cards,
    door_notes=desk_cards.door_notes,
    still_open=desk_cards.still_open,
    called_off=desk_cards.called_off,
    book_pages=((_("Money given back"), "shop:given_back"),),
    also_about=swaps.also_about,
    wrong=compared.wrong,
    still_to_pay=uncharged.still_to_pay,
    goods_changed=following.goods_changed,
    unfinished=desk_cards.unfinished,
)
