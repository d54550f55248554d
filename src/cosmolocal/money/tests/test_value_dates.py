"""Every fact of money keeps the day on which it happened; a closed month stays as it was."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from cosmolocal.kernel import clock
from cosmolocal.kernel.models import Operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Payment, PaymentList
from cosmolocal.money.tests.test_pages import as_, deed
from cosmolocal.money.tests.village import Village, refused


def at(day: int, hour: int = 4, month: int = 9) -> datetime:
    """A moment of autumn 2026; 4 h UTC is noon in Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def totals(day: date) -> dict[str, int]:
    sheet = queries.balance_sheet(day)
    assert sheet.difference == 0
    return {group.code: group.total for group in (*sheet.assets, *sheet.claims) if group.total}


def agreed_list(village: Village) -> PaymentList:
    """180 of Amina's 300 are owed to the farm since the 3rd; the list of the 4th is agreed."""
    with clock.frozen_at(at(3)):
        village.top_up(village.amina, 30000)
        farm = village.account(village.farm, "producer")
        money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="order")
    with clock.frozen_at(at(4)):
        lines = [money.PaymentDraft(farm.pk, 10000), money.PaymentDraft(farm.pk, 8000)]
        made = money.make_payment_list(by=village.wei, lines=lines, box=village.bank, name="Farms")
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    return made


def test_a_payment_stands_on_the_day_the_bank_paid_it_and_on_the_day_it_came_back(village: Village) -> None:
    made = agreed_list(village)
    first, second = made.payments.all()
    with clock.frozen_at(at(20)):
        money.confirm_payment(by=village.wei, payment=first, at=at(7))
        money.confirm_list(by=village.wei, payment_list=made, at=at(8))
        with refused("money.before_it"):
            money.return_payment(by=village.wei, payment=second, reason="closed", at=at(7))
        with refused("money.not_yet"):
            money.return_payment(by=village.wei, payment=second, reason="closed", at=at(21))
        money.return_payment(by=village.wei, payment=second, reason="closed", at=at(11))
    assert [totals(date(2026, 9, day)).get("producers", 0) for day in (6, 7, 8, 10, 11)] == [
        18000,
        8000,
        0,
        0,
        8000,
    ]
    assert [totals(date(2026, 9, day))["bank"] for day in (6, 7, 8, 10, 11)] == [30000, 20000, 12000, 12000, 20000]


def test_late_news_of_a_closed_month_stand_today_with_their_day(village: Village) -> None:
    """Paid on the 28th and back on the 30th, both told in October: September stays; October shows when it was."""
    made = agreed_list(village)
    september = queries.balance_sheet(date(2026, 9, 30))
    with clock.frozen_at(at(3, month=10)):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        money.confirm_list(by=village.wei, payment_list=made, at=at(28))
        line = Payment.objects.first()
        with refused("money.before_it"):
            money.return_payment(by=village.wei, payment=line, reason="closed", at=at(27))
        money.return_payment(by=village.wei, payment=line, reason="closed", at=at(30))
    assert queries.balance_sheet(date(2026, 9, 30)) == september
    lines = queries.box_statement(village.bank, date(2026, 10, 1), date(2026, 10, 31)).lines
    assert [(line.on.day, line.value_on, line.amount) for line in lines] == [
        (3, date(2026, 9, 28), -10000),
        (3, date(2026, 9, 28), -8000),
        (3, date(2026, 9, 30), 10000),
    ]
    assert totals(date(2026, 10, 3))["producers"] == 10000


def test_nothing_counts_before_what_it_follows(village: Village) -> None:
    """The payment counts on 3 October for 28 September; what came back on the 1st cannot lower the bank before it."""
    made = agreed_list(village)
    with clock.frozen_at(at(3, month=10)):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        money.confirm_list(by=village.wei, payment_list=made, at=at(28))
    with clock.frozen_at(at(6, month=10)):
        money.return_payment(by=village.wei, payment=Payment.objects.first(), reason="closed", at=at(1, month=10))
    assert totals(date(2026, 10, 2)) == totals(date(2026, 9, 30))
    last = queries.box_statement(village.bank, date(2026, 10, 1), date(2026, 10, 31)).lines[-1]
    assert (last.on, last.value_on, last.amount) == (date(2026, 10, 3), date(2026, 10, 1), 10000)


