"""Are lots named so that people recognise them, and chosen so that they last?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.handovers import rules
from cosmolocal.handovers.rules import Free


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Huang Dacheng", "HD"), ("韦国农场", "韦国"), ("Lan", "LA"), ("", "XX"), ("Lake co-op, Liucheng 柳城", "LC")],
)
def test_initials(name, letters):
    assert rules.initials(name) == letters


def test_a_second_lot_of_the_same_letters_is_told_apart():
    day = date(2026, 11, 22)
    assert rules.lot_code(day, "Huang Dacheng") == "1122-HD"
    assert rules.lot_code(day, "He Dan", ["1122-HD"]) == "1122-HD-2"
    assert rules.lot_code(day, "Hu Dong", ["1122-HD", "1122-HD-2"]) == "1122-HD-3"


def test_the_first_lot_that_holds_enough_else_the_fullest():
    assert rules.choose_lot([Free(1, 100), Free(2, 900)], 500) == 2
    assert rules.choose_lot([Free(1, 600), Free(2, 900)], 500) == 1
    assert rules.choose_lot([Free(1, -50), Free(2, 100)], 500) == 2
    assert rules.choose_lot([], 5) is None


@pytest.mark.parametrize(
    ("promised", "came", "word"),
    [(10, 10, "right"), (10, 7, "short"), (10, 12, "over"), (10, 0, "none"), (0, 3, "unordered"), (0, 0, "none")],
)
def test_verdicts(promised, came, word):
    assert rules.verdict(promised, came) == word


@pytest.mark.parametrize(
    ("rest", "came", "is_scales"),
    [(0, 1000, False), (60, 1000, True), (61, 1000, False), (-60, 1000, True), (1, 10, False)],
)
def test_a_small_rest_is_the_scales(rest, came, is_scales):
    assert rules.is_weighing_difference(rest, came) == is_scales


moves = st.lists(
    st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(-500, 500)).map(
        lambda move: move if move[1] > 0 else (None, move[1])
    ),
    max_size=12,
)


@given(moves)
def test_what_lies_in_a_lot_is_of_its_receipts_to_the_last_unit(moves):
    left = rules.lies(moves)
    assert all(quantity >= 0 for quantity in left.values())
    assert sum(left.values()) == max(0, sum(change for _source, change in moves))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=5), st.integers(0, 2000))
def test_each_receipt_gives_of_what_leaves_in_proportion(came, leaves):
    left = rules.lies([*enumerate(came), (None, -leaves)])
    whole, gone = sum(came), min(leaves, sum(came))
    for number, quantity in enumerate(came):
        assert abs((quantity - left.get(number, 0)) * whole - quantity * gone) < max(whole, 1)
    assert sum(left.values()) == whole - gone


def test_what_left_before_it_was_written_down_is_of_what_comes_next():
    assert rules.lies([(None, -30), (1, 100), (2, 30), (None, -20)]) == {1: 56, 2: 24}
