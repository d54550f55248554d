"""The gate: one address holds so many connections, all of them hold so many, and who does not use her place goes."""

import pytest

from cosmolocal.config.gate import Gate, Places
from cosmolocal.kernel import senders

pytestmark = pytest.mark.once
FEW = Places(all=6, of_one=3, head_seconds=15, silent_seconds=5, hurried_seconds=1)


class Line:
    """A connection that remembers how it ended."""

    def __init__(self, unsent: int = 0) -> None:
        self.left, self.end = unsent, ""

    def hang_up(self) -> None:
        self.end = "closed"

    def cut(self) -> None:
        self.end = "cut"

    def unsent(self) -> int:
        return self.left


def enter(gate: Gate, count: int, address: str = "192.0.2.1", now: float = 0) -> list[Line]:
    lines = [Line() for _number in range(count)]
    assert [gate.enters(line, address, now) for line in lines] == [True] * count
    return lines


def test_one_address_has_so_many_and_another_comes_in() -> None:
    gate = Gate(FEW)
    lines = enter(gate, 3)
    assert not gate.enters(Line(), "192.0.2.1", 1)
    assert not gate.enters(Line(), "::ffff:192.0.2.1", 1)
    enter(gate, 1, "192.0.2.2")
    gate.leaves(lines[0])
    gate.leaves(lines[0])
    enter(gate, 1)


def test_of_ipv6_one_home_is_one_address() -> None:
    gate = Gate(FEW)
    for number in range(3):
        enter(gate, 1, f"2001:db8::{number}")
    assert not gate.enters(Line(), "2001:db8::ffff:1", 1)
    enter(gate, 1, "2001:db8:0:1::1")


def test_a_trusted_proxy_brings_many_people() -> None:
    gate = Gate(FEW, senders.networks("127.0.0.1,::1"))
    enter(gate, 6, "127.0.0.1")
    assert not gate.enters(Line(), "127.0.0.1", 0.5)


def test_where_places_are_short_the_one_idle_for_longest_goes_first() -> None:
    gate = Gate(FEW)
    busy, early, late = enter(gate, 3)
    for line, now in ((early, 1.0), (late, 2.0)):
        gate.asks(line)
        gate.answered(line, now, has_begun=False)
    gate.asks(busy)
    enter(gate, 1, now=3)
    assert (busy.end, early.end, late.end) == ("", "closed", "")
    gate.begins(late, 3)
    assert not gate.enters(Line(), "192.0.2.1", 4)


def test_a_place_that_was_silent_for_some_seconds_is_given_to_a_newcomer() -> None:
    gate = Gate(FEW)
    silent = enter(gate, 1)[0]
    later = enter(gate, 2, now=3)
    assert not gate.enters(Line(), "192.0.2.1", 4)
    enter(gate, 1, now=5)
    assert (silent.end, later[0].end) == ("closed", "")


def test_when_all_places_are_taken_the_silent_make_room_sooner() -> None:
    gate = Gate(FEW)
    first = enter(gate, 3, now=0)
    enter(gate, 3, "192.0.2.2", now=0)
    assert not gate.enters(Line(), "192.0.2.3", 0.5)
    enter(gate, 1, "192.0.2.3", now=1)
    assert first[0].end == "closed"


def test_the_head_has_to_come_in_time() -> None:
    gate = Gate(FEW)
    slow, asked = enter(gate, 2)
    gate.asks(asked)
    gate.look(14)
    assert slow.end == ""
    gate.look(15)
    assert (slow.end, asked.end) == ("closed", "")
    gate.answered(asked, 15, has_begun=True)
    gate.look(30)
    assert asked.end == "closed"


def test_an_answer_has_to_be_read_and_is_never_cut_to_make_room() -> None:
    gate = Gate(FEW)
    reader, sleeper, third = enter(gate, 3)
    for line in (reader, sleeper):
        line.left = 100_000
        gate.asks(line)
        gate.answered(line, 0, has_begun=False)
    gate.asks(third)
    assert not gate.enters(Line(), "192.0.2.1", 10)
    reader.left -= 16_000
    gate.look(15)
    assert (reader.end, sleeper.end) == ("", "cut")
    gate.look(29)
    reader.left = 0
    gate.look(30)
    assert reader.end == ""
    enter(gate, 2, now=31)
    assert reader.end == "closed"


def test_there_are_fewer_places_than_files() -> None:
    assert Places.among(10_000).all == Places.all
    assert Places.among(1024 - 256).all == 384
