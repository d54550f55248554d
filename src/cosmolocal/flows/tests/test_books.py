"""The books cannot be changed afterwards, and who changes them past the program is found."""

import pytest
from django.db import DatabaseError, connection, transaction

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import EconomicEvent, EconomicResource
from cosmolocal.flows.tests.village import Village, quantities, village
from cosmolocal.kernel import triggers
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def vale(db) -> Village:
    return village()


def _refused(sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_events_are_never_changed_nor_deleted(vale):
    vale.stock(8)
    _refused("UPDATE flows_economicevent SET quantity = 9")
    _refused("UPDATE flows_economicevent SET reason = 'x'")
    _refused("DELETE FROM flows_economicevent")
    assert EconomicEvent.objects.get().quantity == 8
    assert triggers.missing() == []


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_events_are_never_truncated(vale):
    vale.stock(8)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _refused("TRUNCATE flows_economicevent CASCADE")


def test_an_event_counts_backwards_only_when_it_corrects(vale):
    with pytest.raises(Refusal):
        vale.record("raise", -1, vale.stock())


def _tampered(sql: str, *values: int) -> list[tuple[str, int]]:
    """Replays with a row changed past the program; afterwards the row is as before."""
    with transaction.atomic():
        triggers.lift()
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
        found = [(finding.code, finding.row_id) for finding in queries.replay()]
        transaction.set_rollback(True)
    return found


def test_replay_finds_what_was_changed_past_the_program(vale):
    a, b = vale.stock(8), vale.stock()
    event = vale.record("move", 3, a, b)
    custody = vale.stock(owner=vale.jo)
    vale.record("transferCustody", 1, a, custody)
    [offer] = flows.add_intents(
        by=vale.amina,
        proposal=flows.propose(
            by=vale.amina, proposer=vale.farm, purpose="offer", name="", begins=None, ends=None, intents=[]
        ),
        drafts=[flows.IntentDraft("transfer", vale.carrots, vale.farm, None, 100)],
    )
    draft = flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 2, satisfies=offer)
    on_offer, on_lot = flows.commit(
        by=vale.amina,
        drafts=[draft, flows.CommitmentDraft("transfer", vale.home, vale.jo, vale.carrots, 4, resource=a)],
    )
    vale.record("transfer", 1, a, fulfils_id=on_lot.pk)
    assert queries.replay() == []
    assert _tampered("UPDATE flows_economicevent SET quantity = 2 WHERE id = %s", event) == [
        ("quantity", a.pk),
        ("quantity", b.pk),
    ]
    assert _tampered("UPDATE flows_economicresource SET accounting_quantity = 1 WHERE id = %s", b.pk) == [
        ("quantity", b.pk)
    ]
    assert _tampered("UPDATE flows_economicresource SET onhand_quantity = 0 WHERE id = %s", custody.pk) == [
        ("quantity", custody.pk)
    ]
    assert _tampered("UPDATE flows_economicresource SET promised_quantity = 9 WHERE id = %s", a.pk) == [
        ("promise", a.pk)
    ]
    assert _tampered("UPDATE flows_intent SET promised_quantity = 0 WHERE id = %s", offer.pk) == [("offer", offer.pk)]
    assert _tampered("UPDATE flows_commitment SET quantity = 5 WHERE id = %s", on_offer.pk) == [("offer", offer.pk)]
    assert _tampered("UPDATE flows_commitment SET fulfilled_quantity = 2 WHERE id = %s", on_lot.pk) == [
        ("promise", a.pk),
        ("fulfilment", on_lot.pk),
    ]
    assert _tampered("DELETE FROM flows_economicevent WHERE fulfils_id = %s", on_lot.pk) == [
        ("quantity", a.pk),
        ("fulfilment", on_lot.pk),
    ]
    assert queries.replay() == []


def test_every_finding_says_how_to_mend_it(vale):
    a = vale.stock(8)
    EconomicResource.objects.filter(pk=a.pk).update(accounting_quantity=7, promised_quantity=1)
    findings = queries.replay()
    assert [finding.code for finding in findings] == ["quantity", "promise"]
    assert all(finding.sentence and finding.fix for finding in findings)


def test_an_operation_with_a_key_happens_once(vale):
    a, b = vale.account(vale.jo, 500), vale.account(vale.home)
    told = flows.EventDraft(
        "transfer",
        100,
        specification_id=vale.credit.pk,
        provider_id=vale.jo.pk,
        receiver_id=vale.home.pk,
        resource_id=a.pk,
        to_resource_id=b.pk,
        guard=True,
    )
    first = flows.transfer(by=vale.amina, draft=told, key="slip 7")
    assert flows.transfer(by=vale.amina, draft=told, key="slip 7") == first
    assert quantities(a, b) == [(400, 400, 0), (100, 100, 0)]
    assert Operation.objects.filter(key="slip 7").count() == 1
    told.quantity = 101
    with pytest.raises(Refusal, match="already used"):
        flows.transfer(by=vale.amina, draft=told, key="slip 7")


def test_a_refused_wish_leaves_nothing_behind(vale):
    a, b = vale.account(vale.jo, 50), vale.account(vale.home)
    before = Operation.objects.count(), EconomicEvent.objects.count()
    told = flows.EventDraft("transfer", 51, resource_id=a.pk, to_resource_id=b.pk, guard=True)
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            flows.record(by=vale.amina, drafts=[told], key="slip 8")
        assert refused.value.facts["resources"] == {a.pk: 50}
    assert (Operation.objects.count(), EconomicEvent.objects.count()) == before
    told.quantity = 50
    flows.record(by=vale.amina, drafts=[told], key="slip 8")
    assert quantities(a, b) == [(0, 0, 0), (50, 50, 0)]
