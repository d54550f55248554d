"""Which events may be written: decided without a database."""

import pytest

from cosmolocal.flows.rules import (
    EventDraft,
    Promise,
    Stock,
    changes,
    check,
    complete,
    marks,
    open_promise,
    reversal,
)

pytestmark = pytest.mark.once

HOME, FARM, JO = 1, 2, 3
CARROTS, CREDIT = 10, 11
LOT, OTHER, EMPTY, ACCOUNT, SECOND = 20, 21, 22, 23, 24
STOCKS = {
    LOT: Stock(LOT, CARROTS, HOME, False, accounting=8, onhand=8),
    OTHER: Stock(OTHER, CARROTS, FARM, False, accounting=1, onhand=1),
    EMPTY: Stock(EMPTY, CARROTS, HOME, False),
    ACCOUNT: Stock(ACCOUNT, CREDIT, JO, True, accounting=500, onhand=500),
    SECOND: Stock(SECOND, CREDIT, HOME, True),
}
PROMISES = {5: Promise(5, CARROTS, HOME, JO, LOT, None, 7, quantity=4, fulfilled=1, finished=False)}


def _told(action, quantity=1, **more):
    told = EventDraft(action, quantity, **more)
    complete(told, STOCKS, PROMISES)
    return told


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (EventDraft("steal", 1), "action"),
        (EventDraft("raise", -1, resource_id=LOT), "negative"),
        (EventDraft("work", 0, specification_id=CARROTS), "effort"),
        (EventDraft("consume", 1, resource_id=LOT, output_of_id=1), "process"),
        (EventDraft("produce", 1, resource_id=LOT, input_of_id=1), "process"),
        (EventDraft("raise", 1), "specification"),
        (EventDraft("raise", 1, resource_id=99), "specification"),
        (EventDraft("raise", 1, specification_id=CARROTS, resource_id=99), "absent"),
        (EventDraft("raise", 1, resource_id=LOT, specification_id=CREDIT), "kind"),
        (EventDraft("raise", 1, resource_id=LOT, to_resource_id=EMPTY), "two_sides"),
        (EventDraft("transfer", 1, resource_id=LOT, to_resource_id=ACCOUNT), "kind"),
        (EventDraft("transfer", 1, resource_id=ACCOUNT, fulfils_id=5), "other_promise"),
        (EventDraft("consume", 1, resource_id=ACCOUNT), "money_action"),
        (EventDraft("transfer", 1, resource_id=ACCOUNT), "outside"),
        (EventDraft("transfer", 1, to_resource_id=ACCOUNT), "outside"),
        (EventDraft("transfer", 1, specification_id=CREDIT), "outside"),
        (EventDraft("transfer", 1, resource_id=LOT, fulfils_id=5, receiver_id=FARM), "other_parties"),
        (EventDraft("move", 1, resource_id=LOT, to_resource_id=OTHER), "same_agent"),
        (EventDraft("transfer", 1, resource_id=LOT, provider_id=FARM), "not_provider"),
        (EventDraft("consume", 1, resource_id=LOT, provider_id=FARM), "not_provider"),
        (EventDraft("transfer", 1, resource_id=LOT, to_resource_id=OTHER, receiver_id=JO), "not_receiver"),
        (EventDraft("transfer", 1, resource_id=LOT), ""),
        (EventDraft("transfer", 1, resource_id=ACCOUNT, to_resource_id=SECOND), ""),
        (EventDraft("transfer", 1, resource_id=LOT, to_resource_id=EMPTY, receiver_id=JO), ""),
        (EventDraft("transfer", 1, resource_id=LOT, fulfils_id=5), ""),
        (EventDraft("transferCustody", 1, resource_id=LOT, provider_id=FARM, to_resource_id=EMPTY), ""),
        (EventDraft("work", 0, specification_id=CARROTS, effort_quantity=60, provider_id=JO, input_of_id=1), ""),
        (EventDraft("raise", -1, resource_id=LOT, corrects_id=1), ""),
    ],
)
def test_check(told, problem):
    if told.action == "steal":
        assert check(told, STOCKS, PROMISES) == problem
        return
    complete(told, STOCKS, PROMISES)
    assert check(told, STOCKS, PROMISES, money={CREDIT}) == problem