def test_a_returned_debit_is_taken_back_on_its_day_and_never_before_it_came(village: Village) -> None:
    with clock.frozen_at(at(10, hour=9)):
        village.top_up(village.amina, 5000)
    [entry] = Operation.objects.filter(code="money.top_up")
    with clock.frozen_at(at(20)):
        with refused("money.before_it"):
            money.undo(by=village.wei, deed_id=entry.pk, reason="returned", at=at(9))
        # Noon of the same day would be before the entry of five in the afternoon.
        money.undo(by=village.wei, deed_id=entry.pk, reason="wrong member", at=at(10))
    lines = queries.statement(village.account(village.amina), date(2026, 9, 10), date(2026, 9, 10)).lines
    assert [(line.amount, line.balance, line.value_on) for line in lines] == [(5000, 5000, None), (-5000, 0, None)]
    assert totals(date(2026, 9, 10)) == {}


def test_an_unknown_payer_is_found_on_a_day_and_never_before_the_money_came(village: Village) -> None:
    with clock.frozen_at(at(3, month=10)):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        late = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900, at=at(28))
        new = money.top_up_unmatched(by=village.wei, box=village.bank, amount=400, at=at(2, month=10))
    amina = village.account(village.amina)
    with clock.frozen_at(at(6, month=10)):
        with refused("money.before_it"):
            money.match_unmatched(by=village.wei, unmatched=new, account=amina, at=at(1, month=10))
        money.match_unmatched(by=village.wei, unmatched=new, account=amina, amount=100, at=at(2, month=10))
        new.refresh_from_db()
        money.send_back(by=village.wei, unmatched=new, reason="paid twice", at=at(4, month=10))
        money.match_unmatched(by=village.wei, unmatched=late, account=amina, at=at(1, month=10))
    assert totals(date(2026, 10, 1)) == {}
    assert totals(date(2026, 10, 2)) == {"bank": 400, "members": 100, "unmatched": 300}
    assert totals(date(2026, 10, 4)) == {"bank": 1000, "members": 1000}


def test_something_given_back_counts_on_its_day(village: Village) -> None:
    amina = village.account(village.amina)
    with clock.frozen_at(at(20)):
        money.refund(
            by=village.wei, source=queries.fund("goodwill"), account=amina, amount=800, reason="eggs", at=at(5)
        )
    assert (totals(date(2026, 9, 4)), totals(date(2026, 9, 5))) == ({}, {"members": 800, "funds": -800})


def test_cash_counted_on_friday_and_told_on_sunday(village: Village) -> None:
    """Compared with what lay there on Friday evening, not with what Saturday brought."""
    with clock.frozen_at(at(3)):
        village.top_up(village.amina, 5000, village.cash)
    with clock.frozen_at(at(5)):
        village.top_up(village.jo, 700, village.cash)
    with clock.frozen_at(at(6)):
        assert money.count_cash(by=village.wei, box=village.cash, counted=4990, at=at(4)) == -10
    assert village.in_box(village.cash) == 5690
    assert [totals(date(2026, 9, day))["cash"] for day in (3, 4, 5)] == [5000, 4990, 5690]


def test_a_count_told_late_leaves_a_later_count_as_it_was(village: Village) -> None:
    with clock.frozen_at(at(3)):
        village.top_up(village.amina, 5000, village.cash)
    with clock.frozen_at(at(5)):
        assert money.count_cash(by=village.wei, box=village.cash, counted=4980) == -20
    with clock.frozen_at(at(6)):
        assert money.count_cash(by=village.wei, box=village.cash, counted=4990, at=at(4)) == -10
    assert [totals(date(2026, 9, day))["cash"] for day in (3, 4, 5)] == [5000, 4990, 4980]
    assert (village.in_box(village.cash), village.fund("drawer_difference")) == (4980, -20)


