"""What doctor names where it reads in pieces, in other processes, is what it names in one."""

import os
from contextlib import nullcontext

import pytest
from django.db import connection

from cosmolocal.agents import operations as agents
from cosmolocal.config import doctor
from cosmolocal.handovers.tests import village as builder
from cosmolocal.kernel import beside, proving, seals, triggers


@pytest.mark.django_db(transaction=True)
def test_what_was_changed_past_the_program_is_named_by_other_processes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "OPERATIONS_EACH", 10)
    monkeypatch.setattr(proving, "AT_ONCE", 10)
    monkeypatch.setattr(proving, "snapshot", lambda: nullcontext("default"))  # tests may open no other connection
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    village = builder.build()
    agents.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    while seals.seal():
        pass
    assert proving.is_long()
    assert not [one for one in doctor.examine() if one.grave]
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_operation SET key = key || 'x' WHERE code = 'agents.give_role'")
        cursor.execute("UPDATE agents_role SET name = 'treasurer' WHERE name = 'packer'")
        cursor.execute("UPDATE flows_economicresource SET accounting_quantity = accounting_quantity + 1")
    triggers.protect()
    apart = doctor.examine()
    monkeypatch.setattr(beside, "AT_MOST", 1)
    assert doctor.examine() == apart
    graves = [one.what for one in apart if one.grave]
    for words in ("agents.give_role", "Role number", "the books say"):
        assert any(words in what for what in graves), words
    assert [one.grave for one in apart] == sorted((one.grave for one in apart), reverse=True)
