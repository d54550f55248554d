"""Asking for a mailed code, and typing it: as often as people need, and never so often that a stranger is a nuisance.

Three things are counted, the same whether anybody has the address: what one asker wants for one address, what one asker
wants at all, and what all strangers want for one address. A browser in which its owner has signed in before has a count
of its own, so no stranger can use it up.
"""

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context as here
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cosmolocal.agents import browsers, limits
from cosmolocal.agents.limits import Limit
from cosmolocal.agents.models import User
from cosmolocal.kernel import ids

_HOUR, _DAY = 60 * 60, 24 * 60 * 60
_ASKED = "code_asked"  # session: for which user the waiting code was asked, and how she signed in then


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
        here.request.session[_ASKED] = [self._user.pk, _way_in(self._user)] if self._user else []
        return email


class TypeCodeForm(ConfirmLoginCodeForm):
    """The form of allauth for a code that ends when she signs out everywhere, or has another mail address."""

    def clean_code(self) -> str:
        """The code as it was typed, if it still opens."""
        code: str = super().clean_code()
        user_id, way_in = here.request.session.get(_ASKED) or (0, "")
        user = User.objects.filter(pk=int(user_id)).first()
        if user is None or _way_in(user) != way_in:
            raise forms.ValidationError(_("This code no longer opens anything. Ask for a new one."), code="ended")
        return code


def _way_in(user: User) -> str:
    return ids.digest(f"{user.email} {user.session_salt}")


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
