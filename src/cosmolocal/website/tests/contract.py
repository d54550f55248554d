"""What every practice keeps, whatever it does: its own tests call `practice_contract` and say on which rows.

    @pytest.fixture
    def life(village): return Life(people={...}, rows={...}, grow=...)

    test_the_mill_keeps_what_every_practice_keeps = practice_contract("mill")

Every page and every role, also on the first day, when nothing is there yet; what a page leads to lets in who sees it;
a double press is one deed; as many statements for thirty rows as for three; off, it shows nowhere, and the books and
"my data" stay; what it, its deeds and its tables say of themselves is whole. In a browser tests/browser/test_every_page
walks to its pages from the demo, with axe, at 360 and 1280 px, in light and dark.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape

from cosmolocal.agents import listing
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import errands, jobs, node, operation, practices
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.practices import Practice
from cosmolocal.look.drawings.icons import ICONS
from cosmolocal.website import access, my_data
from cosmolocal.website.tests.addresses import addresses, readers_of
from cosmolocal.website.tests.asked import in_the_past, models_of, of_people, when_lent, who_may
from cosmolocal.website.tests.crawling import Crawl, Form, forms_of, links_of, view_of
from cosmolocal.website.tests.first_day import begin, of_each_role

HOUSE = ("/", "/home/", "/together/", "/me/", "/messages/", "/steward/", "/about/")


@dataclass(frozen=True)
class Life:
    """A practice in which something happens: `people` by role (member, steward and others; a stranger and an auditor
    are added), `rows`: for each address that takes something, the values of a row that is there. `grow()` makes ten
    times as many of what its pages list. `uncounted`: pages whose statements may grow; `repeated`: addresses where a
    second press is a second deed; both with the reason.
    """

    people: Mapping[str, Agent]
    rows: Mapping[str, Mapping[str, Any]]
    grow: Callable[[], object]
    uncounted: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, str] = field(default_factory=dict)

    def browsers(self) -> dict[str, Client]:
        people = {"auditor": _auditor()} | dict(self.people)
        return {"stranger": Client()} | {role: _browser_of(person) for role, person in people.items()}

    def pages(self, practice: Practice) -> dict[str, str]:
        """Every address of the practice with a row that is there: name -> path."""
        found = {}
        for name, path, _view in access.addresses():
            if name.startswith(f"{practice.name}:"):
                try:
                    found[name] = reverse(name, kwargs=self.rows.get(name, {}))
                except NoReverseMatch:
                    pytest.fail(f'{name} ({path}): say in `rows` of Life of which row, "{name}": {{"pk": one.pk}}')
        return found


def practice_contract(name: str) -> Callable[..., None]:
    """The test of a practice by that name: it takes the fixture `life` of the module it stands in."""

    @pytest.mark.parametrize("keeps", RULES, ids=lambda rule: rule.__name__)
    def test(keeps: Callable[..., None], db: None, request: pytest.FixtureRequest) -> None:
        practice = next(one for one in practices.installed() if one.name == name)
        if keeps is opens_on_the_first_day:
            keeps(practice)
        else:
            keeps(practice, request.getfixturevalue("life"))

    return test


def says_what_it_is(practice: Practice, life: Life) -> None:
    """The house has words, a drawing and a door for it, and pages that exist wherever it names one."""
    assert practice.title
    assert practice.offer, "say in practice.py what strangers read of it: offer="
    items = [*practice.desks, *practice.me]
    drawn = {practice.icon, *(item.icon for item in items)}
    none_of(f"practice.py names the icon {name}, and there is none" for name in sorted(drawn - set(ICONS)))
    named = [practice.entry, *(item.name for item in items), *(name for _label, name in practice.book_pages)]
    none_of(f"practice.py names {name}, which no urls.py has" for name in named if name not in life.pages(practice))
    said = "say in practice.py what keeps it on while something is promised; where nothing ever is: unfinished=tuple"
    assert practice.unfinished is not None, said
    assert all(letter.title for letter in practice.letters.values())


def asks_two_questions(practice: Practice, life: Life) -> None:
    """Setup and its settings page ask the same two, and its own answers are such as it takes."""
    asked = practice.questions
    assert asked is not None, "say in practice.py what it asks at its beginning: questions="
    fields, known = asked.form().fields, asked.known()
    assert len(fields) == 2, f"two questions, not {len(fields)}"
    assert all(field.label for field in fields.values())
    form = asked.form(QueryDict(_sent(asked.form(initial=known))))
    assert form.is_valid(), form.errors
    asked.answer(life.people["steward"], form.cleaned_data)
    assert asked.known() == known
    assert practice.settings, "say in practice.py which page asks them again: settings="
    page = life.browsers()["steward"].get(reverse(practice.settings)).content.decode()
    none_of(f"{practice.settings}: does not ask {name}" for name in fields if f'name="{name}"' not in page)


def answers_what_the_house_asks(practice: Practice, life: Life) -> None:
    """Its deeds and tables say of themselves what tests of the house ask of all."""
    deeds = {code: spec for code, spec in operation.declared.items() if code.startswith(f"{practice.name}.")}
    none_of([*who_may(deeds), *when_lent(deeds), *in_the_past(deeds), *of_people(models_of(practice.name))])


def answers_every_role(practice: Practice, life: Life) -> None:
    """Who may come in reads a page, everybody else is sent away, and somebody reads each of them."""
    wrong, read = [], set()
    pages = life.pages(practice)
    none_of(f'{name}: say at its view who may open it, @open_to("member")' for name in pages if not access.stated(name))
    for role, browser in life.browsers().items():
        for name, path in pages.items():
            answer = browser.get(path)
            word, status = access.stated(name), answer.status_code
            is_let_in = role in readers_of(word)
            if status >= 500 or (not is_let_in and not _is_sent_away(answer, role)):
                wrong.append(f"{name}: {role} got {status}")
            if is_let_in and status in (200, 302):
                read.add(name)
    none_of(wrong)
    none_of(
        f"{name}: nobody could open it; say in `rows` of Life a row that they may see"
        for name in sorted(set(pages) - read)
    )


def opens_on_the_first_day(practice: Practice) -> None:
    """Each page answers where the practice has no row at all, and what it leads to lets in who sees it."""
    people = of_each_role(begin())
    browsers = {"stranger": Client()} | {role: _browser_of(person) for role, person in people.items()}
    wrong = []
    for one in addresses():
        if not one.name.startswith(f"{practice.name}:"):
            continue
        for role, browser in browsers.items():
            status = browser.get(one.path).status_code
            if status >= 500:
                wrong.append(f"{one.name}: {role} got {status}")
            if not one.takes and role in readers_of(access.stated(one.name)) and status not in (200, 302, 405):
                wrong.append(f"{one.name}: {role} got {status} and may read it")
    none_of(wrong)
    pages = {one.name: one.path for one in addresses() if one.name.startswith(f"{practice.name}:") and not one.takes}
    none_of(_refused(practice, pages, browsers))


def leads_nobody_to_what_refuses_her(practice: Practice, life: Life) -> None:
    """What stands on a page, a link or a button, lets in who sees it."""
    none_of(_refused(practice, life.pages(practice), life.browsers()))


def does_a_double_press_once(practice: Practice, life: Life) -> None:
    """Every form that somebody finds on a page, sent a second time as it stands, writes no second deed."""
    wrong, done = [], 0
    for role, browser in life.browsers().items():
        for form in _forms(practice, life, browser):
            with transaction.atomic():
                before, written = Operation.objects.count(), []
                for _press in range(2):
                    browser.post(form.action, form.fields)
                    written.append(Operation.objects.count())
                transaction.set_rollback(True)
            done += written[0] > before
            if written[1] != written[0]:
                wrong.append(f"{form.page}: {form.action} pressed twice by {role}")
    none_of(wrong)
    assert done, "no form of it did anything"


def reads_as_much_for_many_rows(practice: Practice, life: Life) -> None:
    """Each page asks the database as often for thirty rows as for three."""
    browsers = life.browsers()
    before = _statements(practice, life, browsers)
    life.grow()
    after = _statements(practice, life, browsers)
    more = {page: (count, after[page]) for page, count in before.items() if after.get(page, 0) > count}
    none_of(
        f"{page}: statements for few and for many rows: {counts}"
        for page, counts in more.items()
        if page[1] not in life.uncounted
    )
    assert len(before) > len(life.browsers())


def speaks_to_strangers(practice: Practice, life: Life) -> None:
    """The public page says what it is, and leads a stranger nowhere that sends her away."""
    assert _plain(practice.offer) in _text(Client(), "/")
    for link in links_of("/", _text(Client(), "/")):
        if view_of(link).startswith(f"{practice.name}:"):
            assert Client().get(link).status_code == 200, f"/ leads a stranger to {link}"


def shows_nowhere_when_it_is_off(practice: Practice, life: Life) -> None:
    """No page, nothing that leads to one or speaks of it, no letter, no list as a file; what happened stays in the
    books and in what people take along.
    """
    browsers, pages = life.browsers(), life.pages(practice)
    member = life.people["member"]
    kept = _own_data(member)
    node.configure(practices=["nothing-of-this-release"])
    answered = [
        f"{role}: {name}"
        for role, browser in browsers.items()
        for name, path in pages.items()
        if (browser.get(path).status_code, browser.post(path).status_code) != (404, 404)
    ]
    none_of(answered)
    items = [*practice.desks, *practice.me, *(task for task in practice.tasks)]
    spoken = [_plain(practice.offer), *(f">{_plain(item.label)}<" for item in items)]
    for role, browser in browsers.items():
        text = {page: _text(browser, page) for page in HOUSE}
        none_of(f"{role}: {page} says {words}" for page in HOUSE for words in spoken if words in text[page])
        crawl = Crawl(browser).walk(*HOUSE)
        none_of(
            f"{role}: {crawl.led[name]} leads to {path}" for name, path in crawl.pages.items() if _is_of(practice, name)
        )
        none_of(
            f"{role}: {form.page} posts to {form.action}"
            for form in crawl.forms.values()
            if form.action.startswith(f"/{practice.name}/")
        )
    letters = _text(browsers["member"], "/messages/")
    none_of(letter for letter in practice.letters if f'name="{letter}"' in letters)
    jobs.load()
    none_of(
        f"{code}: says that it is on"
        for code in (*errands.declared, *listing.declared)
        if _is_of(practice, code) and not practices.is_off(code)
    )
    assert _own_data(member) == kept
    none_of(map(str, flows_queries.replay()))


RULES = (
    says_what_it_is,
    asks_two_questions,
    answers_what_the_house_asks,
    opens_on_the_first_day,
    answers_every_role,
    leads_nobody_to_what_refuses_her,
    does_a_double_press_once,
    reads_as_much_for_many_rows,
    speaks_to_strangers,
    shows_nowhere_when_it_is_off,
)


def none_of(found: Iterable[str]) -> None:
    """Fails with every one of them, one a line."""
    listed = list(found)
    assert not listed, "\n".join(listed)


def _browser_of(person: Agent) -> Client:
    """A browser in which somebody has signed in."""
    user = User.objects.filter(agent=person).first()
    user = user or User.objects.create_user(email=f"agent{person.pk}@example.org", agent=person)
    browser = Client()
    browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def _is_of(practice: Practice, name: str) -> bool:
    """Is this the name of an address, or a code, of the practice?"""
    return name.startswith((f"{practice.name}:", f"{practice.name}."))


def _plain(words: object) -> str:
    """As it stands in a page."""
    return str(escape(str(words)))


def _sent(form: Any) -> str:
    """What a browser sends of a form as it stands."""
    [found] = forms_of("/", f'<form method="post">{form}<button></button></form>')
    return urlencode(found.fields)


def _auditor() -> Agent:
    """Somebody who reads and may press nothing."""
    home = agents_queries.home_local()
    found = Agent.objects.filter(name="Auditor of all").first()
    if found is None:
        found = agents.add_member(by=home, name="Auditor of all", household_name="Auditor of all")
        agents.give_role(by=home, agent=found, role="auditor")
    return found


def _refused(practice: Practice, pages: Mapping[str, str], browsers: Mapping[str, Client]) -> Iterator[str]:
    """Each link and button on these pages that answers who sees it with a page that refuses her, or that is not there.

    Of the practice one of each kind on each page is followed, of the rest of the house one of each kind.
    """
    for role, browser in browsers.items():
        seen: set[tuple[str, Any]] = set()
        for name, path in pages.items():
            text = _text(browser, path)
            for link in links_of(path, text):
                kind = view_of(link)
                where = name if kind.startswith(f"{practice.name}:") else ""
                if (where, kind) not in seen:
                    seen.add((where, kind))
                    status = browser.get(link).status_code
                    if status >= 400:
                        yield f"{name}: {role} sees a link to {link}, which answers {status}"
            for form in forms_of(path, text):
                if form.has_button and (name, form.kind) not in seen:
                    seen.add((name, form.kind))
                    with transaction.atomic():
                        status = browser.post(form.action, form.fields).status_code
                        transaction.set_rollback(True)
                    if status in (403, 404, 405) or status >= 500:
                        yield f"{name}: {role} sees a button that posts to {form.action}, which answers {status}"


def _is_sent_away(answer: Any, role: str) -> bool:
    if role == "stranger":
        return answer.status_code == 302 and answer["Location"].startswith("/account/login/")
    return bool(answer.status_code == 403)


def _forms(practice: Practice, life: Life, browser: Client) -> list[Form]:
    """One form of each kind on the pages of the practice that this browser can read."""
    found: dict[Any, Form] = {}
    for path in life.pages(practice).values():
        for form in forms_of(path, _text(browser, path)):
            if f"/{practice.name}/" in form.action and view_of(form.action) not in life.repeated:
                found.setdefault(form.kind, form)
    return list(found.values())


def _statements(practice: Practice, life: Life, browsers: Mapping[str, Client]) -> dict[tuple[str, str], int]:
    """How many statements each page takes that a role can read: (role, name) -> count."""
    found = {}
    for role, browser in browsers.items():
        for name, path in life.pages(practice).items():
            if browser.get(path).status_code == 200:
                with CaptureQueriesContext(connection) as asked:
                    browser.get(path)
                found[role, name] = len(asked)
    return found


def _text(browser: Client, path: str) -> str:
    answer = browser.get(path)
    is_page = answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page else ""


def _own_data(person: Agent) -> set[str]:
    """The files of what she takes along."""
    with zipfile.ZipFile(io.BytesIO(my_data.collect(person, agents_queries.household_of(person)))) as archive:
        return set(archive.namelist())
