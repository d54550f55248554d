"""What a promise holds back, and what becomes of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.tests.village import Village, quantities, village
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def vale(db) -> Village:
    return village()


def _promise(vale, resource, quantity, **more):
    draft = flows.CommitmentDraft("transfer", vale.jo, vale.home, vale.credit, quantity, resource=resource, **more)
    return flows.commit(by=vale.amina, drafts=[draft])[0].pk


def _state(promise):
    found = queries.commitments([promise])[promise]
    return found.quantity, found.fulfilled_quantity, found.finished


def test_what_is_set_aside_cannot_be_paid_away(vale):
    account, other = vale.account(vale.jo, 100), vale.account(vale.home)
    _promise(vale, account, 60)
    told = flows.EventDraft(
        *("transfer", 41, vale.credit.pk, vale.jo.pk, vale.home.pk, account.pk, other.pk), guard=True
    )
    with pytest.raises(Refusal) as refused:
        flows.transfer(by=vale.amina, draft=told)
    assert refused.value.facts["resources"] == {account.pk: 40}
    with pytest.raises(Refusal) as refused:
        flows.record(by=vale.amina, drafts=[told])
    assert refused.value.facts["resources"] == {account.pk: 40}
    assert quantities(account, other) == [(100, 100, 60), (0, 0, 0)]


def test_released_is_what_is_not_kept(vale):
    account, other = vale.account(vale.jo, 100), vale.account(vale.home)
    promise = _promise(vale, account, 60)
    flows.release(by=vale.amina, commitments=[promise], keep={promise: 50})
    assert (_state(promise), quantities(account)) == ((50, 0, False), [(100, 100, 50)])
    flows.release(by=vale.amina, commitments=[promise], keep={promise: 55})
    assert _state(promise) == (50, 0, False)
    vale.record("transfer", 20, account, other, fulfils_id=promise)
    assert (_state(promise), quantities(account)) == ((50, 20, False), [(80, 80, 30)])
    flows.release(by=vale.amina, commitments=[promise])
    assert (_state(promise), quantities(account)) == ((20, 20, True), [(80, 80, 0)])


def test_a_finished_promise_holds_nothing_and_stays_finished(vale):
    account, other = vale.account(vale.jo, 100), vale.account(vale.home)
    promise = _promise(vale, account, 60)
    event = vale.record("transfer", 20, account, other, fulfils_id=promise)
    flows.finish(by=vale.amina, commitments=[promise])
    assert (_state(promise), quantities(account)) == ((60, 20, True), [(80, 80, 0)])
    flows.release(by=vale.amina, commitments=[promise], keep={promise: 40})
    assert (_state(promise), quantities(account)) == ((40, 20, True), [(80, 80, 0)])
    flows.correct(by=vale.amina, event_id=event)
    assert (_state(promise), quantities(account)) == ((40, 0, True), [(100, 100, 0)])
    assert queries.replay() == []


def test_taking_back_what_kept_an_open_promise_opens_it_again(vale):
    account, other = vale.account(vale.jo, 100), vale.account(vale.home)
    promise = _promise(vale, account, 60)
    event = vale.record("transfer", 20, account, other, fulfils_id=promise)
    flows.correct(by=vale.amina, event_id=event)
    assert (_state(promise), quantities(account)) == ((60, 0, False), [(100, 100, 60)])


def test_more_than_promised_is_visible_and_never_refused(vale):
    lot = vale.stock(10)
    draft = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 4, resource=lot)
    [promise] = flows.commit(by=vale.amina, drafts=[draft])
    vale.record("transfer", 12, lot, fulfils_id=promise.pk)
    assert (_state(promise.pk), quantities(lot)) == ((4, 12, True), [(-2, -2, 0)])


def test_what_is_promised_elsewhere_is_recorded_without_guard(vale):
    account = vale.account(vale.jo, 10)
    promise = _promise(vale, account, 60, guard=False)
    assert quantities(account) == [(10, 10, 60)]
    assert [found.pk for found in queries.below_floor()] == [account.pk]
    with pytest.raises(Refusal):
        _promise(vale, account, 1)
    flows.release(by=vale.amina, commitments=[promise])
    assert list(queries.below_floor()) == []


def test_an_offer_of_a_stock_promises_the_stock(vale):
    lot = vale.stock(10)
    proposal = flows.propose(
        by=vale.amina, proposer=vale.home, purpose="offer", name="", begins=None, ends=None, intents=[]
    )
    draft = flows.IntentDraft("transfer", vale.carrots, vale.home, None, None, resource=lot)
    [offer] = flows.add_intents(by=vale.amina, proposal=proposal, drafts=[draft])
    order = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 6, satisfies=offer)
    flows.commit(by=vale.amina, drafts=[order])
    assert (quantities(lot), queries.intents([offer.pk])[offer.pk].promised_quantity) == ([(10, 10, 6)], 0)
    with pytest.raises(Refusal) as refused:
        flows.commit(by=vale.amina, drafts=[order])
    assert refused.value.facts["resources"] == {lot.pk: 4}


def test_a_closed_offer_takes_no_promise_until_it_is_opened_again(vale):
    proposal = flows.propose(
        by=vale.amina, proposer=vale.farm, purpose="offer", name="", begins=None, ends=None, intents=[]
    )
    draft = flows.IntentDraft("transfer", vale.carrots, vale.farm, None, None)
    [offer] = flows.add_intents(by=vale.amina, proposal=proposal, drafts=[draft])
    order = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 6, satisfies=offer)
    flows.close_intents(by=vale.amina, intents=[offer])
    with pytest.raises(Refusal) as refused:
        flows.commit(by=vale.amina, drafts=[order])
    assert (refused.value.code, refused.value.facts) == ("flows.offer_closed", {"intents": [offer.pk]})
    flows.reopen_intents(by=vale.amina, intents=[offer])
    flows.commit(by=vale.amina, drafts=[order])


def test_two_orders_for_the_last_piece_in_one_deed_get_none(vale):
    proposal = flows.propose(
        by=vale.amina, proposer=vale.farm, purpose="offer", name="", begins=None, ends=None, intents=[]
    )
    drafts = [flows.IntentDraft("transfer", vale.carrots, vale.farm, None, n) for n in (10, 3)]
    many, few = flows.add_intents(by=vale.amina, proposal=proposal, drafts=drafts)
    orders = [
        flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 2, satisfies=offer)
        for offer in (many, few, few)
    ]
    with pytest.raises(Refusal) as refused:
        flows.commit(by=vale.amina, drafts=orders)
    assert refused.value.facts == {"intents": {few.pk: 3}, "resources": {}}
    assert {i.promised_quantity for i in queries.intents([many.pk, few.pk]).values()} == {0}


def test_many_orders_take_the_same_number_of_statements(vale):
    lots = [vale.stock(1000) for _ in range(30)]
    agreement = flows.agree(by=vale.amina)
    drafts = [
        flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 3, agreement=agreement, resource=lot)
        for lot in lots
    ]
    counts = []
    for number in (3, 30):
        with CaptureQueriesContext(connection) as counted:
            made = flows.commit(by=vale.amina, drafts=drafts[:number])
            flows.record(
                by=vale.amina,
                drafts=[
                    flows.EventDraft("transfer", 3, resource_id=lot.pk, fulfils_id=promise.pk)
                    for lot, promise in zip(lots, made, strict=False)
                ],
            )
        counts.append(len(counted))
    assert counts[0] == counts[1]
