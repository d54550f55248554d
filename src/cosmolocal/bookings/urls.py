"""Addresses that a practice of this room has for its things and bookings, under its own name.

It has two besides, which these pages lead back to: `home` (all things) and `desk` (for who looks after them).
"""

from django.urls import path

from cosmolocal.bookings.views import booking, care, feeds, things

urlpatterns = [
    path("<int:pk>/", things.thing, name="thing"),
    path("<int:pk>/book/", booking.book, name="book"),
    path("<int:pk>/ask/", booking.ask, name="ask"),
    path("<int:pk>/edit/", care.edit, name="edit"),
    path("<int:pk>/repair/", care.repair, name="repair"),
    path("<int:pk>/introduce/", care.introduce, name="introduce"),
    path("<int:pk>/owner/", care.owner, name="owner"),
    path("<int:pk>/retire/", care.retire, name="retire"),
    path("introductions/<int:pk>/end/", care.end_introduction, name="end_introduction"),
    path("mine/", booking.mine, name="mine"),
    path("bookings/<int:pk>/", booking.booking, name="booking"),
    path("bookings/<int:pk>/confirm/", booking.confirm, name="confirm"),
    path("bookings/<int:pk>/change/", booking.change, name="change"),
    path("bookings/<int:pk>/cancel/", booking.cancel, name="cancel"),
    path("bookings/<int:pk>/cancel-rest/", booking.cancel_rest, name="cancel_rest"),
    path("bookings/<int:pk>/out/", booking.out, name="out"),
    path("bookings/<int:pk>/back/", booking.back, name="back"),
    path("bookings/<int:pk>/repaired/", care.repaired, name="repaired"),
    path("bookings/<int:pk>/damage/", booking.damage, name="damage"),
    path("bookings/<int:pk>/damage/settle/", booking.settle, name="settle"),
    path("calendar/<str:token>.ics", feeds.calendar, name="feed"),
    path("desk/add/", care.add, name="add"),
    path("desk/how/", care.how, name="how"),
    path("desk/inventory/", care.inventory, name="inventory"),
    path("desk/paper/", care.paper, name="paper"),
]
