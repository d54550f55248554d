"""A guard that does less than it did is missed, and so is one that is only switched off."""

import pytest
from django.db import connection

from cosmolocal.kernel import triggers

_GUARD = "CREATE TRIGGER flows_economicevent_no_update BEFORE"
_STOP = "EXECUTE FUNCTION cosmolocal_append_only()"
_NOTED = "CREATE TRIGGER agents_role_written_change AFTER UPDATE OF"
_NOTES = "EXECUTE FUNCTION cosmolocal_written('agents_role', 'id')"
POSTGRESQL = {
    "never": f"{_GUARD} UPDATE ON flows_economicevent FOR EACH ROW WHEN (false) {_STOP}",
    "of another kind": f"{_GUARD} INSERT ON flows_economicevent FOR EACH ROW {_STOP}",
    "of one column": f"{_GUARD} UPDATE OF quantity ON flows_economicevent FOR EACH ROW {_STOP}",
    "for statements": f"{_GUARD} UPDATE ON flows_economicevent FOR EACH STATEMENT {_STOP}",
    "of half the columns": f"{_NOTED} until ON agents_role FOR EACH ROW {_NOTES}",
    "of another number": f"{_NOTED} id ON agents_role FOR EACH ROW {_NOTES.replace('id', 'agent_id')}",
    "switched off": "ALTER TABLE flows_economicevent DISABLE TRIGGER flows_economicevent_no_update",
    "for copies only": "ALTER TABLE flows_economicevent ENABLE REPLICA TRIGGER flows_economicevent_no_update",
    "another function": (
        "CREATE OR REPLACE FUNCTION cosmolocal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$"
    ),
    "a function that switches guards off": "ALTER FUNCTION cosmolocal_append_only() SET work_mem = '1MB'",
    "every trigger is asleep": "SET LOCAL session_replication_role = replica",
}
SQLITE = {
    "never": "CREATE TRIGGER flows_economicevent_no_update BEFORE UPDATE ON flows_economicevent WHEN 0 "
    "BEGIN SELECT RAISE(ABORT, 'flows_economicevent is append-only'); END",
    "of one column": "CREATE TRIGGER flows_economicevent_no_update BEFORE UPDATE OF quantity ON flows_economicevent "
    "BEGIN SELECT RAISE(ABORT, 'flows_economicevent is append-only'); END",
}


@pytest.mark.parametrize("change", POSTGRESQL if connection.vendor == "postgresql" else SQLITE)
def test_a_guard_that_does_less_is_missed(db: None, change: str) -> None:
    assert triggers.missing() == []
    statement = (POSTGRESQL if connection.vendor == "postgresql" else SQLITE)[change]
    with connection.cursor() as cursor:
        if statement.startswith("CREATE TRIGGER"):
            name, table = statement.split()[2], statement.split(" ON ")[1].split()[0]
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
        cursor.execute(statement)
    assert ("agents_role" if "agents_role" in statement else "flows_economicevent") in triggers.missing()
