"""Breaks the source on purpose, one small change at a time, and names each break that no test notices.

    python tools/mutate.py [WORDS] [--part 1/4] [--list]

WORDS: only breaks whose name contains them. A break that may stay unnoticed stands in tools/survivors.txt with its
reason; any other survivor is exit status 1, and so is a line there that no survivor needs any more.

The tests run once, to see which of them call, or read, which function. Then each break gets a process of its own,
forked from this one: the function's code is swapped, and what is read of its file; its tests run until one fails. So
a break costs what its first failing test costs, and no start. SQLite only: the database file is put back after each.
"""

import argparse
import importlib
import inspect
import linecache
import os
import shutil
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from django.db import connections

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.mutants import Mutant, mutants

REASONED = Path(__file__).with_name("survivors.txt")
MARKS = "not browser and not long and not processes"
SECONDS = 60  # of tests, as they run unbroken: what these do not notice has survived
READ = "read "  # before the name of a function that a test reads as source
PATIENCE = 180  # a break that goes round for ever is noticed too


@dataclass(eq=False)  # a plugin is told apart by what it is, not by what it holds
class Judge:
    """A pytest plugin that takes the place of its loop. `survivors`: names of breaks nobody noticed."""

    found: Sequence[Mutant]
    survivors: list[str] = field(default_factory=list)
    failed: bool = False
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reached: dict[str, list[int]] = defaultdict(list)
        self.took: list[float] = []
        self.killers: dict[str, list[int]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test failed, and which."""
        if report.failed:
            self.failed = True
            self.broken.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all once as they are, then each break."""
        root = _Root(session)
        functions = {mutant.name: _function(mutant) for mutant in self.found}
        wanted = {function.__code__: mutant for mutant, function in zip(self.found, functions.values(), strict=True)}
        for number, item in enumerate(session.items):
            begun = time.monotonic()
            _forget_what_was_read()
            with _watching(wanted) as seen:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=root)
            self.took.append(time.monotonic() - begun)
            for key in seen:
                self.reached[key].append(number)
        if self.failed:
            session.testsfailed = len(self.broken)
            return True
        with _database_kept() as put_back:
            for mutant in self.found:
                begun = time.monotonic()
                noticed_by = self._noticed(mutant, functions[mutant.name], session, root)
                put_back()
                if noticed_by is None:
                    self.survivors.append(mutant.name)
                    print(f"SURVIVED {mutant.name}  ({time.monotonic() - begun:.0f} s)", flush=True)
        return True

    def _noticed(self, mutant: Mutant, function: FunctionType, session: pytest.Session, root: "_Root") -> int | None:
        """The number of a test that failed (-1: it never ended); None where nobody noticed."""
        key = f"{mutant.module}.{mutant.function}"
        order = self._order(mutant, key, session)
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            _run_broken(self, mutant, function, [(number, session.items[number]) for number in order], root, writing)
        os.close(writing)
        limit = time.monotonic() + PATIENCE
        while (done := os.waitpid(child, os.WNOHANG))[0] == 0:
            if time.monotonic() > limit:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return -1
            time.sleep(0.01)
        with os.fdopen(reading) as said:
            text = said.read()
        if os.waitstatus_to_exitcode(done[1]) == 0:
            return None
        killer = int(text or -1)
        if killer >= 0 and killer not in self.killers[key]:
            self.killers[key].insert(0, killer)
        return killer

    def _order(self, mutant: Mutant, key: str, session: pytest.Session) -> list[int]:
        """Who noticed a break of it before, who reads it, then tests of its own app, the quick ones first."""
        app = mutant.module.rsplit(".operations", 1)[0].removesuffix(".policy").replace(".", "/")
        known = list(dict.fromkeys([*self.killers[key], *self.reached[READ + key]]))
        rest = sorted(
            set(self.reached[key]) - set(known), key=lambda n: (app not in str(session.items[n].path), self.took[n])
        )
        chosen, spent = list(known), 0.0
        for number in rest:
            if spent > SECONDS:
                break
            chosen.append(number)
            spent += self.took[number]
        return chosen


