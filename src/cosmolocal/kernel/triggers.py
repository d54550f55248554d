"""The database's own guards (SQLite and PostgreSQL): evidence refuses to be changed, and what is sealed notes in
`kernel_written` which operation wrote a row last. Made anew after each migrate; `doctor` checks that each stands.
"""

from collections.abc import Iterator, Sequence

from django.db import connections, transaction

from cosmolocal.kernel import replacing
from cosmolocal.kernel.evidence import KEPT, SEALED, Kept, Sealed, whole_of

_REFUSE = """
CREATE OR REPLACE FUNCTION cosmolocal_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
# Arguments: the table of the whole, and the column that holds its id.
_NOTE = """
CREATE OR REPLACE FUNCTION cosmolocal_written() RETURNS trigger LANGUAGE plpgsql AS
$$ DECLARE told jsonb; BEGIN
  IF TG_OP = 'DELETE' THEN told := to_jsonb(OLD); ELSE told := to_jsonb(NEW); END IF;
  INSERT INTO kernel_written ("table", row_id, operation_id)
    VALUES (TG_ARGV[0], (told ->> TG_ARGV[1])::bigint,
      NULLIF(current_setting('cosmolocal.operation', true), '')::bigint)
    ON CONFLICT ("table", row_id) DO UPDATE SET operation_id = EXCLUDED.operation_id;
  RETURN NULL;
END $$
"""
_NOTE_SQLITE = (
    "INSERT INTO kernel_written (\"table\", row_id, operation_id) VALUES ('{table}', {id}, cosmolocal_operation()) "
    'ON CONFLICT ("table", row_id) DO UPDATE SET operation_id = excluded.operation_id;'
)
# The salt of the newest row of its kind stays: without it nobody could say whether that row was changed.
_SALT = """
CREATE OR REPLACE FUNCTION cosmolocal_salt_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM kernel_sealedrow newer
                 WHERE newer."table" = OLD."table" AND newer.row_id = OLD.row_id AND newer.id > OLD.id) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$
"""
_SALT_SQLITE = (
    "BEFORE UPDATE ON kernel_sealedrow WHEN OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NOT EXISTS ("
    'SELECT 1 FROM kernel_sealedrow AS newer WHERE newer."table" = OLD."table" AND newer.row_id = OLD.row_id '
    "AND newer.id > OLD.id) BEGIN SELECT RAISE(ABORT, 'kernel_sealedrow is append-only'); END"
)
_SALT_POSTGRESQL = (
    "BEFORE UPDATE ON kernel_sealedrow FOR EACH ROW WHEN (OLD.salt IS NOT NULL AND NEW.salt IS NULL) "
    "EXECUTE FUNCTION cosmolocal_salt_stays()"
)
_FUNCTIONS = (_REFUSE, _NOTE, _SALT)
_BODIES = {text.split("FUNCTION ")[1].split("(")[0]: text.split("$$")[1] for text in _FUNCTIONS}
Trigger = tuple[str, str, str]  # name, table, what follows the name


def _differ(columns: Sequence[str], vendor: str) -> str:
    unlike = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f'OLD."{column}" {unlike} NEW."{column}"' for column in columns)


def _guards(rule: Kept, vendor: str) -> Iterator[Trigger]:
    table, each = rule.table, "" if vendor == "sqlite" else "FOR EACH ROW "
    stop = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        if vendor == "sqlite"
        else "EXECUTE FUNCTION cosmolocal_append_only()"
    )
    refused = _differ(rule.fixed, vendor)
    if rule.check:
        refused += f" OR NOT ({rule.check})"
    when = ""
    if rule.once or rule.free:
        since = f"({rule.once.format(row='OLD')}) AND " if rule.once else ""
        when = f"WHEN ({since}({refused})) "
    gone = f"WHEN ({rule.once.format(row='OLD')}) " if rule.once else ""
    yield f"{table}_no_update", table, f"BEFORE UPDATE ON {table} {each}{when}{stop}"
    if not rule.may_go:
        yield f"{table}_no_delete", table, f"BEFORE DELETE ON {table} {each}{gone}{stop}"
    if not rule.may_go and vendor != "sqlite":
        yield f"{table}_no_truncate", table, f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {stop}"


def _notes(rule: Sealed, vendor: str) -> Iterator[Trigger]:
    """A whole is noted when it is written, changed or deleted; a part only when it changes what was sealed already."""
    table, sqlite = rule.table, vendor == "sqlite"
    columns = [str(field.column) for field in rule.columns()]
    whole, id = whole_of(rule) if rule.whole else (rule, columns[0])
    each = "" if sqlite else "FOR EACH ROW "

    def run(row: str) -> str:
        if sqlite:
            return f"BEGIN {_NOTE_SQLITE.format(table=whole.table, id=f'{row}.{id}')} END"
        return f"EXECUTE FUNCTION cosmolocal_written('{whole.table}', '{id}')"

    def when(*rows: str, also: str = "") -> str:
        counts = " OR ".join(rule.when.format(row=row) for row in rows) if rule.when else ""
        asked = " AND ".join(f"({part})" for part in (counts, also) if part)
        return f"WHEN ({asked}) " if asked else ""

    changed = when("OLD", *(() if rule.whole else ("NEW",)), also=_differ(columns, vendor))
    named = ", ".join(f'"{column}"' for column in columns)
    yield f"{table}_written_change", table, f"AFTER UPDATE OF {named} ON {table} {each}{changed}{run('NEW')}"
    yield f"{table}_written_end", table, f"AFTER DELETE ON {table} {each}{when('OLD')}{run('OLD')}"
    if not rule.whole:
        yield f"{table}_written", table, f"AFTER INSERT ON {table} {each}{when('NEW')}{run('NEW')}"


def _wanted(using: str) -> Iterator[Trigger]:
    vendor = connections[using].vendor
    yield from replacing.guards(using)
    yield "kernel_sealedrow_salt_stays", "kernel_sealedrow", _SALT_SQLITE if vendor == "sqlite" else _SALT_POSTGRESQL
    for kept in KEPT.values():
        yield from _guards(kept, vendor)
    for sealed in SEALED.values():
        if sealed.noted:
            yield from _notes(sealed, vendor)


def protect(using: str = "default") -> None:
    """(Re)creates the triggers of every table that exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not {"kernel_operation", "kernel_written"} <= tables:
        return
    lift(using)
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for function in _FUNCTIONS:
                cursor.execute(function)
        for name, table, rest in _wanted(using):
            if table in tables:
                cursor.execute(f"CREATE TRIGGER {name} {rest}")


