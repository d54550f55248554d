"""A round is cancelled while pages of its hand-over stand open: what is done is written down, and they say so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Loss, Packed, Receipt
from cosmolocal.practices.shop import operations
from cosmolocal.practices.shop.tests.village import MONDAY, client_of

SAID = "“Thursday 26 November” was cancelled today 14:05: nothing of it goes out."


@pytest.fixture
def round(village):
    """Crates were made early, then it snowed: cancelled at five past two."""
    round = village.round()
    village.order(round, "Amina", {"Eggs": 1, "Bread": 2})
    handovers.make_crates(by=village.people["Tan Mei"], handover=round.handover)
    return round


@pytest.fixture
def cancelled(village, round):
    cancel(village, round)
    with village.at(MONDAY + timedelta(hours=7)):
        yield round


def cancel(village, round):
    with village.at(MONDAY + timedelta(hours=6, minutes=5)):
        operations.cancel_round(by=village.people["Li Na"], round=round, reason="Snow")


def words(answer):
    return answer.content.decode().replace("\xa0", " ")


def test_pages_of_the_hand_over_say_it_once_it_is_cancelled(village, round):
    client = client_of(village.people["Keeper Lu"])
    pages = [f"/handovers/{round.handover_id}/{name}/" for name in ("receive", "pack", "lots", "door")]
    pages.append(f"/handovers/crates/{village.crate(round, 'Amina').pk}/")
    assert [SAID in words(client.get(page)) for page in pages] == [False] * 5
    cancel(village, round)
    with village.at(MONDAY + timedelta(hours=7)):
        assert [words(client.get(page)).count(SAID) for page in pages] == [1] * 5


@pytest.mark.parametrize("htmx", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_what_is_packed_all_the_same_is_written_down_and_the_answer_says_so(village, cancelled, htmx):
    crate, client = village.crate(cancelled, "Amina"), client_of(village.people["Tan Mei"])
    promise = cancelled.orders.get().lines.get(offer__item=village.items["Bread"]).commitment_id
    address = f"/handovers/crates/{crate.pk}/lines/{promise}/"
    said = words(client.post(address, {"tick": "1", f"weight_{promise}": "2", "key": "a"}, follow=True, **htmx))
    assert said.count(SAID) == 1
    assert "Bread: written down as lying in the crate. Take it out" in said
    assert Packed.objects.get().quantity == 2
    client.post(address, {"untick": "1", "key": "b"})
    assert not Packed.objects.filter(quantity__gt=0).exists()
    lost = reverse("handovers:lose_packed", args=[crate.pk, promise])
    said = words(client.post(lost, {"quantity": "1", "reason": "broken", "key": "c"}, follow=True, **htmx))
    assert "That is not in this crate any more. Nothing was written down" in said
    assert not Loss.objects.exists()


def test_of_two_rounds_of_a_hand_over_only_what_belongs_to_the_cancelled_one_is_spoken_of(village, cancelled):
    other = village.next_round()
    other.handover = cancelled.handover
    other.save(update_fields=["handover"])
    crate, client = village.crate(cancelled, "Amina"), client_of(village.people["Tan Mei"])
    since = SAID.replace("today", "yesterday")
    with village.at(MONDAY + timedelta(days=1)):
        village.order(other, "Amina", {"Eggs": 1})
        assert since not in words(client.get(f"/handovers/crates/{crate.pk}/"))
        for round, is_said in ((other, False), (cancelled, True)):
            promise = round.orders.get().lines.get(offer__item=village.items["Eggs"]).commitment_id
            address = f"/handovers/crates/{crate.pk}/lines/{promise}/"
            said = words(client.post(address, {"tick": "1", f"weight_{promise}": "1"}, follow=True))
            assert (since in said) is is_said


def test_at_the_door_and_on_receiving_the_answer_says_it_too(village, cancelled):
    keeper, crate = client_of(village.people["Keeper Lu"]), village.crate(cancelled, "Amina")
    given = keeper.post(reverse("handovers:hand_over", args=[crate.pk]), {"key": "a"}, HTTP_HX_REQUEST="true")
    assert "was cancelled today 14:05" in given["HX-Trigger"].encode().decode("unicode_escape")
    assert SAID in words(keeper.post(reverse("handovers:leave", args=[crate.pk]), {"key": "b"}, follow=True))
    extra = {"product": village.items["Bread"].product_id, "amount": "3", "key": "c"}
    said = words(keeper.post(reverse("handovers:extra", args=[cancelled.handover_id]), extra, follow=True))
    assert SAID in said
    assert Receipt.objects.get().received == 3
    loss = reverse("handovers:lose", args=[Receipt.objects.get().pk])
    assert SAID in words(keeper.post(loss, {"quantity": "1", "reason": "spoiled", "key": "d"}, follow=True))
    assert Loss.objects.get().quantity == 1
