"""Every address of the node says who may come in; what says nothing is refused, and is found here first."""

from collections import Counter

import pytest

from cosmolocal.website import access
from tests.architecture import source

pytestmark = pytest.mark.once

WORDS = {
    *("anyone", "signed_in", "member", "together", "household", "producer", "packer", "keeper"),
    *("treasurer", "steward", "auditor_reads", "demo", "setup"),
}


def test_every_address_of_ours_says_who_may_come_in() -> None:
    ours = [row for row in access.addresses() if row[2].__module__.startswith("cosmolocal.")]
    offenders = [f"{path} ({name})" for name, path, view in ours if access.of_view(name, view) not in WORDS]
    source.complain("No @open_to at its view", offenders)


def test_nothing_is_stated_for_an_address_that_is_gone() -> None:
    there = {name for name, _path, _view in access.addresses()}
    source.complain("In OF_OTHERS, but no such address", sorted(set(access.OF_OTHERS) - there))


def test_names_of_addresses_are_used_once() -> None:
    ours = (name for name, _path, view in access.addresses() if view.__module__.startswith("cosmolocal."))
    twice = [name for name, times in Counter(ours).items() if times > 1]
    source.complain("One name, two addresses", twice)
