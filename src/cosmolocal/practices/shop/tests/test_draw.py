"""Who gets a scarce thing is drawn by a number that was fixed before, and everybody can draw it again."""

import csv
import hashlib
import io

import pytest
from django.urls import reverse

from cosmolocal.practices.shop import operations, rules
from cosmolocal.practices.shop.models import Draw, DrawnGoods, OrderLine
from cosmolocal.practices.shop.rules import Wish
from cosmolocal.practices.shop.tests.village import client_of

WANT = {"Amina": 3, "Jo": 3, "Chen": 2, "Wei": 2}


@pytest.fixture
def round(village):
    """Ten heads of cabbage are wished for."""
    made = village.round()
    for name, heads in WANT.items():
        village.order(made, name, {"Cabbage": heads})
    return made


def intent_of(village, round):
    return round.offers.get(item=village.items["Cabbage"]).intent_id


def short(village, round, heads):
    operations.set_shortage(
        by=village.people["Li Na"], round=round, intent_id=intent_of(village, round), available=heads
    )


def got(round):
    lines = OrderLine.objects.filter(order__round=round)
    return dict(lines.values_list("order__household", "granted"))


def test_the_number_is_fixed_before_and_shown_with_the_outcome(village, round):
    address, amina = reverse("shop:draw", args=[round.pk]), client_of(village.people["Amina"])
    draw = Draw.objects.get(round=round)
    assert hashlib.sha256(draw.secret.encode()).hexdigest() == draw.mark
    before = amina.get(address).content.decode()
    assert draw.mark in before
    assert draw.secret not in before
    assert amina.get(f"{address}?as=csv").status_code == 404
    steward = client_of(village.people["Li Na"])
    for page in (address, reverse("shop:round_desk", args=[round.pk]), reverse("shop:round_orders", args=[round.pk])):
        assert draw.secret not in steward.get(page).content.decode()
    short(village, round, 5)
    village.close(round)
    after = amina.get(address).content.decode()
    assert draw.mark in after
    assert draw.secret in after
    assert "yours" in after
    assert "Jo's household" not in after


def test_anybody_can_draw_it_again_from_the_file(village, round):
    short(village, round, 5)
    village.close(round)
    file = client_of(village.people["Jo"]).get(reverse("shop:draw", args=[round.pk]), {"as": "csv"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:]
    assert len(rows) == 4
    for _goods, number, _when, who, lot, *_texts, secret, mark in rows:
        assert hashlib.sha256(secret.encode()).hexdigest() == mark
        assert hashlib.sha256(f"{secret}:{number}:{who}".encode()).hexdigest() == lot
    first = [int(row[3]) for row in sorted(rows, key=lambda row: row[4])]
    heads = got(round)
    assert sum(heads.values()) == 5
    assert [heads[who] for who in first] == [2, 1, 1, 1]


def test_it_is_drawn_once_however_often_somebody_presses(village, round):
    short(village, round, 5)
    village.close(round)
    secret, heads = Draw.objects.get().secret, got(round)
    operations.send_producer_orders(by=village.people["Li Na"], round=round)
    short(village, round, 5)
    assert (Draw.objects.get().secret, got(round), DrawnGoods.objects.count()) == (secret, heads, 1)
    short(village, round, 4)
    assert sorted(got(round).values()) == [1, 1, 1, 1]
    assert [one.available for one in DrawnGoods.objects.order_by("pk")] == [5, 4]


def test_reopened_it_keeps_its_number_and_another_round_has_another(village, round):
    secret = Draw.objects.get().secret
    operations.close_round(by=village.people["Li Na"], round=round)
    operations.reopen_round(by=village.people["Li Na"], round=round, closes_at=round.closes_at)
    assert Draw.objects.get().secret == secret
    village.round()
    assert Draw.objects.exclude(secret=secret).count() == 1


def test_nobody_who_knows_the_numbers_of_round_and_goods_knows_the_lots(village, round):
    """What was drawn is by the secret number alone, and as the rule says."""
    short(village, round, 5)
    village.close(round)
    [drawn] = DrawnGoods.objects.select_related("draw")
    wishes = [Wish(who, packs, pack) for who, packs, pack, _got in drawn.entries]
    seed = rules.seed_of(drawn.draw.secret, drawn.intent_id)
    assert rules.share_out(drawn.available, wishes, seed=seed) == [entry[3] for entry in drawn.entries]
    assert len(drawn.draw.secret) >= 43
