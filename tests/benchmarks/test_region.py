"""The data set of a region: copies of what operations wrote are as whole as what they wrote, on both databases."""

from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import Sum

from benchmarks import names, onlooker
from benchmarks.region import SMALL, build, first_week
from cosmolocal.agents.models import Agent
from cosmolocal.flows.queries import replay
from cosmolocal.kernel import proving, triggers
from cosmolocal.kernel.models import Operation, Seal, Written
from cosmolocal.messages.models import Letter
from cosmolocal.money.queries import sums_agree
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound

pytestmark = pytest.mark.django_db


def test_weeks_of_a_small_region_are_in_the_books() -> None:
    build(SMALL)
    assert [broken.sentence for broken in proving.examine()] == []
    assert Seal.objects.aggregate(all=Sum("operations"))["all"] == Operation.objects.count()
    assert not Written.objects.exists()
    assert replay() == []
    assert sums_agree().difference == 0
    assert triggers.missing() == []
    rounds = list(OrderRound.objects.order_by("closes_at"))
    assert [round.state for round in rounds] == ["settled"] * SMALL.weeks
    assert {(after.closes_at - before.closes_at).days for before, after in pairwise(rounds)} == {7}
    assert Order.objects.count() == SMALL.weeks * SMALL.orders
    assert OrderLine.objects.count() == SMALL.weeks * SMALL.orders * SMALL.lines
    assert Agent.objects.filter(kind="household", name__startswith="Household").count() == SMALL.households
    assert Letter.objects.filter(event="receipt", state="sent").count() >= SMALL.weeks * SMALL.orders


def test_names_are_there_without_any_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "TAXONOMY", Path("/nowhere"))
    found = names.goods()
    assert len(found) == len(set(found)) > 500
    assert len(set(names.farms(200))) == 200


@pytest.mark.long
def test_every_page_and_deed_of_a_week_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onlooker, "AGAIN", 1)
    looking = onlooker.Onlooker()
    first_week(SMALL, looking)
    assert len(looking.pages) > 30
    assert all(page.kilobytes > 1 for page in looking.pages.values())
    assert {"close", "pack all", "hand over all", "settle", "place orders"} <= set(looking.deeds)
