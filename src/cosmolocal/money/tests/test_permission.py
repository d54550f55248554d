"""Money asks who you are, whatever the operation is called from which it is moved."""

import pytest

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.operation import operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.tests.village import Village, refused


@operation("tests.help_oneself")
def help_oneself(*, by: Agent, act: object, key: str = "") -> None:
    """An operation of another app that asks nobody."""
    act()


@pytest.mark.parametrize("deed", ["transfer", "transfer_many", "refund", "top_up", "pay_in_coins", "set_limits", "box"])
def test_an_operation_of_another_app_opens_no_door(village: Village, deed: str) -> None:
    own, fund, by = village.account(village.amina), queries.fund("goodwill"), village.amina
    acts = {
        "transfer": lambda: money.transfer(by=by, source=fund, target=own, amount=100, reason="gift", guard=False),
        "transfer_many": lambda: money.transfer_many(by=by, legs=[money.Leg(fund.pk, own.pk, 100)]),
        "refund": lambda: money.refund(by=by, source=fund, account=own, amount=100, reason="gift"),
        "top_up": lambda: money.top_up(by=by, account=own, box=village.bank, amount=100),
        "pay_in_coins": lambda: money.pay_in_coins(by=by, account=own, box=village.cash, amount=100),
        "set_limits": lambda: money.set_limits(by=by, account=own, warn_below=0, floor=-100_000),
        "box": lambda: money.open_box(by=by, kind="cash", name="Mine"),
    }
    with refused("agents.not_allowed"):
        help_oneself(by=by, act=acts[deed])
    assert village.has(village.amina) == 0


def test_nobody_opens_a_round_s_account_or_closes_her_own(village: Village) -> None:
    with refused("agents.not_allowed"):
        money.open_round_account(by=village.amina, name="Mine", code="round-mine")
    own = village.account(village.wei)
    with refused("money.to_oneself"):
        money.close_account(by=village.wei, account=own, reason="I leave")
    with refused("agents.not_allowed"):
        money.close_account(by=village.amina, account=own, reason="He leaves")
