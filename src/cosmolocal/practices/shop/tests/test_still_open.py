"""While orders are still taken nothing is done to all crates at once, and nobody reads that she did not come."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate
from cosmolocal.kernel import errands, jobs
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY, client_of, refused

NOBODY_CAME = "Nobody came for your crate"


@pytest.fixture
def early(village):
    """Crates were made although the round takes orders until Wednesday."""
    round = village.round()
    village.order(round, "Amina", {"Eggs": 1})
    village.order(round, "Jo", {"Bread": 2})
    handovers.make_crates(by=village.people["Tan Mei"], handover=round.handover)
    return round


def deeds(village):
    tan, lu = village.people["Tan Mei"], village.people["Keeper Lu"]
    return (
        lambda handover: handovers.pack_all(by=tan, handover=handover),
        lambda handover: handovers.hand_over_all(by=lu, handover=handover),
        lambda handover: handovers.close_handover(by=lu, handover=handover),
    )


def states(round):
    return list(round.handover.crates.order_by("number").values_list("state", flat=True))


def test_all_at_once_waits_until_orders_have_closed(village, early):
    for deed in deeds(village):
        with refused("handovers.still_open") as info:
            deed(early.handover)
        assert "takes orders until Wednesday 20:00" in str(info.value)
        assert "crate by crate" in str(info.value)
    early.handover.refresh_from_db()
    assert (early.handover.state, states(early)) == ("planned", ["to_pack", "to_pack"])
    with village.at(CLOSING + timedelta(minutes=1)):
        shop.close_round(by=village.home, round=early)
        for deed in deeds(village):
            with refused("handovers.still_open") as info:
                deed(early.handover)
            assert "can be reopened for orders until today 20:31" in str(info.value)
    with village.at(CLOSING + timedelta(minutes=32)):
        shop.send_producer_orders(by=village.home, round=early)
        for deed in deeds(village):
            deed(early.handover)
    assert states(early) == ["collected", "collected"]


def test_the_worker_refuses_it_in_the_same_words(village, early):
    wish = errands.ErrandDraft("handovers.pack_all", [early.handover_id], "Pack everything", "/")
    asked = errands.ask(wish, by_id=village.people["Tan Mei"].pk, key="all")
    jobs.run_job.call(*jobs.marked("kernel.errand", [str(asked.pk)], f"job:{asked.pk}"))
    asked.refresh_from_db()
    assert asked.state == "refused"
    assert "takes orders until Wednesday 20:00" in asked.sentence
    assert states(early) == ["to_pack", "to_pack"]


def test_a_worker_that_stands_still_holds_nobody_up(village, early):
    """The hour decides, not whether somebody has written down that it came."""
    with village.at(CLOSING):
        handovers.pack_all(by=village.people["Tan Mei"], handover=early.handover)
    assert states(early) == ["packed", "packed"]


def test_what_happened_to_one_crate_is_recorded_all_the_same(village, early):
    crate = village.crate(early, "Amina")
    handovers.hand_over(by=village.people["Keeper Lu"], crate=crate)
    handovers.leave_crate(by=village.people["Keeper Lu"], crate=village.crate(early, "Jo"))
    assert set(states(early)) == {"collected", "left"}


@pytest.mark.parametrize(
    ("page", "deed", "who"),
    [("packing", "pack_all", "Tan Mei"), ("door", "close", "Keeper Lu")],
)
def test_the_pages_say_until_when_and_offer_nothing_that_is_refused(village, early, page, deed, who):
    browser, address = client_of(village.people[who]), reverse(f"handovers:{deed}", args=[early.handover_id])
    shown = browser.get(reverse(f"handovers:{page}", args=[early.handover_id])).content.decode()
    assert "takes orders until Wednesday 20:00" in shown
    assert address not in shown
    answer = browser.post(address, {"key": "k"}, follow=True)
    assert "takes orders until Wednesday 20:00" in answer.content.decode()
    assert states(early) == ["to_pack", "to_pack"]
    village.close(early)
    shown = browser.get(reverse(f"handovers:{page}", args=[early.handover_id])).content.decode()
    assert "takes orders" not in shown
    assert address in shown


def test_one_crate_page_says_it_too(village, early):
    crate = village.crate(early, "Amina")
    shown = client_of(village.people["Tan Mei"]).get(reverse("handovers:crate", args=[crate.pk])).content.decode()
    assert "takes orders until Wednesday 20:00" in shown


def test_nobody_came_is_said_once_the_time_to_come_is_over(village):
    round = village.round()
    order = village.order(round, "Amina", {"Eggs": 1})
    village.close(round)
    browser = client_of(village.people["Amina"])
    pages = (reverse("home"), reverse("shop:order", args=[order.pk]))

    def said():
        return [NOBODY_CAME in browser.get(page).content.decode() for page in pages]

    with village.at(THURSDAY - timedelta(days=1)):  # somebody shuts the door a day too early
        handovers.close_handover(by=village.people["Keeper Lu"], handover=round.handover)
        assert village.crate(round, "Amina").state == Crate.State.LEFT
        assert said() == [False, False]
        assert "Pick up" in browser.get(pages[0]).content.decode()
    ends = round.handover.ends
    with village.at(ends - timedelta(minutes=1)):
        assert said() == [False, False]
    with village.at(ends):
        assert said() == [True, True]
    with village.at(ends + timedelta(days=2)):
        assert said() == [True, True]
