"""Breaks the source on purpose, one small change at a time, and names each break that no test notices.

    python tools/mutate.py [WORDS] [--part 1/4] [--list] [--results FILE [--resume]]

WORDS: only breaks whose name contains them. A break that may stay unnoticed stands in tools/survivors.txt with its
reason; any other survivor is exit status 1, and so is a line there that no survivor needs any more.

The tests run once, to see which of them call, or read, which function. Then each break gets a process of its own,
forked from this one: the function's code is swapped, and what is read of its file; all tests that reach it run, the
quick ones first, until one fails. So a break costs what its first failing test costs, and no start. SQLite only: the
database file is put back after each. Two at once: two parts, each with its own file of results.
"""

import argparse
import builtins
import importlib
import inspect
import linecache
import os
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from django.db import connections

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.mutants import Mutant, marked, mutants

REASONED = Path(__file__).with_name("survivors.txt")
MARKS = "not browser and not long and not processes"
CALL = "_reached_by_a_test"  # a builtin while the tests run unbroken
READ = "read "  # before the name of a function that a test reads as source
PATIENCE, TIMES = 180, 4  # a break that goes round for ever is noticed too: so many times as long as its tests take


@dataclass(eq=False)  # a plugin is told apart by what it is, not by what it holds
class Judge:
    """A pytest plugin that takes the place of its loop. `survivors`: names of breaks nobody noticed."""

    found: Sequence[Mutant]
    results: Path | None = None
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
        wanted = {function: mutant for mutant, function in zip(self.found, functions.values(), strict=True)}
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
                self._note(mutant, noticed_by, session)
                if noticed_by is None:
                    self.survivors.append(mutant.name)
                    print(f"SURVIVED {mutant.name}  ({time.monotonic() - begun:.0f} s)", flush=True)
        return True

    def _note(self, mutant: Mutant, noticed_by: int | None, session: pytest.Session) -> None:
        if self.results is not None:
            by = "" if noticed_by is None else session.items[noticed_by].nodeid if noticed_by >= 0 else "never ended"
            with self.results.open("a") as file:
                file.write(f"{'SURVIVED' if noticed_by is None else 'noticed'}\t{mutant.name}\t{by}\n")

    def _noticed(self, mutant: Mutant, function: FunctionType, session: pytest.Session, root: "_Root") -> int | None:
        """The number of a test that failed (-1: it never ended); None where nobody noticed."""
        key = f"{mutant.module}.{mutant.function}"
        order = self._order(mutant, key, session)
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            _run_broken(self, mutant, function, [(number, session.items[number]) for number in order], root, writing)
        os.close(writing)
        limit = time.monotonic() + PATIENCE + TIMES * sum(self.took[number] for number in order)
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
        """Who noticed a break of it before, who reads it, then tests of its own app, the quick ones first; all."""
        app = mutant.module.rsplit(".operations", 1)[0].removesuffix(".policy").replace(".", "/")
        known = list(dict.fromkeys([*self.killers[key], *self.reached[READ + key]]))
        rest = sorted(
            set(self.reached[key]) - set(known), key=lambda n: (app not in str(session.items[n].path), self.took[n])
        )
        return [*known, *rest]


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
def _watching(wanted: dict[FunctionType, Mutant]) -> Iterator[set[str]]:
    """Which of these functions are called, on any thread, or read as source. They say so themselves: tests that are
    traced take several times as long, so that nothing could be told from their time.
    """
    seen: set[str] = set()

    def read(function: Any) -> str:
        mutant = wanted.get(inspect.unwrap(function))
        if mutant is not None:
            seen.add(f"{READ}{mutant.module}.{mutant.function}")
        return getsource(function)

    getsource, inspect.getsource = inspect.getsource, read
    setattr(builtins, CALL, seen.add)
    own = {function: function.__code__ for function in wanted}
    for function, mutant in wanted.items():
        function.__code__ = _marked(mutant)
    try:
        yield seen
    finally:
        for function, code in own.items():
            function.__code__ = code
        inspect.getsource = getsource


_marks: dict[str, CodeType] = {}


def _marked(mutant: Mutant) -> CodeType:
    key = f"{mutant.module}.{mutant.function}"
    if key not in _marks:
        _marks[key] = marked(mutant, CALL)
    return _marks[key]


def _forget_what_was_read() -> None:
    """Tests keep what they read from the source; each is to read it itself."""
    for name, module in list(sys.modules.items()):
        if "tests" in name.split("."):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


@contextmanager
def _database_kept() -> Iterator[Any]:
    """Returns what puts the test database back as it stands now."""
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
    parser.add_argument("--results", type=Path, help="a file in which each break is noted as soon as it is known")
    parser.add_argument("--resume", action="store_true", help="leave out what stands in --results already")
    chosen = parser.parse_args(arguments)
    part, parts = (int(text) for text in chosen.part.split("/"))
    found = list(mutants(chosen.words))[part - 1 :: parts]
    if chosen.list:
        print(*(mutant.name for mutant in found), f"{len(found)} breaks", sep="\n")
        return 0
    os.environ.pop("DATABASE_URL", None)
    known = _known(chosen.results) if chosen.resume else {}
    judge = Judge([mutant for mutant in found if mutant.name not in known], chosen.results)
    judge.survivors += [mutant.name for mutant in found if known.get(mutant.name) == "SURVIVED"]
    status = pytest.main(["-q", "-p", "no:cacheprovider", "-m", MARKS, *chosen.tests], plugins=[judge])
    if judge.failed or status not in (0, 5):
        print(f"The tests fail as they are ({status}): nothing was broken.")
        return int(status) or 1
    return _verdict(found, judge.survivors)


def _known(results: Path | None) -> dict[str, str]:
    """What an earlier run has noted: break -> noticed or SURVIVED."""
    if results is None or not results.exists():
        return {}
    rows = (line.split("\t") for line in results.read_text().splitlines())
    return {row[1]: row[0] for row in rows if len(row) == 3}


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
