"""Which mail goes out when, what a mail server's answer means, how long a letter is kept. Imports no Django."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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

DAYS, DAYS_OF_EVIDENCE, DAYS_OF_FILES = 60, 6 * 366, 60


@dataclass(frozen=True)
class Event:
    """A reason to write, and what it is called. `default`: how people are told who chose nothing; `may_refuse`: False
    for money and duty; `when_settled`: the job that learns the ids of letters that the server took, refused, or
    somebody told in person; `days`: how long such a letter is kept.
    """

    title: Any  # translatable words
    default: str
    may_refuse: bool
    when_settled: str = ""
    days: int = DAYS


def decide(known: Event, chosen: str | None, *, has_address: bool, mail_ready: bool, left: bool) -> str:
    """now, digest, off, no_address or no_mail for one kind of letter and one reader. "Off" means off."""
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
