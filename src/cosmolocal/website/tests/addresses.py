"""Every address of the project with its name, and the words of access as a table of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cosmolocal.kernel.practices import tasks_brought

ROLES = (
    *("stranger", "guest", "member", "other", "packer", "driver", "keeper"),
    *("producer", "treasurer", "auditor", "steward"),
)
_MEMBERS = {"member", "other", "packer", "driver", "keeper", "producer", "treasurer", "auditor", "steward"}
# Who passes a door that states this word, by GET and by POST; nobody else. Written down here a second time on purpose.
READERS: dict[str, set[str]] = {
    "anyone": set(ROLES),
    "signed_in": set(ROLES) - {"stranger"},
    "member": _MEMBERS,
    "together": _MEMBERS,
    "household": _MEMBERS,
    "producer": {"producer", "steward", "auditor"},
    "packer": {"packer", "driver", "keeper", "steward", "auditor"},
    "keeper": {"keeper", "steward", "auditor"},
    "treasurer": {"treasurer", "auditor"},
    "steward": {"steward", "auditor"},
    "auditor_reads": {"auditor", "treasurer", "steward"},
    "demo": set(),
    "setup": set(),
    "": set(),
}
# Who holds a task that a practice brings; nobody of `ROLES` does, and a steward passes every such door.
READERS |= {task: {"steward"} for task in tasks_brought()}
WRITERS: dict[str, set[str]] = {
    word: roles - {"auditor", "driver"}
    if word in ("producer", "packer", "keeper", "treasurer", "steward", "auditor_reads")
    else roles
    for word, roles in READERS.items()
}
_SAMPLES = {"int": 987654, "str": "nothing", "slug": "nothing", "uuid": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True)
class Address:
    """One named address, with sample values for what its path takes."""

    name: str
    takes: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return reverse(self.name, kwargs=self.takes)


def readers_of(word: str) -> set[str]:
    """Who passes a door that states this word by GET, also a task of a practice that came only for a test."""
    return {"steward"} if word in tasks_brought() else READERS[word]


def addresses() -> list[Address]:
    """All of them; one without a name fails, since nothing could be stated about it."""
    return list(_walk(get_resolver().url_patterns, "", {}))


def _walk(patterns: list[URLPattern | URLResolver], space: str, takes: dict[str, Any]) -> Iterator[Address]:
    for pattern in patterns:
        own = {**takes, **_samples(pattern)}
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space, own)
        else:
            assert pattern.name, f"{pattern} has no name"
            yield Address(f"{space}{pattern.name}", own)


def _samples(pattern: URLPattern | URLResolver) -> dict[str, Any]:
    converters = getattr(pattern.pattern, "converters", {})
    found = {name: _SAMPLES[_kind(converter)] for name, converter in converters.items()}
    groups = getattr(getattr(pattern.pattern, "regex", None), "groupindex", {}) if not converters else {}
    return found | {
        name: {"size": "small", "uidb36": "1", "key": "set-password"}.get(name, "987654") for name in groups
    }


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
