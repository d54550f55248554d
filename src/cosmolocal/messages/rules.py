"""Which mail goes out when: one table of events, one function that decides every mail. Imports no Django."""

from dataclasses import dataclass

NOW, DIGEST, OFF = "now", "digest", "off"


@dataclass(frozen=True)
class Event:
    """A reason to write. `default`: how people are told who chose nothing; `may_refuse`: False for money and duty;
    `if_failed`: the job that learns the id of a letter the mail server refused.
    """

    default: str
    may_refuse: bool
    if_failed: str = ""


EVENTS: dict[str, Event] = {
    "round_open": Event(DIGEST, True),
    "round_closing": Event(NOW, True),
    "order_changed": Event(NOW, True),  # a shortage, a late change, a line that weighs less
    "order_ready": Event(NOW, True),
    "receipt": Event(DIGEST, True),
    "producer_order": Event(NOW, False, "shop.call_instead"),
    "payment": Event(NOW, True),
    "low_balance": Event(DIGEST, True),
    "join": Event(NOW, False),
    "duty": Event(NOW, True),
    "test": Event(NOW, False),
}


def decide(event: str, chosen: str | None, *, has_address: bool, mail_ready: bool, left: bool) -> str:
    """now, digest, off, no_address or no_mail for one event and one reader. "Off" means off."""
    known = EVENTS[event]
    how = chosen or known.default
    if how == OFF and not known.may_refuse:
        how = known.default
    if how == OFF or (left and known.may_refuse):
        return OFF
    if not has_address:
        return "no_address"
    return how if mail_ready else "no_mail"
