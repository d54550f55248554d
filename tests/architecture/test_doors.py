"""Every address of the node says who may come in; what says nothing is refused, and is found here first."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from cosmolocal.website import access
from tests.architecture import source

pytestmark = pytest.mark.once

WORDS = {
    *("anyone", "signed_in", "member", "together", "household", "producer", "packer", "keeper"),
    *("treasurer", "steward", "auditor_reads", "demo", "setup"),
}
# Views that come with Django and stand in a table of ours.
DJANGO = {"set_language"}


def _named() -> Iterator[tuple[str, str]]:
    """Name and path of every address whose view is ours."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path, f"{pattern.namespace}:" if pattern.namespace else space)
            elif pattern.callback.__module__.startswith("cosmolocal."):
                yield space + (pattern.name or ""), path

    yield from walk(get_resolver().url_patterns, "/", "")


def test_every_address_says_who_may_come_in() -> None:
    offenders = [f"{path} ({name or 'no name'})" for name, path in _named() if access.stated(name) not in WORDS]
    source.complain("Not in the ACCESS of its app's urls.py", offenders)


def test_nothing_is_stated_for_an_address_that_is_gone() -> None:
    # A practice may be off, so its addresses are there all the same: switching hides doors, not routes.
    ours = set(access.table()) - set(access.ALLAUTH)
    source.complain("In ACCESS, but no such address", sorted(ours - {name for name, _ in _named()} - DJANGO))


def test_names_of_addresses_are_used_once() -> None:
    twice = [name for name, times in Counter(name for name, _ in _named()).items() if times > 1]
    source.complain("One name, two addresses", twice)
