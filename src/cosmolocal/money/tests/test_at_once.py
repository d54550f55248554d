"""Two treasurers at the same moment: one of them does it, the other is told; the books hold either way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.tests.meeting import meet, only_postgres
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Payment, PaymentList, Review
from cosmolocal.money.tests.village import Village, build

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What came of each: `done` or the code of its refusal."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            together.wait()
            act()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.fixture
def village(transactional_db: None) -> Village:
    return build()


def agreed(village: Village) -> PaymentList:
    village.top_up(village.amina, 1000)
    made = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.bank, amount=1000)
    money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    return made


def test_a_payment_leaves_and_comes_back_once(village: Village) -> None:
    made = agreed(village)
    line = made.payments.get()
    outcome = at_once(
        lambda: money.confirm_list(by=village.wei, payment_list=made),
        lambda: money.confirm_payment(by=village.lin, payment=line),
        lambda: money.drop_payment_list(by=village.wei, payment_list=made, reason="no"),
    )
    assert outcome == ["done", "money.list_decided", "money.list_decided"]
    if Payment.objects.get().state == "paid":
        back = at_once(
            *[
                lambda who=who: money.return_payment(by=who, payment=line, reason="closed")
                for who in (village.wei, village.lin)
            ]
        )
        assert back == ["done", "money.not_paid"]
    assert (village.has(village.amina), village.in_box(village.bank)) == (1000, 1000)
    assert queries.balance(village.account(village.amina)).set_aside == 0


def test_an_entry_is_taken_back_once_and_an_unknown_payer_found_once(village: Village) -> None:
    village.top_up(village.amina, 1000)
    entry = Operation.objects.get(code="money.top_up")
    back = at_once(
        *[lambda who=who: money.undo(by=who, deed_id=entry.pk, reason="wrong") for who in (village.wei, village.lin)]
    )
    assert back == ["done", "flows.already_corrected"]
    came = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
    jo = village.account(village.jo)
    found = at_once(
        lambda: money.match_unmatched(by=village.wei, unmatched=came, account=jo),
        lambda: money.send_back(by=village.lin, unmatched=came, reason="paid twice"),
    )
    assert found == ["done", "money.more_than_came"]
    assert (village.fund("unmatched"), queries.sums_agree().difference) == (0, 0)


def test_two_who_count_at_once_find_the_same(village: Village) -> None:
    village.top_up(village.amina, 1000, village.cash)
    at_once(
        *[lambda who=who: money.count_cash(by=who, box=village.cash, counted=990) for who in (village.wei, village.lin)]
    )
    assert (village.in_box(village.cash), village.fund("drawer_difference")) == (990, -10)


def test_two_who_look_at_once_agree_once(village: Village) -> None:
    money.pay_cost(by=village.wei, fund_code="running", box=village.bank, amount=100)
    [look] = Review.objects.all()
    outcome = at_once(
        lambda: money.agree_entries(by=village.lin, looks=[look]),
        lambda: money.question_entry(by=village.li_na, look=look, reason="what for?"),
    )
    assert outcome in (["done", "done"], ["done", "money.looked_at"])
    look.refresh_from_db()
    assert look.state == "agreed"


@only_postgres
def test_nothing_is_set_aside_on_an_account_that_is_being_closed(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.top_up(village.amina, 1000)
    account = village.account(village.amina)

    def close() -> None:
        money.close_account(by=village.wei, account=account, reason="moved away")

    def pay_back() -> None:
        money.pay_back(by=village.lin, account=account, box=village.bank, amount=1000)

    assert meet(monkeypatch, Account, "save", close, pay_back) == ["done", "money.not_enough"]
    assert queries.balance(account).set_aside == 0
