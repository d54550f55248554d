"""What a page shows can be used: each form and button of each role posts to an address which that role may use."""

from collections.abc import Callable

from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.website import access
from cosmolocal.website.tests.addresses import WRITERS
from cosmolocal.website.tests.crawling import Crawl, view_of
from cosmolocal.website.tests.test_awkward_input import life

__all__ = ["life"]
ROLES = ("member", "producer", "packer", "driver", "keeper", "treasurer", "auditor", "steward")
ENTRIES = ("/home/", "/", "/shop/", "/handovers/", "/money/", "/goods/", "/people/")


def test_no_role_is_shown_what_it_may_not_use(life: dict[str, Agent], signed_in: Callable[[Agent], Client]) -> None:
    if "driver" not in life:
        life["driver"] = agents.add_member(by=agents_queries.system(), name="Driver", email="driver@example.org")
        agents.give_role(by=agents_queries.system(), agent=life["driver"], role="driver")
    wrong, seen = [], 0
    for role in ROLES:
        crawl = Crawl(signed_in(life[role])).walk(*ENTRIES)
        assert crawl.broken == []
        wrong += [f"{role}: {path} shows a link to {link}" for path, link in crawl.closed]
        for (name, _fields), form in crawl.forms.items():
            seen += form.has_button
            if form.has_button and role not in WRITERS[access.stated(name)]:
                wrong.append(f"{role}: {form.page} posts to {name} ({view_of(form.action)})")
    assert wrong == [], "\n".join(wrong)
    assert seen > 100
