"""The contract notices what it says that it notices: a small practice keeps it, and fails in each way there is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import clear_url_caches

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import practices
from cosmolocal.kernel.access import open_to
from cosmolocal.kernel.practices import Practice
from cosmolocal.website import navigation
from cosmolocal.website.tests import contract
from cosmolocal.website.tests.contract import Life
from cosmolocal.website.tests.gardens import urls

Page = Callable[[HttpRequest], HttpResponse]


def page_of(text: str, access: str = "together") -> Page:
    """A page of a practice that says this."""

    @open_to(access)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(engines["django"].from_string("{% load look %}" + text).render({}, request))

    return page


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Page], None]]:
    """Puts another page at the door of the gardens."""

    def replace(page: Page) -> None:
        monkeypatch.setattr(urls.urlpatterns[0], "callback", page)
        clear_url_caches()

    yield replace
    clear_url_caches()


@pytest.fixture
def life(people: dict[str, Agent], gardens: Practice) -> Life:
    agents.give_role(by=people["steward"], agent=people["other"], role="gardener")
    return Life({role: people[role] for role in ("member", "other", "steward")}, {}, lambda: None)


def test_the_gardens_keep_it(gardens: Practice, life: Life) -> None:
    contract.says_what_it_is(gardens, life)
    contract.asks_two_questions(gardens, life)
    contract.leads_nobody_to_what_refuses_her(gardens, life)
    contract.speaks_to_strangers(gardens, life)
    contract.shows_nowhere_when_it_is_off(gardens, life)


def test_on_the_first_day_pages_have_no_rows(db: None, gardens: Practice) -> None:
    contract.opens_on_the_first_day(gardens)


@open_to("together")
def needs_a_row(request: HttpRequest) -> HttpResponse:
    """Fails where nobody has a plot."""
    raise Http404


def test_a_page_that_needs_a_row_is_noticed(db: None, gardens: Practice, show: Any) -> None:
    show(needs_a_row)
    with pytest.raises(AssertionError, match="gardens:home: member got 404 and may read it"):
        contract.opens_on_the_first_day(gardens)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<a href="/gardens/desk/">Water</a>', "member sees a link to /gardens/desk/, which answers 403"),
        ('<a href="/steward/?show=1">To do</a>', r"member sees a link to /steward/\?show=1, which answers 403"),
        ('<a href="/gardens/7/">Plot</a>', "auditor sees a link to /gardens/7/, which answers 404"),
        (
            '<form method="post" action="/gardens/desk/">{% csrf_token %}<button>Water</button></form>',
            "member sees a button that posts to /gardens/desk/, which answers 403",
        ),
    ],
)
def test_what_leads_to_a_page_that_refuses_is_noticed(gardens: Practice, life: Life, show: Any, text, said) -> None:
    show(page_of(text))
    with pytest.raises(AssertionError, match=said):
        contract.leads_nobody_to_what_refuses_her(gardens, life)


def test_an_icon_that_does_not_exist_is_noticed(gardens: Practice, life: Life, show: Any) -> None:
    show(page_of('{% icon "tractor" %}'))
    with pytest.raises(LookupError, match="no icon 'tractor'"):
        contract.leads_nobody_to_what_refuses_her(gardens, life)


def test_what_still_speaks_of_it_when_it_is_off_is_noticed(gardens: Practice, life: Life, monkeypatch: Any) -> None:
    def every(_local: object) -> tuple[Practice, ...]:
        return practices.installed()

    monkeypatch.setattr(navigation, "used_by", every)
    with pytest.raises(AssertionError, match=r"Plots to share|Watering|leads to /gardens/"):
        contract.shows_nowhere_when_it_is_off(gardens, life)
