"""Planning a round on the desk: from the first one on an empty node to one like the last."""

from datetime import UTC, datetime

from django.urls import reverse

from cosmolocal.agents.models import Place
from cosmolocal.catalog.models import Item
from cosmolocal.kernel import clock, node
from cosmolocal.practices.shop import desk_cards
from cosmolocal.practices.shop.models import OrderRound


def test_a_first_round_is_led_to_step_by_step(village, steward):
    """Without a place, goods or farms no page asks for what cannot be given."""
    li_na = village.people["Li Na"]
    assert [card.title for card in desk_cards.steward_cards(li_na)] == ["No round is running"]
    Place.objects.update(is_handover=False)
    page = steward.get(reverse("shop:plan")).content.decode()
    assert reverse("agents:add_place") in page
    assert 'name="place"' not in page
    Item.objects.update(is_active=False)
    titles = [card.title for card in desk_cards.steward_cards(li_na)]
    assert titles == ["Where do people collect?", "What is on sale?"]


def test_the_first_round_is_proposed_and_taken_as_it_stands(village, steward):
    """Days, hours and the only place stand there already; who presses has a round that is still to come."""
    page = steward.get(reverse("shop:plan"))
    proposed = page.context["form"].initial
    assert proposed["place"] == Place.objects.get(is_handover=True).pk
    sent = {name: value for name, value in proposed.items() if not isinstance(value, datetime)}
    times = {
        name: f"{clock.wall(proposed[name]):%Y-%m-%dT%H:%M}" for name in ("opens_at", "closes_at", "begins", "ends")
    }
    assert steward.post(reverse("shop:plan"), {**sent, **times, "key": "k"}).status_code == 302
    round = OrderRound.objects.get()
    assert clock.now() < round.closes_at < round.handover.begins


def test_a_closing_time_that_is_over_is_said_while_planning(village, steward):
    place = Place.objects.get(is_handover=True)
    typed = {"name": "Thursday", "place": place.pk, "begins": "2026-11-26T16:00", "ends": "2026-11-26T19:00"}
    late = steward.post(
        reverse("shop:plan"), {**typed, "opens_at": "2026-11-20T08:00", "closes_at": "2026-11-21T20:00"}
    )
    assert late.status_code == 422
    assert "That time is over" in late.content.decode()


def test_an_hour_that_summer_time_leaves_out_is_said_with_those_that_exist(village, steward):
    node.configure(zone="Europe/Berlin")
    place = Place.objects.get(is_handover=True)
    typed = {
        "name": "Spring",
        "place": place.pk,
        "opens_at": "2027-03-20T08:00",
        "closes_at": "2027-03-28T02:30",
        "begins": "2027-03-28T16:00",
        "ends": "2027-03-28T19:00",
    }
    answer = steward.post(reverse("shop:plan"), typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is no 02:30 on Sunday, 28 March 2027: the clocks are put forward from 02:00 to 03:00." in page
    assert "Choose 01:59 or earlier, or 03:00 or later." in page
    assert 'value="2027-03-28T02:30"' in page
    # In autumn 02:30 comes twice: the first one counts.
    twice = {"closes_at": "2027-10-31T02:30", "begins": "2027-10-31T16:00", "ends": "2027-10-31T19:00", "key": "k"}
    assert steward.post(reverse("shop:plan"), {**typed, **twice}).status_code == 302
    round = OrderRound.objects.get()
    assert round.closes_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    # Where a farm closes earlier, the same words.
    bread = village.items["Bread"].pk
    goods = {"item": [bread], f"closes_{bread}": "2027-03-28T02:30", "key": "g"}
    early = steward.post(reverse("shop:round_goods", args=[round.pk]), goods)
    assert early.status_code == 422
    assert "Bread: when does it close? There is no 02:30 on Sunday, 28 March 2027" in early.content.decode()


def test_what_was_unticked_of_a_farm_stays_so(village, steward):
    """A new round begins with all goods; once something was chosen, only that."""
    round = village.round(opens=False)
    address = reverse("shop:round_goods", args=[round.pk])
    assert steward.get(address).content.decode().count(" checked") == len(village.items)
    steward.post(address, {"item": [village.items["Bread"].pk], "key": "g"})
    assert steward.get(address).content.decode().count(" checked") == 1


def test_the_next_round_is_planned_like_the_last(village, steward):
    round = village.round()
    page = steward.get(reverse("shop:rounds")).content.decode()
    assert f"{reverse('shop:plan')}?like={round.pk}" in page


def test_a_refusal_on_the_goods_page_loses_no_tick(village, steward):
    round = village.round(opens=False)
    address = reverse("shop:round_goods", args=[round.pk])
    bread, eggs = village.items["Bread"].pk, village.items["Eggs"].pk
    typed = {f"closes_{bread}": "soon", f"closes_{eggs}": "2026-11-24T12:00"}
    answer = steward.post(address, {"item": [bread, eggs], **typed, "key": "g"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Bread: when does it close? Please choose a day and a time." in page
    assert page.count(" checked") == 2
    assert page.count('aria-invalid="true"') == 1
    assert all(f'value="{value}"' in page for value in typed.values())
    assert round.offers.count() == len(village.items)
    assert steward.post(address, {"item": [bread], "key": "g"}).status_code == 302
    assert round.offers.count() == 1
