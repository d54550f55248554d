"""Every address of the node says who may come in; what says nothing is refused, and is found here first."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import module_has_submodule

from tests.architecture import source

pytestmark = pytest.mark.once

WORDS = {
    *("anyone", "signed_in", "member", "household", "producer", "packer", "keeper"),
    *("treasurer", "steward", "auditor_reads", "demo", "setup"),
}


def _stated() -> dict[str, str]:
    """Url name -> who may enter, from the ACCESS of each app's urls."""
    stated = {}
    for config in apps.get_app_configs():
        if config.name.startswith("cosmolocal.") and module_has_submodule(config.module, "urls"):
            stated.update(getattr(import_module(f"{config.name}.urls"), "ACCESS", {}))
    return stated


def _named() -> Iterator[tuple[str, str]]:
    """Name and path of every address whose view is ours."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif pattern.callback.__module__.startswith("cosmolocal."):
                yield pattern.name or "", path

    yield from walk(get_resolver().url_patterns, "/")


def test_every_address_says_who_may_come_in() -> None:
    stated = _stated()
    offenders = [f"{path} ({name or 'no name'})" for name, path in _named() if stated.get(name) not in WORDS]
    source.complain("Not in the ACCESS of its app's urls.py", offenders)


def test_nothing_is_stated_for_an_address_that_is_gone() -> None:
    # A practice may be off, so its addresses are there all the same: switching hides doors, not routes.
    source.complain("In ACCESS, but no such address", sorted(set(_stated()) - {name for name, _ in _named()}))


def test_names_of_addresses_are_used_once() -> None:
    twice = [name for name, times in Counter(name for name, _ in _named()).items() if times > 1]
    source.complain("One name, two addresses", twice)
