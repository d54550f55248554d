"""Who may enter changes at the local's own midnight, wherever it lives."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Helping, Membership, Role
from cosmolocal.kernel import node
from cosmolocal.kernel.clock import frozen_at

Browser = Callable[[Agent], Client]
LAST, FIRST = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(params=["Asia/Shanghai", "America/Los_Angeles"])
def midnight(request: pytest.FixtureRequest, local: Agent) -> dict[str, datetime]:
    """Half an hour before and after the night from 23 to 24 November: on one side UTC has the other day."""
    node.configure(zone=request.param)
    zone = ZoneInfo(request.param)
    return {
        "before": datetime(2026, 11, 23, 23, 30, tzinfo=zone).astimezone(UTC),
        "after": datetime(2026, 11, 24, 0, 30, tzinfo=zone).astimezone(UTC),
    }


def status(client: Client, path: str, moment: datetime) -> int:
    with frozen_at(moment):
        return client.get(path).status_code


@pytest.mark.parametrize(
    ("role", "path"), [("packer", "/handovers/"), ("treasurer", "/money/"), ("auditor", "/deeds/")]
)
def test_a_role_that_ends_reads_until_midnight_and_one_that_begins_from_then(
    local: Agent, midnight: dict[str, datetime], signed_in: Browser, role: str, path: str
) -> None:
    joined = date(2026, 1, 1)
    old, fresh = (
        agents.add_member(by=local, name=name, email=f"{name}@example.org", joined=joined) for name in ("old", "new")
    )
    Role.objects.create(agent=old, name=role, since=joined, until=LAST)
    Role.objects.create(agent=fresh, name=role, since=FIRST)
    seen = {
        name: [status(signed_in(person), path, midnight[when]) for when in ("before", "after")]
        for name, person in (("old", old), ("new", fresh))
    }
    assert seen == {"old": [200, 403], "new": [403, 200]}


def test_a_membership_begins_and_ends_at_midnight(
    local: Agent, midnight: dict[str, datetime], signed_in: Browser
) -> None:
    fresh = agents.add_member(by=local, name="New", email="new@example.org", joined=FIRST)
    gone = agents.add_member(by=local, name="Gone", email="gone@example.org", joined=date(2026, 1, 1))
    Membership.objects.filter(member=gone, group=local).update(until=LAST)
    Role.objects.filter(agent=gone).update(until=LAST)
    seen = {
        person.name: [status(signed_in(person), "/shop/orders/", midnight[when]) for when in ("before", "after")]
        for person in (fresh, gone)
    }
    assert seen == {"New": [403, 200], "Gone": [200, 403]}


def test_a_helper_helps_until_midnight(local: Agent, midnight: dict[str, datetime], signed_in: Browser) -> None:
    joined = date(2026, 1, 1)
    helper, helped = (
        agents.add_member(by=local, name=name, email=f"{name}@example.org", joined=joined) for name in ("Amina", "Chen")
    )
    helping = Helping.objects.create(helper=helper, member=helped, consent="by word", since=joined, until=LAST)
    client = signed_in(helper)
    with frozen_at(midnight["before"]):
        client.post(f"/people/helping/{helping.pk}/act/", {"key": "a"})
        assert "Chen" in client.get("/home/").content.decode()
    with frozen_at(midnight["after"]):
        assert "Chen" not in client.get("/home/").content.decode()
