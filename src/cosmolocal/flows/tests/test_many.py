"""Many transfers at once go a faster way, and it says and does the same."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cosmolocal.flows import operations as flows
from cosmolocal.flows import queries
from cosmolocal.flows.models import EconomicEvent, EconomicResource
from cosmolocal.flows.tests.village import Village, quantities, village
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal


@pytest.fixture
def vale(db) -> Village:
    return village()


def _legs(vale, accounts, count, **more):
    picks = random.Random(3)
    found = []
    for _ in range(count):
        source, target = picks.sample(accounts, 2)
        both = (source.primary_accountable_id, target.primary_accountable_id, source.pk, target.pk)
        found.append(flows.EventDraft("transfer", picks.randint(1, 9), vale.credit.pk, *both, **more))
    return found


def _accounts(vale, quantity):
    return [vale.account(holder, quantity) for holder in (vale.jo, vale.home, vale.farm, vale.amina)]


def test_as_one_by_one(vale):
    accounts = _accounts(vale, 500)
    legs = _legs(vale, accounts, 60, guard=True)
    for told in legs:
        flows.record(by=vale.amina, drafts=[told])
    one_by_one = [accounting for accounting, *_ in quantities(*accounts)]
    events = flows.record(by=vale.amina, drafts=legs)
    at_once = [accounting for accounting, *_ in quantities(*accounts)]
    assert [500 + 2 * (now - 500) for now in one_by_one] == at_once
    assert queries.replay() == []
    written = EconomicEvent.objects.in_bulk(events)
    columns = ("quantity", "provider_id", "receiver_id", "resource_id", "to_resource_id", "specification_id")
    for event, told in zip(events, legs, strict=True):
        assert all(getattr(written[event], column) == getattr(told, column) for column in columns)


def test_what_differs_between_them_is_kept(vale):
    accounts = _accounts(vale, 500)
    legs = _legs(vale, accounts, 40)
    agreements = [flows.agree(by=vale.amina).pk for _ in range(3)]
    day = clock.now() - timedelta(days=3)
    for n, told in enumerate(legs):
        told.agreement_id = agreements[n % 3] if n % 4 else None
        told.reason = "order" if n % 2 else "deposit"
        told.at, told.value_on = (day, day.date()) if n % 5 == 0 else (None, None)
    events = flows.record(by=vale.amina, drafts=legs)
    written = EconomicEvent.objects.in_bulk(events)
    for event, told in zip(events, legs, strict=True):
        found = written[event]
        assert (found.agreement_id, found.reason, found.value_on) == (told.agreement_id, told.reason, told.value_on)
        assert found.resource_id == told.resource_id
        assert found.at == (told.at or found.operation.at)


def test_refused_as_one_by_one(vale):
    accounts = _accounts(vale, 10)
    poor, rich = vale.account(vale.jo, 3), vale.account(vale.home, 1000)
    legs = _legs(vale, accounts, 30)
    legs += [flows.EventDraft("transfer", 5, vale.credit.pk, vale.jo.pk, vale.home.pk, poor.pk, rich.pk, guard=True)]
    with pytest.raises(Refusal) as refused:
        flows.record(by=vale.amina, drafts=legs)
    assert (refused.value.code, refused.value.facts["resources"]) == ("flows.not_enough", {poor.pk: 3})
    legs[-1].guard = False
    legs[-1].provider_id = vale.farm.pk
    with pytest.raises(Refusal) as refused:
        flows.record(by=vale.amina, drafts=legs)
    assert refused.value.facts["problem"] == "not_provider"
    assert EconomicEvent.objects.filter(action="transfer").count() == 0
    assert quantities(poor) == [(3, 3, 0)]


def test_what_must_change_more_than_quantities_goes_the_long_way(vale):
    accounts = _accounts(vale, 100)
    lot, crate = vale.stock(50), vale.stock()
    legs = _legs(vale, accounts, 25)
    legs.append(flows.EventDraft("transfer", 5, vale.carrots.pk, vale.home.pk, vale.jo.pk, lot.pk, crate.pk))
    flows.record(by=vale.amina, drafts=legs)
    assert EconomicResource.objects.get(pk=crate.pk).primary_accountable == vale.jo
    assert queries.replay() == []


def test_a_set_takes_the_same_few_statements_whatever_its_size(vale):
    accounts = _accounts(vale, 5000)
    counts = []
    for size in (30, 300):
        with CaptureQueriesContext(connection) as counted:
            flows.record(by=vale.amina, drafts=_legs(vale, accounts, size))
        counts.append(len([q for q in counted.captured_queries if "SAVEPOINT" not in q["sql"]]))
    # The operation's row, the events, the quantities, the operation's result.
    assert counts == [4, 4]
