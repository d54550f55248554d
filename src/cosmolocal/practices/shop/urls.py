"""Addresses of the shop, and who may come in."""

from django.urls import URLPattern, path

from cosmolocal.practices.shop.door.views import at_the_door, given_back
from cosmolocal.practices.shop.farms.views import asked, own
from cosmolocal.practices.shop.orders.views import ordering, orders, shopping
from cosmolocal.practices.shop.rounds.views import draw, goods, steward
from cosmolocal.practices.shop.settling.views import figures, following, settle

app_name = "shop"

_member_pages: list[URLPattern] = [
    path("", shopping.home, name="home"),
    path("<int:pk>/", shopping.shop, name="shop"),
    path("<int:pk>/draw/", draw.draw, name="draw"),
    path("<int:pk>/basket/", shopping.basket, name="basket"),
    path("<int:pk>/basket/last/", shopping.last_week, name="last_week"),
    path("<int:pk>/basket/fill/", shopping.fill, name="fill"),
    path("<int:pk>/basket/as-ordered/", shopping.as_ordered, name="as_ordered"),
    path("<int:pk>/check/", ordering.check, name="check"),
    path("offers/<int:pk>/put/", shopping.put, name="put"),
    path("for/", shopping.buy_for, name="buy_for"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/receipt/", orders.receipt, name="receipt"),
    path("orders/<int:pk>/cancel/", orders.cancel, name="cancel"),
    path("lines/<int:pk>/", orders.line, name="line"),
    path("figures/", figures.figures, name="figures"),
]

_steward_pages: list[URLPattern] = [
    path("desk/", steward.rounds, name="rounds"),
    path("desk/new/", steward.plan, name="plan"),
    path("desk/settings/", steward.settings, name="settings"),
    path("desk/<int:pk>/", steward.desk, name="round_desk"),
    path("desk/<int:pk>/edit/", steward.edit, name="round_edit"),
    path("desk/<int:pk>/goods/", goods.goods, name="round_goods"),
    path("desk/<int:pk>/form/", goods.paper_form, name="order_form"),
    path("desk/<int:pk>/orders/", goods.orders, name="round_orders"),
    path("desk/<int:pk>/orders/<int:intent>/", goods.shortage, name="shortage"),
    path("desk/<int:pk>/farms/", asked.farms, name="round_farms"),
    path("desk/<int:pk>/farms/calls/", asked.call_list, name="call_list"),
    path("desk/<int:pk>/cancel/", steward.cancel, name="round_cancel"),
    path("desk/<int:pk>/reopen/", steward.reopen, name="reopen"),
    path("desk/<int:pk>/settle/", settle.settle, name="settle"),
    path("desk/<int:pk>/follow/", following.follow, name="follow"),
    path("desk/<int:pk>/pay/", settle.pay, name="pay"),
    path("desk/<int:pk>/do/<slug:name>/", steward.deed, name="deed"),
    path("desk/<int:pk>/door/<int:household>/", at_the_door.at_the_door, name="at_the_door"),
    path("desk/<int:pk>/door/<int:household>/late/", at_the_door.late, name="late"),
    path("desk/<int:pk>/extras/<int:receipt>/", at_the_door.offer_extra, name="offer_extra"),
    path("door/orders/<int:pk>/cash/", at_the_door.cash, name="cash"),
    path("door/orders/<int:pk>/cash/back/", at_the_door.cash_back, name="cash_back"),
    path("door/orders/<int:pk>/swap/", at_the_door.swap, name="swap"),
    path("desk/<int:pk>/swapped/", at_the_door.swapped, name="swapped"),
    path("door/lines/<int:pk>/credit/", at_the_door.credit, name="credit"),
    path("desk/given-back/", given_back.given_back, name="given_back"),
    path("desk/<int:pk>/given-back/", given_back.of_round, name="round_given_back"),
    path("farms/orders/<int:pk>/told/", asked.told, name="told"),
    path("farms/orders/<int:pk>/file/", asked.order_file, name="order_file"),
    path("farm/", own.farm, name="farm"),
    path("farm/offers/<int:pk>/", own.stock, name="stock"),
]
urlpatterns = [*_member_pages, *_steward_pages]
