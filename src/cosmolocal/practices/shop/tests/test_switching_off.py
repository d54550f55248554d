"""The shop is switched off when nothing is promised in it any more, and what happened in it stays."""

import pytest

from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.tests.village import THURSDAY
from cosmolocal.website.operations import switch_practice
from cosmolocal.website.tests.gardening import gardens

__all__ = ["gardens"]


def switch_off(village):
    return switch_practice(by=village.people["Li Na"], name="shop", is_on=False)


def test_the_shop_stays_on_until_its_rounds_are_settled_and_its_farms_are_paid(village, steward, gardens):
    round = village.round()
    village.order(round, "Amina", {"Bread": 2})
    with pytest.raises(Refusal, match=f"Settle or cancel first: {round.name}"):
        switch_off(village)
    village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        with pytest.raises(Refusal, match="Settle or cancel first"):
            switch_off(village)
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        operations.settle_round(by=village.people["Li Na"], round=round)
        with pytest.raises(Refusal, match=f"Pay the farms first: {round.name}"):
            switch_off(village)
        operations.pay_producers(by=village.people["Wei Guo"], round=round, box=money_queries.boxes()[0])
        assert switch_off(village) == ["gardens"]
        assert steward.get("/shop/").status_code == 404
        account = money_queries.account_for(village.households["Amina"])
        assert round.name in steward.get(f"/money/accounts/{account.pk}/").content.decode()


def test_a_round_given_up_keeps_nothing_open(village, gardens):
    round = village.round()
    operations.cancel_round(by=village.people["Li Na"], round=round, reason="Rain")
    assert switch_off(village) == ["gardens"]
