"""How one operation runs: one transaction, one audit row, one idempotency key, one result."""

import dataclasses
import errno
import functools
import hashlib
import inspect
import json
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    models,
    transaction,
)
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.driver import Statement
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.kernel.writer import Running, under_way

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Spec:
    """A declared operation. A fact has already happened, so it is always recorded; a wish may be refused."""

    code: str
    run: Callable[..., Any]
    is_fact: bool
    gives_nothing: bool = False
    said: str | Promise = ""  # after a name, in the past: "ordered"


declared: dict[str, Spec] = {}
_done_before: ContextVar[list[str] | None] = ContextVar("done_before", default=None)
_TRIES = 4
# PostgreSQL's error codes (deadlock_detected, serialization_failure; disk_full), and SQLite's words.
_DEADLOCKS = ("40P01", "40001")
_WAITED = ("55P03",)  # lock_not_available, by the time that a wait for another writer may take
_TWICE = ("23505",)  # unique_violation
_NO_SPACE = ("53100",)
_AWAY = ("08", "57P", "53300")  # no connection, shut down or starting, too many connections
_TOO_SLOW = ("57014",)  # query_canceled, by the time that a statement may take
_CANNOT_WRITE = ("database or disk is full", "disk I/O error")


def running() -> Running:
    """The operation under way; raises LookupError outside of one, since every write belongs to an operation."""
    found = under_way.get()
    if found is None:
        raise LookupError("no operation is running: writes happen inside an @operation only")
    return found


def is_running() -> bool:
    return under_way.get() is not None


def operation(code: str, *, said: str | Promise = "", fact: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares a function as a deed.

    `said` stands after a name wherever people read who did what: "ordered", "took money in".
    The function takes keywords only, among them `by` (an Agent) and, where a door may retry, `key`; it returns None, an
    id, a model instance, or a list of those. Outermost: one transaction and one Operation row; nested: it joins.
    The same (by, code, key) again returns the first result; with another request: Refusal `kernel.key_reused`.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        if "by" not in signature.parameters:
            raise TypeError(f"{code}: an operation takes `by`")
        gives_nothing = signature.return_annotation in (None, "None")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{code} takes keywords only")
            if under_way.get() is not None:
                return function(**kwargs)  # type: ignore[call-arg]
            return _run_outermost(code, function, kwargs)

        if code in declared and declared[code].run.__module__ != function.__module__:
            raise TypeError(f"operation {code} is declared twice")
        declared[code] = Spec(code, run, fact, gives_nothing, said)
        return run

    return declare


@contextmanager
def noticing() -> Iterator[list[str]]:
    """Collects, inside this block, the codes of deeds that were done before under the same key, and so not again."""
    found: list[str] = []
    token = _done_before.set(found)
    try:
        yield found
    finally:
        _done_before.reset(token)


def in_words(code: str) -> str:
    """What the deed of that code is called; a code that an earlier release knew stands as it is."""
    found = declared.get(code)
    return str(found.said) if found else code


def _run_outermost(code: str, function: Callable[..., R], kwargs: Mapping[str, Any]) -> R:
    """Runs the deed. What only came of two at once (PostgreSQL) is simply tried again, since nothing of it remained: a
    deadlock, and a row that somebody else wrote first, which is there to be read the second time.
    """
    retryable = not connection.in_atomic_block
    for attempt in range(1, _TRIES + 1):
        try:
            return _once(code, function, kwargs)
        except (OperationalError, IntegrityError) as error:
            state = getattr(error.__cause__, "sqlstate", "")
            if retryable and attempt < _TRIES and state in _DEADLOCKS + _TWICE:
                continue
            refusal = refusal_of(error)
            if refusal is None:
                raise
            raise refusal from error
    raise AssertionError("unreachable")


def refusal_of(error: DatabaseError) -> Refusal | None:
    """What people read when the database itself could not: full, busy, too slow, written by two; None for others."""
    state = getattr(error.__cause__, "sqlstate", "")
    if is_disk_full(error):
        return disk_full()
    if state in _DEADLOCKS + _WAITED or "database is locked" in str(error):
        sentence = _("Many people write at this moment. Nothing was changed; please try again.")
        return Refusal("kernel.busy", sentence, later=True)
    if state in _TWICE:
        sentence = _("Somebody else wrote the same at this moment. Nothing was changed; look at it as it is now.")
        return Refusal("kernel.written_twice", sentence, later=True)
    if state in _TOO_SLOW:
        return Refusal("kernel.too_slow", _("This took too long and was ended. Nothing was changed; ask for less."))
    return None


def is_disk_full(error: BaseException | None) -> bool:
    """Whether something failed because nothing can be written: the database's words, or the system's number."""
    if isinstance(error, OperationalError):
        state = getattr(error.__cause__, "sqlstate", "")
        return state in _NO_SPACE or any(words in str(error) for words in _CANNOT_WRITE)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_away(error: BaseException | None) -> bool:
    """Whether PostgreSQL did not answer, or hung up: nothing was changed, and it may be back in a moment. SQLite is a
    file; what it says of it is no such thing.
    """
    if not isinstance(error, (OperationalError, InterfaceError)) or connection.vendor != "postgresql":
        return False
    state = getattr(error.__cause__, "sqlstate", "") or ""
    return not state or state.startswith(_AWAY)


def disk_full() -> Refusal:
    return Refusal(
        "kernel.disk_full",
        _("This node cannot write: its disk is full. Nothing was changed. Tell whoever runs it."),
        later=True,
    )


def _once(code: str, function: Callable[..., R], kwargs: Mapping[str, Any]) -> R:
    """A deed that declares to give nothing is closed with its row; any other once, when it has given its result."""
    closed = _NOTHING if declared[code].gives_nothing else None
    by, key = kwargs["by"], kwargs.get("key") or ids.fresh_key()
    behalf = kwargs.get("on_behalf_of")
    at = clock.now()
    request_hash = fingerprint(kwargs) if kwargs.get("key") else ""
    with transaction.atomic():
        row = _claim(
            {
                "code": code,
                "by": by.pk,
                "behalf": behalf.pk if behalf else None,
                "at": _stored(at),
                "key": key,
                "print": request_hash,
                "result": closed,
            }
        )
        if row is None:
            return _first_result(code, by.pk, key, request_hash)  # type: ignore[no-any-return]
        token = under_way.set(Running(row, code, by.pk, at))
        try:
            result = function(**kwargs)
        finally:
            under_way.reset(token)
        if closed is None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE kernel_operation SET result = %s WHERE id = %s", [json.dumps(_frozen(result)), row]
                )
        elif result is not None:
            raise TypeError(f"{code} declares that it gives nothing")
        return result


