"""Asking for a mailed code: as often as people need one, and never so often that a stranger is a nuisance with it.

Three things are counted, the same whether anybody has the address: what one asker wants for one address, what one asker
wants at all, and what all strangers want for one address. A browser in which its owner has signed in before has a count
of its own, so no stranger can use it up.
"""

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context as here
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cosmolocal.agents import browsers, limits
from cosmolocal.agents.limits import Limit
from cosmolocal.kernel import ids

_HOUR, _DAY = 60 * 60, 24 * 60 * 60


class AskForCodeForm(RequestLoginCodeForm):
    """The form of allauth with limits and words of our own."""

    def clean_email(self) -> str:
        """The address; `form._user` is what the view of allauth goes on with."""
        email: str = self.cleaned_data["email"]
        users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
        self._user = users[0] if users else None
        own = browsers.number_for(here.request, self._user)
        if not limits.allow_all(_own(own) if own else _of_stranger(here.request, email.lower())):
            raise forms.ValidationError(
                _(
                    "Many codes were asked for in a short while. If one has come, use it in the window where you asked "
                    "for it. Otherwise try again in an hour, use a passkey, or ask a steward for a code."
                ),
                code="too_often",
            )
        return email


def _own(browser: str) -> list[Limit]:
    sender = _short(browser)
    return [Limit("mail_code_own", sender, 6, _HOUR), Limit("mail_code_own", sender, 20, _DAY)]


def _of_stranger(request: HttpRequest, address: str) -> list[Limit]:
    asker = limits.who(request)
    both, to = _short(f"{asker} {address}"), _short(address)
    return [
        Limit("mail_code", both, 5, _HOUR),
        Limit("mail_code", both, 10, _DAY),
        Limit("mail_code_asker", asker, 60, _HOUR),
        Limit("mail_code_to", to, 15, _HOUR),
        Limit("mail_code_to", to, 30, _DAY),
    ]


def _short(text: str) -> str:
    return ids.digest(text)[:24]