def test_a_contained_thing_is_picked_up_whole():
    boxed = {LOT: Stock(LOT, CARROTS, HOME, False, accounting=8, onhand=8, contained_in_id=EMPTY)}
    full = {LOT: Stock(LOT, CARROTS, HOME, False, accounting=8, onhand=8, has_contents=True)}
    for stocks in (boxed, full):
        for action in ("pickup", "accept"):
            part, whole = (EventDraft(action, n, resource_id=LOT, specification_id=CARROTS) for n in (3, 8))
            assert check(part, stocks, {}) == "partly"
            assert check(whole, stocks, {}) == ""
    assert check(EventDraft("consume", 3, resource_id=LOT, specification_id=CARROTS, provider_id=HOME), boxed, {}) == ""


def test_what_is_left_out_follows_from_the_rest():
    told = _told("transfer", 2, resource_id=LOT, fulfils_id=5)
    assert (told.specification_id, told.provider_id, told.receiver_id, told.agreement_id) == (CARROTS, HOME, JO, 7)
    told = _told("raise", 2, resource_id=LOT)
    assert (told.provider_id, told.receiver_id) == (HOME, HOME)
    told = _told("transfer", 2, to_resource_id=EMPTY)
    assert (told.provider_id, told.receiver_id) == (None, HOME)


def test_changes_are_added_up_by_row():
    told = [
        _told("transfer", 3, resource_id=LOT, to_resource_id=OTHER, guard=True),
        _told("transferCustody", 2, resource_id=OTHER, to_resource_id=EMPTY),
        _told("raise", 1, resource_id=LOT),
        _told("transfer", 5, resource_id=LOT, fulfils_id=5),
    ]
    found = changes(told, PROMISES)
    assert {id: (c.accounting, c.onhand, c.promised, c.guard) for id, c in found.resources.items()} == {
        LOT: (-7, -7, -3, True),
        OTHER: (3, 1, 0, False),
        EMPTY: (0, 2, 0, False),
    }
    assert found.fulfilled == {5: 6}


def test_keeping_a_promise_takes_nothing_from_others():
    [change] = changes([_told("transfer", 3, resource_id=LOT, fulfils_id=5, guard=True)], PROMISES).resources.values()
    assert (change.accounting, change.promised, change.guard) == (-3, -3, False)
    [change] = changes([_told("transfer", 4, resource_id=LOT, fulfils_id=5, guard=True)], PROMISES).resources.values()
    assert (change.accounting, change.promised, change.guard) == (-4, -3, True)


@pytest.mark.parametrize(
    ("quantity", "fulfilled", "finished", "still"),
    [(4, 0, False, 4), (4, 1, False, 3), (4, 4, False, 0), (4, 9, False, 0), (4, 1, True, 0), (0, 0, False, 0)],
)
def test_open_promise(quantity, fulfilled, finished, still):
    assert open_promise(quantity, fulfilled, finished) == still


def test_marks_follow_the_effects():
    moved = _told("move", 2, resource_id=LOT, to_resource_id=EMPTY, to_location_id=9, state="cool")
    assert marks(moved, STOCKS, {}) == {EMPTY: {"location_id": 9, "state": "cool"}}
    given = _told("transfer", 2, resource_id=LOT, to_resource_id=EMPTY, receiver_id=JO)
    assert marks(given, STOCKS, {}) == {EMPTY: {"primary_accountable_id": JO}}
    made = _told("produce", 2, resource_id=LOT, to_location_id=9, output_of_id=1)
    assert marks(made, STOCKS, {1: "cutting"}) == {LOT: {"location_id": 9, "stage": "cutting"}}
    assert marks(_told("combine", 2, resource_id=LOT, to_resource_id=EMPTY), STOCKS, {}) == {
        LOT: {"contained_in_id": EMPTY}
    }
    assert marks(_told("separate", 2, resource_id=LOT), STOCKS, {}) == {LOT: {"contained_in_id": None}}
    assert marks(_told("work", 0, specification_id=CARROTS, effort_quantity=5, state="x"), STOCKS, {}) == {}


def test_a_reversal_undoes_the_changes():
    told = _told("transfer", 3, resource_id=LOT, to_resource_id=EMPTY)
    back = reversal(told, 77)
    assert (back.quantity, back.corrects_id) == (-3, 77)
    there_and_back = changes([told, back], PROMISES).resources.values()
    assert all(c.accounting == c.onhand == 0 for c in there_and_back)
