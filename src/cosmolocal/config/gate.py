"""The gate of the web server: how many connections one address and all of them hold, and which makes room.

A connection costs a descriptor and some kilobytes before it has said a word, and no page sees it. So it is counted
when it is accepted. Knows no HTTP and no socket.
"""

from dataclasses import dataclass
from typing import Protocol

from cosmolocal.kernel import senders


class Line(Protocol):
    """A connection as the gate sees it."""

    def hang_up(self) -> None:
        """Closes it, after what it has still to say."""

    def cut(self) -> None:
        """Closes it now; what it has still to say is lost."""

    def unsent(self) -> int:
        """Bytes that wait to be read at the other end."""


@dataclass(frozen=True)
class Places:
    """How many connections there may be, and how long one may stay without using its place."""

    all: int = 4096
    of_one: int = 64  # sender; a trusted proxy brings many people and may hold all
    head_seconds: float = 15  # for the whole head of a request to come
    silent_seconds: float = 5  # then its place is given to a newcomer of the same sender, where hers are short
    hurried_seconds: float = 1  # the same, where the places of all are
    unread_seconds: float = 15  # over which an answer is read at `slowest` at least
    slowest: int = 1024  # bytes a second

    @classmethod
    def among(cls, files: int) -> "Places":
        """As many as fit where the process may open so many: half, since a burst is accepted before it is counted."""
        return cls(all=max(16, min(cls.all, files // 2)))


class Gate:
    """The connections that are open. Each is silent (its head has not come), busy (it is answered) or idle (it was).

    `now` is always the monotonic clock.
    """

    def __init__(self, places: Places, trusted: tuple[senders.Network, ...] = ()) -> None:
        self.places, self.trusted = places, trusted
        self.senders: dict[Line, str] = {}
        self.of: dict[str, set[Line]] = {}
        # Both in the order of time: the first has been so for longest.
        self.silent: dict[Line, float] = {}
        self.idle: dict[Line, float] = {}
        self.unread: dict[Line, tuple[float, int]] = {}  # line -> when it had so many bytes unsent

    def enters(self, line: Line, address: str, now: float) -> bool:
        """Whether there is a place for a new connection, when need be that of one which does not use its own."""
        sender = senders.home_of(address)
        most = self.places.all if senders.is_among(address, self.trusted) else self.places.of_one
        own = self.of.get(sender, ())
        if len(own) >= most:
            has_room = self._close_one_of(list(own), now - self.places.silent_seconds)
        elif len(self.senders) >= self.places.all:
            has_room = self._close_one(now - self.places.hurried_seconds)
        else:
            has_room = True
        if has_room:
            self.senders[line] = sender
            self.of.setdefault(sender, set()).add(line)
            self.silent[line] = now
        return has_room

    def leaves(self, line: Line) -> None:
        """The connection is closed, or about to be; nothing the second time."""
        sender = self.senders.pop(line, None)
        if sender is None:
            return
        for state in (self.silent, self.idle, self.unread):
            state.pop(line, None)
        self.of[sender].discard(line)
        if not self.of[sender]:
            del self.of[sender]

    def begins(self, line: Line, now: float) -> None:
        """First bytes of another head have come."""
        if self.idle.pop(line, None) is not None:
            self.silent[line] = now

    def asks(self, line: Line) -> None:
        """A head has come whole."""
        self.silent.pop(line, None)
        self.idle.pop(line, None)

    def answered(self, line: Line, now: float, *, has_begun: bool) -> None:
        """Nothing more is to be answered; `has_begun`: bytes of another head are here."""
        if line in self.senders:
            (self.silent if has_begun else self.idle)[line] = now
            self.waits(line, now)

    def waits(self, line: Line, now: float) -> None:
        """Something of an answer may wait to be read."""
        if line in self.senders and line not in self.unread and (unsent := line.unsent()):
            self.unread[line] = (now, unsent)

    def is_read(self, line: Line) -> None:
        """What waited has been read, as good as all of it."""
        self.unread.pop(line, None)

    def look(self, now: float) -> None:
        """Closes what has not used its place for too long. To be called about every second."""
        for line, since in list(self.silent.items()):
            if now - since < self.places.head_seconds:
                break
            del self.silent[line]
            line.hang_up()
        for line, (since, before) in list(self.unread.items()):
            unsent = line.unsent()
            if not unsent:
                del self.unread[line]
            elif now - since >= self.places.unread_seconds:
                if before - unsent < self.places.slowest * (now - since):
                    self.leaves(line)
                    line.cut()
                else:
                    self.unread[line] = (now, unsent)

    def _close_one(self, silent_since: float) -> bool:
        """Makes room for anybody: the one idle for longest goes, else the one silent for longest."""
        line = next((line for line in self.idle if line not in self.unread), None)
        if line is None:
            line = next((line for line, since in self.silent.items() if since <= silent_since), None)
        return self._close(line)

    def _close_one_of(self, own: list[Line], silent_since: float) -> bool:
        """The same among the connections of one sender."""
        idle = [line for line in own if line in self.idle and line not in self.unread]
        silent = [line for line in own if self.silent.get(line, silent_since + 1) <= silent_since]
        longest = min(idle, key=self.idle.__getitem__, default=None)
        return self._close(longest or min(silent, key=self.silent.__getitem__, default=None))

    def _close(self, line: Line | None) -> bool:
        if line is None:
            return False
        self.leaves(line)
        line.hang_up()
        return True
