"""Which mail goes out when, what a mail server's answer means, how long a letter is kept. Imports no Django."""

from dataclasses import dataclass
from datetime import timedelta

NOW, DIGEST, OFF = "now", "digest", "off"
SENT, REFUSED, LATER, SERVER = "sent", "refused", "later", "server"

# A letter that the server took back ("later") is tried again after these; the last pause repeats.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 240, 360))
SERVER_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10))
LATE_AFTER = timedelta(minutes=30)  # who must know soon is told in person then, while the letter is still tried
GIVE_UP_AFTER = timedelta(days=3)

# RFC 4954: the server wants this node to sign in first, which no reader can mend.
_ASKS_TO_SIGN_IN = (530, 534, 535, 538)
_GOES_AWAY = 421  # RFC 5321, 3.8: said at any stage, the connection ends

CODE = "sign_in_code"
# A code to sign in is of use for minutes: tried again soon, as long as it opens anything.
CODE_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 30, 60))
CODE_CLAIMED_FOR = timedelta(seconds=45)
CODE_AT_MOST = timedelta(hours=1)  # no code is kept for longer, whatever is set

_DAYS, _DAYS_OF_EVIDENCE, DAYS_OF_FILES = 60, 6 * 366, 60


@dataclass(frozen=True)
class Event:
    """A reason to write. `default`: how people are told who chose nothing; `may_refuse`: False for money and duty;
    `when_settled`: the job that learns the ids of letters that the server took, refused, or somebody told in person;
    `days`: how long such a letter is kept.
    """

    default: str
    may_refuse: bool
    when_settled: str = ""
    days: int = _DAYS


EVENTS: dict[str, Event] = {
    "round_open": Event(DIGEST, True),
    "round_closing": Event(NOW, True),
    "order_changed": Event(NOW, True),  # a shortage, a late change, a line that weighs less
    "order_ready": Event(NOW, True),
    "receipt": Event(DIGEST, True),
    "producer_order": Event(NOW, False, "shop.hear_of_letters", days=_DAYS_OF_EVIDENCE),
    "payment": Event(NOW, True, days=_DAYS_OF_EVIDENCE),
    "low_balance": Event(DIGEST, True),
    "join": Event(NOW, False),
    "sign_in": Event(NOW, False),  # somebody else made a way in for her
    CODE: Event(NOW, False),  # nobody chooses it, and who asks for one has no other way to get it
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


def judge(code: int) -> str:
    """What a mail server's answer to MAIL, RCPT or DATA means: the letter is `REFUSED` for good, is to be tried
    `LATER`, or the `SERVER` takes no letter at all. 0: it said nothing, or hung up.
    """
    if code in _ASKS_TO_SIGN_IN or code == _GOES_AWAY:
        return SERVER
    if 500 <= code < 600:
        return REFUSED
    return LATER if 400 <= code < 500 else SERVER


def pause(tries: int, pauses: tuple[timedelta, ...] = PAUSES) -> timedelta:
    """How long to wait after the `tries`-th try (1 is the first)."""
    return pauses[min(max(tries, 1), len(pauses)) - 1]
