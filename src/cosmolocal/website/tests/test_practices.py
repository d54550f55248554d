"""What is off shows nowhere; what a practice brings is there as soon as it is installed."""

from collections.abc import Callable

import pytest
from django.test import Client

from cosmolocal.agents import operations, policy, queries
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import node, practices
from cosmolocal.kernel.practices import Practice, Task
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages import kinds

Browser = Callable[[Agent], Client]
PLACES = {"member": ("/", "/me/", "/messages/"), "steward": ("/steward/", "/settings/")}


def test_a_practice_that_is_off_shows_nowhere(people: dict[str, Agent], signed_in: Browser) -> None:
    first = practices.installed()[0]
    words = {"member": ("My orders", "An order round opens"), "steward": ("how it works here",)}
    for role, pages in PLACES.items():
        browser = signed_in(people[role])
        shown = "".join(browser.get(page, follow=True).content.decode() for page in pages)
        assert [word for word in words[role] if word not in shown] == []
    node.configure(practices=["nothing-of-this-release"])
    for role, pages in PLACES.items():
        browser = signed_in(people[role])
        shown = "".join(browser.get(page, follow=True).content.decode() for page in pages)
        assert [word for word in words[role] if word in shown] == []
        assert f'href="/{first.name}/' not in shown
        assert browser.get(f"/{first.name}/").status_code == 404
        assert browser.post(f"/{first.name}/1/basket/fill/").status_code == 404
    assert kinds.every().keys() > kinds.choices().keys()


@pytest.fixture
def gardens(monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A practice that brings a task for single places."""
    brought = Practice(name="gardens", title="Gardens", tasks=(Task("gardener", "gardener", at_places=True),))
    monkeypatch.setattr(practices, "installed", lambda: (brought,))
    practices.tasks_brought.cache_clear()
    yield brought
    practices.tasks_brought.cache_clear()


def test_a_task_that_a_practice_brings_is_given_shown_and_opens_its_doors(
    people: dict[str, Agent], signed_in: Browser, gardens: Practice
) -> None:
    steward, member = people["steward"], people["member"]
    page = signed_in(steward).get(f"/people/{member.pk}/role/").content.decode()
    assert 'value="gardener"' in page
    given = operations.give_role(by=steward, agent=member, role="gardener")
    assert given is not None
    assert given.label == "gardener"
    assert "gardener" in queries.roles_of(member)
    reader = queries.Reader(agent=member, roles=queries.roles_of(member))
    assert policy.may_enter(reader, "gardener")
    assert not policy.may_enter(queries.STRANGER, "gardener")
    with pytest.raises(Refusal, match="Only a gardener"):
        policy.permit(people["other"], "gardener")
