"""The year behind a demo: each round of it is there whole, or not at all."""

from datetime import date

import pytest

from cosmolocal.kernel import node
from cosmolocal.practices.shop import demo
from cosmolocal.practices.shop.models import OrderRound


def test_a_round_of_the_past_that_fails_half_way_leaves_nothing(village, monkeypatch) -> None:
    village.round()
    node.configure(is_demo=True)
    before = OrderRound.objects.count()

    def half(_place: object, _day: date) -> None:
        village.round()
        raise OSError

    monkeypatch.setattr(demo, "settled_round", half)
    with pytest.raises(OSError):
        demo.fill_demo_year()
    assert OrderRound.objects.count() == before
