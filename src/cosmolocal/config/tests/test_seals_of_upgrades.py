"""A row noted as written by an upgrade is believed only where one ran since the last seal; on both databases."""

from datetime import timedelta

import pytest
from django.db import connection

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Role
from cosmolocal.config import doctor
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import MONDAY, Village
from cosmolocal.kernel import clock, proving, seals, triggers, upgrading
from cosmolocal.kernel.models import Seal, Written
from cosmolocal.kernel.writer import as_upgrade

PACKERS = 2  # of the village


@pytest.fixture
def village(db: None) -> Village:
    with clock.frozen_at(MONDAY):
        village = builder.build()
        agents.give_role(by=village.home, agent=village.people["Jo"], role="packer")
        assert seals.seal() > 0
    return village


def found() -> set[tuple[str, str]]:
    return {(broken.code, broken.table) for broken in proving.examine()}


def promote(*, noted: bool) -> None:
    """Who has the database in her hands makes the packer treasurer, and may note that an upgrade did it."""
    triggers.lift()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agents_role SET name = 'treasurer' WHERE name = 'packer'")
        assert cursor.rowcount
        if noted:
            cursor.execute(
                'INSERT INTO kernel_written ("table", row_id, operation_id) '
                "SELECT 'agents_role', id, 0 FROM agents_role"
            )
    triggers.protect()


@pytest.mark.parametrize("noted", [True, False])
def test_a_row_in_the_name_of_an_upgrade_is_named_before_and_after_the_next_seal(
    village: Village, *, noted: bool
) -> None:
    promote(noted=noted)
    assert found() == {("row", "agents_role")}
    seals.seal()
    assert found() == {("row", "agents_role")}
    with clock.frozen_at(MONDAY + timedelta(hours=1)):
        agents.give_role(by=village.home, agent=village.people["Amina"], role="driver")
        seals.seal()
    assert found() == {("row", "agents_role")}
    assert Written.objects.count() == (PACKERS if noted else 0)  # what is as it was is no longer noted


def test_who_says_of_her_own_transaction_that_it_is_an_upgrade_is_named(village: Village) -> None:
    with as_upgrade(), connection.cursor() as cursor:
        cursor.execute("UPDATE flows_economicresource SET floor = -500000 WHERE floor = 0")
        cursor.execute(
            "INSERT INTO agents_role (agent_id, name, since) "
            "SELECT agent_id, 'treasurer', since FROM agents_role WHERE name = 'packer'"
        )
    expected = {("row", "flows_economicresource"), ("row", "agents_role")}
    assert found() == expected
    seals.seal()
    assert found() == expected


def test_what_an_upgrade_rewrote_is_taken_in_and_counted(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    triggers.lift()
    count = Role.objects.filter(name="packer").update(name="driver")
    triggers.protect()
    upgrading.end(plan=[(type("Change", (), {"app_label": "agents"}), False)])
    assert found() == {("row", "agents_role")}  # the program is the one of before
    now = {**seals.versions(), "agents": "9999_roles"}
    monkeypatch.setattr(seals, "versions", lambda: now)
    assert found() == set()
    seals.after_upgrade()
    newest = seals.head()
    assert newest is not None
    assert (newest.upgrade["rows"], newest.upgrade["versions"]["agents"]) == (count, "9999_roles")
    assert found() == set()
    assert not Written.objects.exists()
    assert any(f"{count} rows" in note for note in doctor.notes())
    role = Role.objects.filter(name="driver").values_list("id", flat=True)[0]
    triggers.lift()
    Role.objects.filter(pk=role).update(name="steward")
    Written.objects.create(table="agents_role", row_id=role, operation_id=0)
    triggers.protect()
    assert found() == {("row", "agents_role")}  # it was sealed at the end of the upgrade


def test_what_an_upgrade_rewrote_before_it_was_killed_is_taken_in_by_the_next_start(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    triggers.lift()
    count = Role.objects.filter(name="packer").update(name="driver")
    now = {**seals.versions(), "agents": "9999_roles"}
    monkeypatch.setattr(seals, "versions", lambda: now)
    assert Written.objects.count() == 0
    upgrading.end()  # nothing is left to migrate
    seals.after_upgrade()
    assert found() == set()
    newest = seals.head()
    assert newest is not None
    assert newest.upgrade["rows"] == count
    upgrading.end()
    assert not Written.objects.exists()  # every later start has nothing to note


def test_a_long_sweep_stays_open_until_its_last_row(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "OPERATIONS_EACH", 2)
    for rule in seals.noted_rules():
        seals.note_all(rule)
    now = dict.fromkeys(seals.versions(), "9999_all")
    monkeypatch.setattr(seals, "versions", lambda: now)
    assert Written.objects.count() > 30
    assert seals.seal() > 1
    assert not Written.objects.exists()
    assert Seal.objects.latest("number").upgrade["open"] == []
    assert found() == set()


def test_a_row_whose_note_names_no_operation_that_wrote_it_is_named(village: Village) -> None:
    role = Role.objects.filter(name="packer").values_list("id", flat=True)[0]
    for stranger in (-5, 7_000_000):
        Written.objects.update_or_create(table="agents_role", row_id=role, defaults={"operation_id": stranger})
        assert found() == {("unwritten", "agents_role")}
