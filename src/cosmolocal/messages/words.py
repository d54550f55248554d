"""What each kind of message is called on the screen."""

from django.utils.translation import gettext_lazy as _

EVENT_NAMES = {
    "round_open": _("An order round opens"),
    "round_closing": _("An order round closes soon and I have not ordered"),
    "order_changed": _("Something in my order changed"),
    "order_ready": _("My order is ready to collect"),
    "receipt": _("My receipt"),
    "producer_order": _("What is ordered from my farm"),
    "payment": _("A payment to or from me"),
    "low_balance": _("My balance runs low"),
    "join": _("Somebody asks to join, or I am welcomed"),
    "sign_in": _("Somebody made a code to sign in as me"),
    "sign_in_code": _("A code to sign in"),
    "duty": _("A task of mine"),
    "test": _("Test mails"),
}
