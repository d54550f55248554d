"""Letters that are a part of the deed they tell of: a row more in its transaction, and no deed of their own."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.languages import speaking_to
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Writing
from cosmolocal.money import queries
from cosmolocal.money.models import Account


def tell_paid_in(account: Account, amount: int, key: str = "") -> None:
    """To the holder of an account, within the deed that books it: a payment by bank has arrived (minor units)."""
    balance, writings = queries.balance(account).balance, []
    for reader in queries.readers_of(account.holder):
        with speaking_to(reader):
            words = {
                "amount": queries.format(amount, account.currency),
                "balance": queries.format(balance, account.currency),
                "name": account,
            }
            writings.append(
                Writing(
                    to_id=reader.pk,
                    event="paid_in",
                    subject=_("Your payment has arrived: %(amount)s") % words,
                    text=_("%(amount)s stands on the account of %(name)s. The balance is now %(balance)s.") % words,
                    url=reverse("money:account", args=[account.pk]),
                )
            )
    messages.send(by=agents_queries.system(), writings=writings, key=key)