class _Root:
    """Stands for a next test of which only the session is known: what belongs to the session stays."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session

    def listchain(self) -> list[Any]:
        return [self.session]


def _function(mutant: Mutant) -> FunctionType:
    function = inspect.unwrap(getattr(importlib.import_module(mutant.module), mutant.function))
    assert isinstance(function, FunctionType)
    return function


@contextmanager
def _watching(wanted: dict[CodeType, Mutant]) -> Iterator[set[str]]:
    """Which of these functions are called, on any thread, or read as source."""
    seen: set[str] = set()

    def look(frame: FrameType, _event: str, _argument: object) -> None:
        mutant = wanted.get(frame.f_code)
        if mutant is not None:
            seen.add(f"{mutant.module}.{mutant.function}")

    def read(function: Any) -> str:
        mutant = wanted.get(getattr(inspect.unwrap(function), "__code__", None))
        if mutant is not None:
            seen.add(f"{READ}{mutant.module}.{mutant.function}")
        return getsource(function)

    getsource, inspect.getsource = inspect.getsource, read
    threading.settrace(look)
    sys.settrace(look)
    try:
        yield seen
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        inspect.getsource = getsource


def _forget_what_was_read() -> None:
    """Tests keep what they read from the source; each is to read it itself."""
    for name, module in list(sys.modules.items()):
        if "tests" in name.split("."):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


@contextmanager
def _database_kept() -> Iterator[Any]:
    """Gives what puts the test database back as it stands now."""
    connections.close_all()
    path = Path(connections["default"].settings_dict["NAME"])
    kept = path.with_suffix(".kept")
    shutil.copyfile(path, kept)

    def put_back() -> None:
        for ending in ("-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                Path(f"{path}{ending}").unlink()
        shutil.copyfile(kept, path)

    yield put_back
    kept.unlink()


def _run_broken(
    judge: Judge, mutant: Mutant, function: FunctionType, tests: list[tuple[int, Any]], root: _Root, writing: int
) -> None:
    """The child: breaks the function and runs its tests until one fails. Never comes back."""
    status = 2  # whatever else happens, the break was noticed
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        manager = root.session.config.pluginmanager
        manager.unregister(manager.get_plugin("terminalreporter"))
        function.__code__ = mutant.code
        path = mutant.code.co_filename
        linecache.cache[path] = (len(mutant.source), None, mutant.source.splitlines(keepends=True), path)
        _forget_what_was_read()
        for number, item in tests:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=root)
            if judge.failed:
                os.write(writing, str(number).encode())
                return
        status = 0
    finally:
        os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Names the breaks that no test notices.")
    parser.add_argument("words", nargs="?", default="")
    parser.add_argument("--part", default="1/1", help="the first of four: 1/4")
    parser.add_argument("--list", action="store_true", help="only say what would be broken")
    parser.add_argument("--tests", nargs="*", default=["src", "tests/journeys", "tests/properties"])
    chosen = parser.parse_args(arguments)
    part, parts = (int(text) for text in chosen.part.split("/"))
    found = list(mutants(chosen.words))[part - 1 :: parts]
    if chosen.list:
        print(*(mutant.name for mutant in found), f"{len(found)} breaks", sep="\n")
        return 0
    os.environ.pop("DATABASE_URL", None)
    judge = Judge(found)
    status = pytest.main(["-q", "-p", "no:cacheprovider", "-m", MARKS, *chosen.tests], plugins=[judge])
    if judge.failed or status not in (0, 5):
        print(f"The tests fail as they are ({status}): nothing was broken.")
        return int(status) or 1
    return _verdict(found, judge.survivors)


def _verdict(found: Sequence[Mutant], survivors: Sequence[str]) -> int:
    reasons = dict(reasoned())
    unknown = [name for name in survivors if name not in reasons]
    idle = [mutant.name for mutant in found if mutant.name in reasons and mutant.name not in survivors]
    idle += [name for name in reasons if name not in {mutant.name for mutant in mutants()}]
    for name in unknown:
        print(f"NO TEST NOTICES {name}")
    for name in idle:
        print(f"NEEDS NO REASON {name}")
    print(f"{len(found)} breaks, {len(survivors)} not noticed, {len(unknown)} of them without a reason")
    return 1 if unknown or idle else 0


def reasoned() -> Iterator[tuple[str, str]]:
    """The breaks that may stay unnoticed, each with its reason."""
    blocks = REASONED.read_text().split("\n\n") if REASONED.exists() else []
    for block in blocks:
        lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
        for name in lines[1:]:
            yield name, lines[0]


if __name__ == "__main__":
    sys.exit(main())