def _claim(values: Mapping[str, Any]) -> int | None:
    """Inserts the operation row; None when the key was used. A concurrent twin waits here for the first to end.

    PostgreSQL's triggers read from the transaction's setting which operation writes, SQLite's ask `written_by`.
    """
    found = (_CLAIM if connection.vendor == "sqlite" else _CLAIM_AND_SAY).run(values).fetchone()
    return found[0] if found else None


def _stored(at: datetime) -> Any:
    return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(at)


_NOTHING = "null"
_COLUMNS = "INSERT INTO kernel_operation (code, by_id, on_behalf_of_id, at, key, fingerprint, result)"
_VALUES = "%(code)s, %(by)s, %(behalf)s, %(at)s, %(key)s, %(print)s, %(result)s"
# One who writes to SQLite writes alone, and its guard would refuse what ON CONFLICT passes over.
_CLAIM = Statement(
    f"{_COLUMNS} SELECT {_VALUES} WHERE NOT EXISTS (SELECT 1 FROM kernel_operation "  # noqa: S608 - our own text
    "WHERE by_id = %(by)s AND code = %(code)s AND key = %(key)s) RETURNING id"
)
_CLAIM_AND_SAY = Statement(
    f"{_COLUMNS} VALUES ({_VALUES}) ON CONFLICT (by_id, code, key) DO NOTHING "
    "RETURNING id, set_config('cosmolocal.operation', id::text, true)"
)


def _first_result(code: str, by: int, key: str, request_hash: str) -> Any:
    row = apps.get_model("kernel", "Operation")._default_manager.get(code=code, by=by, key=key)
    if row.fingerprint != request_hash:
        raise Refusal(
            "kernel.key_reused",
            _("This page was already used for something else. Open it again and repeat what you wanted to do."),
        )
    if (noticed := _done_before.get()) is not None:
        noticed.append(code)
    return _thawed(row.result)


def fingerprint(kwargs: Mapping[str, Any]) -> str:
    """A short hash of a request: the same wish gives the same print on both databases and in any process."""
    wishes = {name: value for name, value in kwargs.items() if name not in ("by", "key")}
    return hashlib.sha256(_ENCODER.encode(wishes).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """What JSON does not know, in words that it knows: called for such values only, since a request may be long."""
    kind: type = type(value)
    if dataclasses.is_dataclass(kind):
        return _values_of(kind)(value)
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(inner, default=_plain) for inner in value)
    if isinstance(value, (bytes, bytearray)):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return list(value) if hasattr(value, "__iter__") else str(value)


_ENCODER = json.JSONEncoder(sort_keys=True, default=_plain)


@functools.cache
def _values_of(kind: type) -> Callable[[Any], Any]:
    names = [field.name for field in dataclasses.fields(kind)]
    return operator.attrgetter(*names) if names else str


def _frozen(result: Any) -> Any:
    if isinstance(result, models.Model):
        return {"model": result._meta.label_lower, "id": result.pk}
    if isinstance(result, (list, tuple)):
        return [_frozen(item) for item in result]
    if isinstance(result, (int, str, bool)) or result is None:
        return result
    raise TypeError(f"an operation returns ids or rows, not {type(result).__name__}")


def _thawed(stored: Any) -> Any:
    if isinstance(stored, dict):
        return apps.get_model(stored["model"])._default_manager.get(pk=stored["id"])
    if isinstance(stored, list):
        return [_thawed(item) for item in stored]
    return stored