def lift(using: str = "default") -> None:
    """Drops the triggers; only a restore, a fresh demo and the test suite's flush may do this."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, (table, _whole) in _standing(using).items():
            cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))


def missing(using: str = "default") -> list[str]:
    """Names of tables whose triggers are absent, disabled or bent; empty when the books are protected."""
    wanted, found = list(_wanted(using)), _standing(using)
    told = {name: f"CREATE TRIGGER {name} {rest}" for name, _table, rest in wanted}
    if connections[using].vendor != "sqlite":
        told = _definitions(wanted, using) if _functions_stand(using) else {}
    return sorted(
        {table for name, table, _rest in wanted if name not in told or found.get(name) != (table, told[name])}
    )


def _standing(using: str) -> dict[str, tuple[str, str]]:
    """Our triggers in the database: name -> table, and its text (empty: it sleeps)."""
    connection = connections[using]
    ours = (
        *("_no_update", "_no_delete", "_no_truncate", "_written", "_written_change", "_written_end"),
        *(replacing.INSERTED, replacing.CHANGED, "_salt_stays"),
    )
    query = (
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else f"SELECT tgname, tgrelid::regclass::text, CASE WHEN tgenabled IN ('O', 'A') THEN {_TEXT} ELSE '' END "  # noqa: S608
        "FROM pg_trigger WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: (table, told) for name, table, told in cursor.fetchall() if name.endswith(ours)}


_TEXT = "pg_get_triggerdef(pg_trigger.oid, true)"
_known: dict[Trigger, str] = {}


def _definitions(wanted: Sequence[Trigger], using: str) -> dict[str, str]:
    """The text of each trigger in PostgreSQL's own words: asked once a process, of triggers on passing tables of the
    same name and columns, since it writes every condition anew.
    """
    if not _known.keys() >= set(wanted):
        connection = connections[using]
        tables = set(connection.introspection.table_names())
        there = [trigger for trigger in wanted if trigger[1] in tables]
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for table in sorted({table for _name, table, _rest in there}):
                cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {table})")
            for name, _table, rest in there:
                cursor.execute(f"CREATE TRIGGER {name} {rest}")
            cursor.execute(
                f"SELECT tgname, {_TEXT} FROM pg_trigger WHERE tgrelid::regclass::text = ANY(%s)",  # noqa: S608
                [[*tables]],
            )
            told = dict(cursor.fetchall())
            transaction.set_rollback(True, using=using)
        _known.update({trigger: told[trigger[0]] for trigger in there})
    return {trigger[0]: _known[trigger] for trigger in wanted if trigger in _known}


def _functions_stand(using: str) -> bool:
    """Whether what the triggers of PostgreSQL call is ours, and called at all."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_setting('session_replication_role') <> 'replica'")
        is_awake = cursor.fetchone()[0]
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc JOIN pg_language ON pg_language.oid = prolang "
            "WHERE pg_function_is_visible(pg_proc.oid) AND pronargs = 0 AND lanname = 'plpgsql' "
            "AND proconfig IS NULL AND NOT prosecdef AND proname LIKE 'cosmolocal%%'"
        )
        return is_awake and _BODIES.items() <= dict(cursor.fetchall()).items()
