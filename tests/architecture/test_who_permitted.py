"""Every operation that writes promises or moves money has asked who may; in no other way is the ledger reached."""

import ast
from functools import cache

from tests.architecture import source

# What writes to the journal of goods and money and asks nobody: reached by other operations only.
UNGUARDED = ("flows.operations", "money.operations.ledger")
# operation function -> who permits it, where that is not a policy.
PERMITTED_BY = {
    "money.operations.payouts.agree_payment_list": "approvals.vote lets only those vote who were asked",
}
ASKS = ("permit", "require")


@cache
def functions() -> dict[str, ast.FunctionDef]:
    """`money.operations.journal.note` -> its tree, for every function at the top of a module."""
    found = {}
    for place, path in source.modules():
        for node in source.tree(path).body:
            if isinstance(node, ast.FunctionDef):
                found[f"{_dotted(place)}.{node.name}"] = node
    return found


@cache
def names_in(module: str) -> dict[str, str]:
    """What a name in a module stands for: a function or a module of ours, by its dotted path below the package."""
    tree = next(source.tree(path) for place, path in source.modules() if _dotted(place) == module)
    found = {
        node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cosmolocal."):
            below = (node.module or "").removeprefix("cosmolocal.")
            found |= {alias.asname or alias.name: f"{below}.{alias.name}" for alias in node.names}
    return found


@cache
def called_by(function: str) -> frozenset[str]:
    """The functions of ours that one names, wherever they are defined."""
    module = function.rpartition(".")[0]
    known, found = names_in(module), set()
    for node in ast.walk(functions()[function]):
        if isinstance(node, ast.Name) and node.id in known:
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            found.add(f"{known[node.value.id]}.{node.attr}")
    return frozenset(_defined(name) for name in found) - {function}


def _defined(name: str) -> str:
    """Where a name that a package hands on is defined."""
    package, _dot, last = name.rpartition(".")
    if name in functions():
        return name
    return next((one for one in functions() if one.startswith(f"{package}.") and one.endswith(f".{last}")), name)


def is_operation(function: str) -> bool:
    tree = functions().get(function)
    return tree is not None and any("operation(" in ast.unparse(one) for one in tree.decorator_list)


@cache
def reached(function: str) -> frozenset[str]:
    """All that a function reaches through plain functions; what another operation does is for that one to ask."""
    seen, waiting = set(), [function]
    while waiting:
        for name in called_by(waiting.pop()):
            if name not in seen:
                seen.add(name)
                if name in functions() and not is_operation(name) and not name.startswith(UNGUARDED):
                    waiting.append(name)
    return frozenset(seen)


def asks(function: str) -> bool:
    return any(name.rpartition(".")[2].startswith(ASKS) and "policy" in name for name in reached(function))


def writers() -> set[str]:
    """Operations of all other apps that write to the journal or move money."""
    return {
        name
        for name in functions()
        if is_operation(name)
        and not name.startswith(UNGUARDED)
        and any(called.startswith(UNGUARDED) and called in functions() for called in reached(name))
    }


def test_every_operation_that_moves_something_says_who_permitted_it():
    found = writers()
    assert {"money.operations.transfers.transfer", "practices.shop.settling.operations.settling.settle_round"} <= found
    assert len(found) > 40
    silent = {name for name in found if not asks(name)}
    assert silent == set(PERMITTED_BY), sorted(silent ^ set(PERMITTED_BY))


def test_the_ledger_is_reached_by_operations_only():
    """No view, form, job or command calls it; plain functions do, which operations call."""
    doors = ("views", "tasks", "forms", "urls", "cli")
    offenders = [
        f"{name}: {called}"
        for name in functions()
        if any(part in doors for part in name.split("."))
        for called in called_by(name)
        if called.startswith("money.operations.ledger")
    ]
    source.complain("A door that reaches the ledger past the guarded operation", offenders)


def test_no_policy_asks_which_operation_is_running():
    """Who may is decided by who it is, never by the name of the deed."""
    offenders = [
        place
        for place, path in source.modules()
        if place.endswith("policy.py") and "kernel.operation import" in path.read_text()
    ]
    source.complain("A policy that asks for the running operation", offenders)


def _dotted(place: str) -> str:
    return place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