def test_a_count_of_a_closed_month_knows_the_late_facts_of_that_month(village: Village) -> None:
    with clock.frozen_at(at(3, month=10)):
        money.close_month(by=village.wei, until=date(2026, 9, 30))
        amina = village.account(village.amina)
        money.top_up(by=village.wei, account=amina, box=village.cash, amount=5000, at=at(28))
        assert money.count_cash(by=village.wei, box=village.cash, counted=5000, at=at(30)) == 0
        assert money.count_cash(by=village.wei, box=village.cash, counted=0, at=at(27)) == 0
        assert money.count_cash(by=village.wei, box=village.cash, counted=4999, at=at(2, month=10)) == -1
    assert totals(date(2026, 9, 30)) == {}
    assert village.in_box(village.cash) == 4999


# At the door of the browser.


@pytest.fixture
def wei(village: Village) -> Client:
    return as_(village, village.wei)


def test_every_page_asks_for_the_day_and_knows_no_tomorrow(village: Village, wei: Client) -> None:
    with clock.frozen_at(clock.now() - timedelta(days=5)):
        village.top_up(village.amina, 500)
        found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
        amina = village.account(village.amina)
        made = money.pay_back(by=village.wei, account=amina, box=village.bank, amount=500)
        money.agree_payment_list(by=village.lin, payment_list=made, yes=True)
    [line], entry = made.payments.all(), Operation.objects.get(code="money.top_up")
    addresses = [
        f"/money/unmatched/{found.pk}/",
        f"/money/unmatched/{found.pk}/send-back/",
        f"/money/boxes/{village.cash.pk}/count/",
        f"/money/accounts/{amina.pk}/refund/",
        f"/money/entries/{entry.pk}/undo/",
        f"/money/payouts/{made.pk}/confirm/",
        f"/money/payments/{line.pk}/confirm/",
    ]
    tomorrow = (clock.today() + timedelta(days=2)).isoformat()
    for address in addresses:
        assert 'name="on"' in wei.get(address).content.decode(), address
        answer = wei.post(address, {"key": "k", "on": tomorrow})
        assert answer.status_code == 422, address
        assert "This day has not come yet" in answer.content.decode(), address
    before = (clock.today() - timedelta(days=6)).isoformat()
    for address in addresses[:2] + addresses[4:5]:
        answers = {"key": "k", "on": before, "reason": "x", "amount": "1", "account": "jo"}
        answer = wei.post(address, answers)
        assert answer.status_code == 422, address
        assert "the day of what it belongs to" in answer.content.decode(), address
    earlier = clock.today() - timedelta(days=3)
    answer = wei.post(f"/money/payouts/{made.pk}/confirm/", {"key": "pay", "on": earlier.isoformat()}, follow=True)
    assert "the money has left" in answer.content.decode()
    [paid] = queries.statement(amina, earlier, earlier).lines
    assert paid.amount == -500
    for address in addresses[-2:]:  # a second press of the button finds it booked
        assert wei.post(address, {"key": "again"}).url == f"/money/payouts/{made.pk}/"
    back = f"/money/payments/{line.pk}/back/"
    answer = wei.post(back, {"key": "b", "reason": "closed", "on": (earlier - timedelta(days=1)).isoformat()})
    assert "the day of what it belongs to" in answer.content.decode()
    deed(wei, back, reason="closed", on=clock.today().isoformat())
    assert village.has(amina) == 500


def test_a_day_in_a_closed_month_is_told_before_and_after(village: Village, wei: Client) -> None:
    last = clock.today().replace(day=1) - timedelta(days=1)
    with clock.frozen_at(clock.now() - timedelta(days=70)):
        village.top_up(village.amina, 500)
    money.close_month(by=village.wei, until=last)
    before, entry = queries.balance_sheet(last), Operation.objects.get(code="money.top_up")
    answers = {"key": "k", "reason": "returned", "on": last.isoformat()}
    asked = wei.post(f"/money/entries/{entry.pk}/undo/", answers).content.decode()
    assert "The books are closed up to" in asked
    done = wei.post(f"/money/entries/{entry.pk}/undo/", {**answers, "confirmed": "1"}, follow=True).content.decode()
    assert "The books are closed up to" in done
    assert queries.balance_sheet(last) == before
    [line] = queries.statement(village.account(village.amina), clock.today(), clock.today()).lines
    assert (line.amount, line.value_on) == (-500, last)
