"""A bank account to which nothing was paid yet: somebody who did not write it says yes to that number."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import sessions
from cosmolocal.agents.models import Agent, Contact
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import policy, queries, rules
from cosmolocal.money.models import Payment, PaymentList


@operation("money.agree_number", said=gettext_lazy("said yes to a bank account"))
def agree_number(*, by: Agent, payment: Payment, mark: str, key: str = "") -> None:
    """Says yes to the bank account of a payee to which nothing was paid before the list; `mark` is of the number read.

    Treasurers, stewards, and who was asked about the list: never who wrote the number, nor the payee. Refuses:
    money.own_number, money.number_decided, agents.not_allowed, agents.session_lent, agents.right_too_new.
    """
    made = PaymentList.objects.select_for_update(of=("self",)).select_related("approval").get(pk=payment.list_id)
    policy.permit_number(by, made)
    sessions.require_own()
    line = Payment.objects.select_related("account__holder", "list__approval").get(pk=payment.pk)
    contact = Contact.objects.filter(agent=line.account.holder_id).first()
    now = rules.mark_of(contact.iban, contact.bank_name) if contact else ""
    if contact is None or now != mark or rules.number_state(line.paid_to, now) != "new":
        raise Refusal(
            "money.number_decided",
            _("This number was changed or decided a moment ago. Open the list again and read it once more."),
        )
    if not policy.may_agree_number(by, line, queries.writers_of([contact], made)[contact.pk]):
        raise Refusal(
            "money.own_number",
            _(
                "Somebody of another household has to look at this number: not who wrote it, not who gets the money, "
                "nor anybody who lives with them."
            ),
        )
    made.payments.filter(account__holder=line.account.holder_id, paid_to="").update(paid_to=now)
