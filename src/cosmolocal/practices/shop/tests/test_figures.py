"""Figures of settled rounds are kept, and a page says the same with and without them."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents.models import Agent
from cosmolocal.practices.shop import tasks
from cosmolocal.practices.shop.models import Order, OrderRound, RoundFigures, YearFigures
from cosmolocal.practices.shop.settling import pages as figures
from cosmolocal.practices.shop.settling.queries import figures as asked
from cosmolocal.practices.shop.tests.test_order_pages import pack_and_settle, settled  # noqa: F401 - a fixture


def _second_round(village):
    round = village.next_round()
    with village.at(round.opens_at):
        for name, count in (("Amina", 3), ("Jo", 4), ("Chen", 5), ("Zhou", 6), ("Wei", 7)):
            village.order(round, name, {"Bread": count})
    return round


def test_kept_figures_say_what_the_orders_say(village, settled):  # noqa: F811
    before = figures.year()
    assert not RoundFigures.objects.exists()
    tasks.keep_figures()
    kept = RoundFigures.objects.get(round=settled)
    finals = sorted(Order.objects.filter(round=settled).values_list("final", flat=True))
    assert kept.median == finals[2]
    assert YearFigures.objects.get(year=2026).median == finals[2]
    assert kept.households + kept.restaurants == len(finals)
    assert kept.households_sum + kept.restaurants_sum == sum(finals)
    assert figures.year() == before


def test_restaurants_and_households_are_told_apart(village, settled):  # noqa: F811
    guests = village.households["Qin"]
    Agent.objects.filter(pk=guests.pk).update(group="restaurant")
    (found,) = asked.put_together([settled.pk]).values()
    spent = Order.objects.get(round=settled, household=guests).final
    all_spent = sum(Order.objects.filter(round=settled).values_list("final", flat=True))
    assert (found.restaurants, found.restaurants_sum) == (1, spent)
    assert (found.households, found.households_sum) == (5, all_spent - spent)


def test_no_page_reads_orders_again_once_figures_are_kept(village, settled):  # noqa: F811
    tasks.keep_figures()
    with CaptureQueriesContext(connection) as statements:
        Client().get(reverse("shop:figures"))
    assert not [one for one in statements if '"shop_order"' in one["sql"]]


def test_settling_has_its_figures_put_together(village, django_capture_on_commit_callbacks):
    from django_tasks_db.models import DBTaskResult

    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    pack_and_settle(village, round)
    assert DBTaskResult.objects.filter(args_kwargs__args__0="shop.keep_figures").count() == 1


def test_a_year_with_another_round_is_counted_anew(village, settled):  # noqa: F811
    tasks.keep_figures()
    moved = OrderRound.objects.get(pk=settled.pk).handover
    alone = figures.year().median
    YearFigures.objects.filter(year=2026).update(rounds=[settled.pk, settled.pk + 1], median=alone + 1)
    assert figures.year().median == alone
    moved.begins, moved.ends = moved.begins + timedelta(days=366), moved.ends + timedelta(days=366)
    moved.save()
    assert figures.year(2027).median == alone
    tasks.keep_figures()
    assert set(YearFigures.objects.values_list("year", "median")) >= {(2027, alone)}
    assert figures.year(2026).median == 0


def test_no_rounds_have_no_figures(db):
    assert asked.put_together([]) == {}
    assert asked.median([]) == 0
