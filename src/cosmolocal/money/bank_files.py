"""Payments as the banks of the euro area read them: pain.001, checked against its schema before anybody sees it."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cosmolocal.kernel import node
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money.documents import agreed_contacts_of
from cosmolocal.money.models import Payment, PaymentList

if TYPE_CHECKING:
    from schwifty import IBAN


def is_offered(made: PaymentList) -> bool:
    """pain.001 is for euros that leave a bank account."""
    return made.currency.code == "EUR" and made.box.kind == "bank"


def pain001(made: PaymentList, payments: Sequence[Payment], on: date) -> bytes:
    """The file for the bank, to be paid on a day.

    Refuses money.other_bank_account, money.no_iban (naming who lacks one), money.no_iban_of_ours, money.bank_file.
    """
    # Only locals that pay in euros need these wheels, and they take 20 MB.
    from sepaxml import SepaTransfer  # noqa: PLC0415
    from sepaxml.validation import ValidationError  # noqa: PLC0415

    contacts = agreed_contacts_of(payments)
    sender = _iban(made.box.number)
    if sender is None:
        raise Refusal(
            "money.no_iban_of_ours",
            _("%(name)s has no valid IBAN. Write it on its page under Money, then try again.") % {"name": made.box},
        )
    file = SepaTransfer(
        {"name": node.current().name, "IBAN": sender.compact, "batch": True, "currency": "EUR"} | _bank(sender),
    )
    for payment in payments:
        name = str(payment.account)
        contact = contacts.get(payment.account.holder_id)
        receiver = _iban(contact.iban if contact else "")
        if receiver is None:
            raise Refusal(
                "money.no_iban",
                _("%(name)s has no valid IBAN. Write it in the contact, then try again.") % {"name": name},
            )
        file.add_payment(
            {
                "name": _latin(name, instead=f"Account {payment.account_id}"),
                "IBAN": receiver.compact,
                "amount": payment.amount,
                "execution_date": on,
                "description": _latin(payment.reference or made.name, instead=f"P{payment.pk}"),
                "endtoend_id": f"P{payment.pk}",
            }
            | _bank(receiver)
        )
    try:
        return bytes(file.export(validate=True))
    except ValidationError as error:
        raise Refusal(
            "money.bank_file", _("The bank's file could not be made. Take the list as CSV instead, and tell a steward.")
        ) from error


def _latin(text: str, instead: str) -> str:
    """The text where something of it is left in the letters that banks know; a name of pictures only is nothing."""
    from text_unidecode import unidecode  # type: ignore[import-untyped]  # noqa: PLC0415

    return text if unidecode(text).strip() else instead


def _iban(text: str) -> "IBAN | None":
    from schwifty import IBAN  # noqa: PLC0415
    from schwifty.exceptions import SchwiftyException  # noqa: PLC0415

    try:
        return IBAN(text)
    except SchwiftyException:
        return None


def _bank(iban: "IBAN") -> dict[str, str]:
    return {"BIC": iban.bic.compact} if iban.bic is not None else {}
