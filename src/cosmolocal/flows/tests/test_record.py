"""What events do to quantities, and which are refused."""

import pytest

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import Intent
from cosmolocal.flows.tests.village import Village, quantities, village
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def vale(db) -> Village:
    return village()


def test_the_number_chain(vale):
    a, b = vale.stock(), vale.stock()
    custodian = vale.stock(owner=vale.jo)
    owner, c = vale.stock(owner=vale.farm), vale.stock(owner=vale.farm)
    vale.record("raise", 8, a)
    vale.record("move", 1, a, b)
    assert quantities(a, b) == [(7, 7, 0), (1, 1, 0)]
    vale.record("raise", 8, a)
    assert quantities(a) == [(15, 15, 0)]
    vale.record("lower", 2, a)
    assert quantities(a) == [(13, 13, 0)]
    vale.record("transferCustody", 1, a, custodian)
    assert quantities(a, custodian) == [(13, 12, 0), (0, 1, 0)]
    vale.record("transferAllRights", 1, a, owner)
    assert quantities(a, owner) == [(12, 12, 0), (1, 0, 0)]
    vale.record("transfer", 3, a, c)
    assert quantities(a, c) == [(9, 9, 0), (3, 3, 0)]


def test_a_promise_moves_from_intent_to_lot_and_is_fulfilled(vale):
    offer = flows.propose(
        by=vale.amina,
        proposer=vale.farm,
        purpose="offer",
        name="",
        begins=None,
        ends=None,
        intents=[flows.IntentDraft("transfer", vale.carrots, vale.farm, vale.home, 40_000)],
    )
    intent = Intent.objects.get(proposal=offer.pk)
    agreement = flows.agree(by=vale.amina)
    [promise] = flows.commit(
        by=vale.amina,
        drafts=[
            flows.CommitmentDraft(
                "transfer", vale.home, vale.jo, vale.carrots, 2_000, agreement=agreement, satisfies=intent
            )
        ],
    )
    assert queries.intents([intent.pk])[intent.pk].promised_quantity == 2_000
    lot = vale.stock(1_000)
    flows.assign_lots(by=vale.amina, moves=[flows.LotMove(promise.pk, lot.pk, 1_940)])
    assert queries.intents([intent.pk])[intent.pk].promised_quantity == 0
    assert quantities(lot) == [(1_000, 1_000, 1_940)]
    assert [r.pk for r in queries.below_floor()] == [lot.pk]
    vale.record("transfer", 1_940, lot, fulfils_id=promise.pk)
    assert quantities(lot) == [(-940, -940, 0)]
    done = queries.commitments([promise.pk])[promise.pk]
    assert (done.fulfilled_quantity, done.finished) == (1_940, True)


def test_not_enough_names_what_is_left(vale):
    account, other = vale.account(vale.jo, 500), vale.account(vale.home)
    draft = flows.CommitmentDraft("transfer", vale.jo, vale.home, vale.credit, 400, resource=account)
    flows.commit(by=vale.amina, drafts=[draft])
    with pytest.raises(Refusal) as refused:
        flows.commit(by=vale.amina, drafts=[draft])
    assert (refused.value.code, refused.value.facts["resources"]) == ("flows.not_enough", {account.pk: 100})
    with pytest.raises(Refusal) as refused:
        vale.record("transfer", 101, account, other, guard=True)
    assert (refused.value.code, refused.value.facts["resources"]) == ("flows.not_enough", {account.pk: 100})
    assert quantities(account, other) == [(500, 500, 400), (0, 0, 0)]
    vale.record("transfer", 100, account, other, guard=True)
    vale.record("transfer", 50, account, other)
    assert quantities(account, other) == [(350, 350, 400), (150, 150, 0)]


def test_a_correction_takes_back_and_writes_anew(vale):
    lot, c = vale.stock(10), vale.stock(owner=vale.farm)
    event = vale.record("transfer", 4, lot, c)
    flows.correct(
        by=vale.amina,
        event_id=event,
        replacement=flows.EventDraft("transfer", 3, resource_id=lot.pk, to_resource_id=c.pk),
    )
    assert quantities(lot, c) == [(7, 7, 0), (3, 3, 0)]
    with pytest.raises(Refusal, match="corrected before"):
        flows.correct(by=vale.amina, event_id=event)
