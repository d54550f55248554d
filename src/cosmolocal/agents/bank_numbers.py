"""Bank accounts as people write them: an IBAN is checked where it is typed, any other number is kept as it is."""

import re

from django.utils.translation import gettext as _

from cosmolocal.kernel import node
from cosmolocal.kernel.refusal import Refusal

LONGEST = 42
_AN_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9 ]*")
_SEPARATORS = re.compile(r"[\s.\-–/\u200b\u2060\ufeff]+")


def bank_number(text: str, field: str = "iban") -> str:
    """The number as it is kept: an IBAN in capitals and groups of four, others with single spaces; "" for none.

    What begins like an IBAN (two letters and two digits) must be one, and where the local keeps its books in euros
    everything: its bank pays to nothing else. Numbers of countries without IBANs (China, Korea) are not judged. Refuses
    agents.bad_iban, saying what is wrong.
    """
    plain = " ".join(text.split())
    bare = _SEPARATORS.sub("", plain.removeprefix("IBAN").removeprefix(":")).upper()
    if not bare:
        return ""
    if not (node.current().currency == "EUR" or _AN_IBAN.fullmatch(bare)):
        return plain[:LONGEST]
    if trouble := _trouble(bare):
        raise Refusal("agents.bad_iban", trouble, field)
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def _trouble(bare: str) -> str:
    """What is wrong with an IBAN without spaces; "" where nothing is."""
    # Whoever has no bank account to write down should not wait for the lists of all banks.
    from schwifty import IBAN, exceptions  # noqa: PLC0415

    if not _AN_IBAN.fullmatch(bare):
        return _("An IBAN begins with two letters for the country and two digits, such as ES91. Look at it again.")
    try:
        IBAN(bare)
    except exceptions.InvalidCountryCode:
        return _("No country has IBANs that begin with %(begin)s. Look at the first two letters.") % {"begin": bare[:2]}
    except exceptions.InvalidLength:
        facts = {"length": len(bare), "right": _length(bare[:2]), "country": bare[:2]}
        return (
            _("This IBAN has %(length)s letters and digits; those that begin with %(country)s have %(right)s.") % facts
        )
    except exceptions.InvalidStructure:
        return _("There is a letter where this IBAN has a digit, or the other way round. Perhaps an O stands for a 0.")
    except exceptions.InvalidChecksumDigits:
        return _("The check digits of this IBAN do not fit. A digit is wrong, or two have changed places.")
    except exceptions.SchwiftyException:
        return _("This IBAN names no bank that exists. Look at it again.")
    return ""


def _length(country: str) -> int:
    from schwifty import IBAN  # noqa: PLC0415

    return int(IBAN(f"{country}00", allow_invalid=True).spec.iban_length)
