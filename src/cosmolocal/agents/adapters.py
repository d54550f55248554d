"""How sign-in behaves here: invitation only, one account a person, mails through `messages`."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation or join request, never by an open form."""
        return False
