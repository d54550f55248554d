"""Payments as the banks of the euro area read them: pain.001, checked against its schema before anybody sees it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, node
from cosmolocal.kernel.lines import composed
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money.documents import agreed_contacts_of
from cosmolocal.money.models import Payment, PaymentList

if TYPE_CHECKING:
    from schwifty import IBAN

_MADE_AT = re.compile(rb"<CreDtTm>[^<]*<")


NAME, WORDS = 70, 140  # letters that a bank keeps of a name, and of the words for the payee
_NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_SPELLINGS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "ø": "oe",
        "Ø": "OE",
        "œ": "oe",
        "Œ": "OE",
        "å": "aa",
        "Å": "AA",
        "þ": "th",
        "Þ": "TH",
        "&": "+",
        "@": "(at)",
        "€": "EUR",
        "_": "-",
        "*": ".",
        "#": ".",
        "$": ".",
        "%": ".",
        "|": "/",
        "\\": "/",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "<": "(",
        ">": ")",
        "“": "'",
        "”": "'",
        '"': "'",
        "`": "'",
        ";": ",",
        "!": ".",
        "^": ".",
        "=": ".",
        "~": "-",
    }
)


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
        {"name": letters(node.current().name, "Local", NAME), "IBAN": sender.compact, "batch": True, "currency": "EUR"}
        | _bank(sender),
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
                "name": letters(name, f"Account {payment.account_id}", NAME),
                "IBAN": receiver.compact,
                "amount": payment.amount,
                "execution_date": on,
                "description": letters(payment.reference or made.name, f"P{payment.pk}", WORDS),
                "endtoend_id": f"P{payment.pk}",
            }
            | _bank(receiver)
        )
    try:
        return _MADE_AT.sub(_now(), bytes(file.export(validate=True)))
    except ValidationError as error:
        raise Refusal(
            "money.bank_file", _("The bank's file could not be made. Take the list as CSV instead, and tell a steward.")
        ) from error


def _now() -> bytes:
    """When the file was made, on the wall clock here; the library writes that of the machine."""
    return f"<CreDtTm>{clock.wall(clock.now()):%Y-%m-%dT%H:%M:%S}<".encode()


def letters(text: str, instead: str, longest: int) -> str:
    """`text` in the letters that every bank of SEPA must take (a-z A-Z 0-9 / - ? : ( ) . , ' + and the space), at most
    `longest` of them; `instead` where nothing is left, as of a name of pictures.

    By the European Payments Council's guidance on character sets (EPC217-08) and the implementation guidelines: what
    has a usual spelling gets that, other signs a full stop or nothing; no slash at either end, nor two in a row.
    """
    from text_unidecode import unidecode  # type: ignore[import-untyped]  # noqa: PLC0415

    spelled = unidecode(composed(text, "NFKC").translate(_SPELLINGS))
    plain = re.sub("/{2,}", "/", _NOT_SEPA.sub(" ", spelled))
    cut = " ".join(plain.split())[:longest].strip(" /")
    return cut if re.search("[A-Za-z0-9]", cut) else instead


def _iban(text: str) -> "IBAN | None":
    from schwifty import IBAN  # noqa: PLC0415
    from schwifty.exceptions import SchwiftyException  # noqa: PLC0415

    try:
        return IBAN(text)
    except SchwiftyException:
        return None


def _bank(iban: "IBAN") -> dict[str, str]:
    return {"BIC": iban.bic.compact} if iban.bic is not None else {}
