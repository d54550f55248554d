"""Mails of django-allauth go by the outbox: tried again, and none is lost with a process."""

from datetime import timedelta
from typing import Any

from allauth.account import app_settings
from allauth.core import context as here
from django.contrib.sites.shortcuts import get_current_site

from cosmolocal.agents.adapters import AccountAdapter
from cosmolocal.kernel import clock, node
from cosmolocal.messages import codes

_CODE, _UNKNOWN = "account/email/login_code", "account/email/unknown_account"


class PostingAdapter(AccountAdapter):
    """Writes down what the worker sends."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The same work for an address that nobody here has, so that the time of an answer tells nothing: a code is
        made and written down for it too, and the worker throws it away.
        """
        if template_prefix == _UNKNOWN:
            template_prefix, context = _CODE, {**context, "code": self.generate_login_code()}
        request = here.request
        known = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        mail = self.render_mail(template_prefix, email, {**known, "local": node.current()})
        until = clock.now() + timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT)
        codes.write(email, str(mail.subject), str(mail.body), until=until)
