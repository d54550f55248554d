"""Are the shop's decisions right for every number: splits exact, sharing fair, clocks honest?"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.agents import rules as agents_rules
from cosmolocal.practices.shop import rules
from cosmolocal.practices.shop.rules import SoldLine, Wish

money = st.integers(0, 10**9)
rates = st.integers(0, 3000)


@given(gross=money, purchase=money, tax=rates, transport=rates)
def test_a_price_is_split_to_the_last_cent(gross, purchase, tax, transport):
    parts = rules.split(gross, purchase, tax, transport)
    assert parts.total == gross
    assert parts.producer == purchase
    assert parts.transport >= 0
    if purchase + parts.tax <= gross:
        assert parts.running >= 0


def test_a_price_people_can_check_by_hand():
    # 4.20 with 5 % tax inside: net 4.00; 9 % of it is 0.36 for transport.
    assert rules.split(420, 319, 500, 900) == rules.Split(producer=319, tax=20, transport=36, running=45)


def test_a_net_list_is_paid_with_its_tax():
    assert rules.purchase_paid(1000, 900, list_is_gross=False, local_owes_tax=True) == 1090
    assert rules.purchase_paid(1000, 900, list_is_gross=True, local_owes_tax=True) == 1000


def test_who_sells_herself_is_paid_without_the_tax_of_her_list():
    assert rules.purchase_paid(1000, 900, list_is_gross=False, local_owes_tax=False) == 1000
    assert rules.purchase_paid(1090, 900, list_is_gross=True, local_owes_tax=False) == 1000


@given(listed=money, price=money, tax=rates, transport=rates, gross=st.booleans())
def test_a_farm_keeps_the_same_whoever_sells(listed, price, tax, transport, gross):
    """The member pays the same shown price, the round ends at 0, and no tax is paid to anybody twice."""
    kept = []
    for local_owes in (True, False):
        paid = rules.purchase_paid(listed, tax, list_is_gross=gross, local_owes_tax=local_owes)
        split = rules.split(price, paid, tax, transport)
        sold = SoldLine(price, 0, tax, local_owes, split)
        bought, passed = rules.farm_tax([sold])
        parts = rules.round_split([sold], {1: split.producer + passed})
        assert parts.total == price
        assert sum(parts.tax.values()) + passed == split.tax
        kept.append(parts.producers[1] - bought - passed)
    assert abs(kept[0] - kept[1]) <= 1  # rounded half up once on each way


@given(parts=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_ten_is_divided_exactly(parts):
    assert sum(rules.of_ten(parts)) == (1000 if sum(parts) else 0)


wishes = st.lists(
    st.builds(Wish, who=st.integers(1, 500), packs=st.integers(0, 6), pack=st.sampled_from([1, 6, 10])), max_size=40
)


@given(wishes=wishes, available=st.integers(0, 300), seed=st.text(max_size=5))
def test_pieces_are_shared_in_turn(wishes, available, seed):
    granted = rules.share_out(available, wishes, seed=seed)
    asked = [wish.quantity for wish in wishes]
    assert sum(granted) <= max(available, 0)
    for wish, got in zip(wishes, granted, strict=True):
        assert 0 <= got <= wish.quantity
        assert got % wish.pack == 0
    if sum(asked) <= available:
        assert granted == asked
    elif all(wish.pack == 1 for wish in wishes):
        assert sum(granted) == available
        # Nobody has a second piece while somebody who wanted one has none fewer than one behind.
        for wish, got in zip(wishes, granted, strict=True):
            if got < wish.packs:
                assert max(granted) <= got + 1


def test_thirty_cabbages_for_many_households():
    wishes = [Wish(who=n, packs=2, pack=1) for n in range(40)]
    granted = rules.share_out(30, wishes, seed="round 1")
    assert sorted(granted) == [0] * 10 + [1] * 30
    other = rules.share_out(30, wishes, seed="round 2")
    assert other != granted
    assert rules.share_out(30, wishes[:20], seed="x") == rules.share_out(30, wishes[:20], seed="x")
    assert sum(rules.share_out(30, wishes[:20], seed="x")) == 30
    assert min(rules.share_out(30, wishes[:20], seed="x")) == 1


@given(
    quantities=st.lists(st.integers(0, 20_000), min_size=1, max_size=30),
    available=st.integers(-5, 200_000),
    step=st.sampled_from([1, 10, 50]),
)
def test_weight_is_shared_in_proportion(quantities, available, step):
    wishes = [Wish(who=n, packs=q, pack=1) for n, q in enumerate(quantities)]
    granted = rules.share_out(available, wishes, seed="", step=step)
    assert sum(granted) <= max(available, 0) or granted == quantities
    whole = sum(quantities)
    for asked, got in zip(quantities, granted, strict=True):
        assert 0 <= got <= asked
        if whole > available >= 0:
            fair = asked * available / whole
            assert got >= min(fair - 2 * step, asked)


def test_weight_by_hand():
    wishes = [Wish(1, 2, 500), Wish(2, 4, 500)]
    assert rules.share_out(1500, wishes, seed="", step=50) == [500, 1000]


def line(final, purchase, tax_bp=900, deposit=0, ours=True):
    return SoldLine(final, deposit, tax_bp, ours, rules.split(final, purchase, tax_bp, 900))


@given(
    sold=st.lists(st.tuples(money, money, st.sampled_from([0, 500, 900, 1900]), st.integers(0, 500), st.booleans())),
    due=st.dictionaries(st.integers(1, 9), money),
)
def test_a_round_leaves_nothing_behind(sold, due):
    lines = [line(final, purchase, tax, deposit, ours) for final, purchase, tax, deposit, ours in sold]
    parts = rules.round_split(lines, due)
    assert parts.total == sum(one.final + one.deposit for one in lines)
    assert abs(parts.rounding) <= len(lines) + 1


def test_tax_is_owed_on_the_sum_not_on_lines():
    # 9 % inside 0.06 is nothing three hundred times, but 1.49 of 18.00.
    parts = rules.round_split([line(6, 4)] * 300, {1: 1200})
    assert parts.tax == {900: 149}
    assert parts.rounding == -149


def test_what_is_bought_and_not_sold_is_running_costs():
    parts = rules.round_split([line(1000, 700, 0)], {1: 800})
    assert parts.producers == {1: 800}
    assert parts.running == 1000 - 800 - 90


def test_a_producer_is_paid_for_what_was_accepted():
    assert rules.producer_due(purchase=10_000, promised=40_000, accepted=37_000) == 9250
    listed = rules.FarmPrice(320, 500, 500, 900, list_is_gross=True, local_owes_tax=True)
    assert listed.paid(2000) == 1280  # what nobody had ordered


@pytest.mark.parametrize("local_owes", [True, False])
def test_tax_that_producers_owe_is_no_share_of_theirs(local_owes):
    """76 of 100 before tax is 76 %, whoever sells."""
    paid = rules.purchase_paid(7_600, 900, list_is_gross=False, local_owes_tax=local_owes)
    split = rules.split(10_900, paid, 900, 900)
    line = SoldLine(final=10_900, deposit=0, tax_bp=900, local_owes_tax=local_owes, split=split)
    bought, passed = rules.farm_tax([line])
    parts = rules.round_split([line], {1: split.producer + passed})
    owed = sum(parts.tax.values())
    paid = sum(parts.producers.values())
    assert rules.share_bp(paid - bought - passed, 10_900, owed + passed) == 7600


def test_share_of_producers():
    assert rules.share_bp(7600, 10_300, 300) == 7600
    assert rules.share_bp(0, 0, 0) == 0


def test_weighed_above_the_cap_is_given():
    assert rules.charged_quantity(800, 770) == 770
    assert rules.charged_quantity(700, 770) == 700


@pytest.mark.parametrize("deed", ["open", "close", "reopen", "order", "settle"])
def test_a_settled_round_stays_settled(deed):
    assert rules.next_state("settled", deed) is None


def test_the_life_of_a_round():
    state = "draft"
    for deed in ("open", "close", "reopen", "close", "order", "settle"):
        state = rules.next_state(state, deed)
        assert state
    assert state == "settled"


def test_closing_on_the_wall_across_summer_time():
    berlin = "Europe/Berlin"
    before = datetime(2026, 3, 26, 19, 0, tzinfo=UTC)  # Thursday 20:00 winter time
    after = rules.shifted(before, 7, berlin)
    assert after.astimezone(ZoneInfo(berlin)).time() == time(20, 0)
    assert after - before == timedelta(days=7, hours=-1)


@given(hours=st.integers(0, 20 * 366 * 24), days=st.integers(0, 400))
def test_shifting_keeps_the_wall_clock(hours, days):
    zone = ZoneInfo("America/New_York")
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    there = rules.shifted(start, days, "America/New_York").astimezone(zone)
    wall = start.astimezone(zone)
    skipped = timedelta(hours=1)
    assert abs((there.replace(tzinfo=None) - wall.replace(tzinfo=None)) - timedelta(days=days)) <= skipped


def test_bread_closes_before_the_round():
    closes = datetime(2026, 11, 25, 12, tzinfo=UTC)
    monday = closes - timedelta(days=2)
    assert rules.has_closed(monday, closes, monday)
    assert not rules.has_closed(monday, closes)
    assert rules.has_closed(closes, closes)


THURSDAY = datetime(2027, 9, 23, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai
HAD = rules.Times(
    opens_at=THURSDAY - timedelta(days=5), closes_at=THURSDAY - timedelta(days=1, hours=-4), begins=THURSDAY,
    ends=THURSDAY + timedelta(hours=3),
)  # fmt: skip


@pytest.mark.parametrize(
    ("holidays", "handover", "closing", "begins", "closes"),
    [
        ([], "after", "before", "09-30", "09-29"),
        (["09-30"], "after", "before", "10-01", "09-29"),
        (["09-30", "10-01"], "after", "before", "10-02", "09-29"),
        (["09-30"], "before", "before", "09-29", "09-28"),  # orders close before goods change hands
        (["09-29"], "after", "after", "09-30", "09-29"),
        (["09-29"], "after", "before", "09-30", "09-28"),
        (["09-30"], "drop", "before", "10-07", "10-06"),
        (["10-06", "09-29"], "after", "drop", "10-14", "10-13"),
    ],
)
def test_a_round_goes_around_holidays(holidays, handover, closing, begins, closes) -> None:
    days = {date.fromisoformat(f"2027-{day}") for day in holidays}
    how = {"handover": handover, "closing": closing}
    later = rules.times_later(HAD, 7, "Asia/Shanghai", lambda day, what: agents_rules.moved(day, days, how[what]))
    assert rules.wall_day(later.begins, "Asia/Shanghai").isoformat() == f"2027-{begins}"
    assert rules.wall_day(later.closes_at, "Asia/Shanghai").isoformat() == f"2027-{closes}"
    assert later.opens_at < later.closes_at < later.begins < later.ends
    assert later.begins.astimezone(ZoneInfo("Asia/Shanghai")).hour == 16
