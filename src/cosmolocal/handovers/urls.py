"""Addresses of hand-overs, and who may come in."""

from django.urls import path

from cosmolocal.handovers.views import door, lists, lots, overview, packing, paper, receiving

app_name = "handovers"
urlpatterns = [
    path("", overview.home, name="home"),
    path("<int:pk>/receive/", receiving.receiving, name="receiving"),
    path("<int:pk>/receive/<int:producer>/", receiving.receive, name="receive"),
    path("<int:pk>/receive/extra/", receiving.extra, name="extra"),
    path("receipts/<int:pk>/correct/", receiving.correct, name="correct"),
    path("receipts/<int:pk>/give-back/", receiving.give_back, name="give_back"),
    path("receipts/<int:pk>/lose/", receiving.lose, name="lose"),
    path("<int:pk>/lots/", lots.lots, name="lots"),
    path("<int:pk>/lots/mix/", lots.mix, name="mix"),
    path("<int:pk>/lots/<int:lot>/divide/", lots.divide, name="divide"),
    path("<int:pk>/lots/<int:lot>/who/", lots.takers, name="takers"),
    path("<int:pk>/pack/", packing.packing, name="packing"),
    path("<int:pk>/pack/crates/", packing.make_crates, name="make_crates"),
    path("<int:pk>/pack/all/", packing.pack_all, name="pack_all"),
    path("<int:pk>/pack/weights/", packing.weights, name="weights"),
    path("crates/<int:pk>/", packing.crate, name="crate"),
    path("crates/<int:pk>/lines/<int:line>/", packing.tick, name="tick"),
    path("crates/<int:pk>/lines/<int:line>/lose/", packing.lose_packed, name="lose_packed"),
    path("crates/<int:pk>/close/", packing.close, name="close_crate"),
    path("<int:pk>/paper/", paper.key_in, name="key_in"),
    path("<int:pk>/paper/door/", paper.key_in_door, name="key_in_door"),
    path("<int:pk>/lists/", lists.lists, name="lists"),
    path("<int:pk>/labels/", lists.labels, name="labels"),
    path("<int:pk>/door/", door.door, name="door"),
    path("<int:pk>/door/close/", door.close, name="close"),
    path("crates/<int:pk>/hand-over/", door.hand_over, name="hand_over"),
    path("crates/<int:pk>/take-back/", door.take_back, name="take_back"),
    path("crates/<int:pk>/leave/", door.leave, name="leave"),
]
