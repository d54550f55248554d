"""Are lots named so that people recognise them, and chosen so that they last?"""

from datetime import date

import pytest

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
