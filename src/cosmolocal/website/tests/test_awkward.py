"""Awkward values at every address, for every role: an answer in words, never a mistake of ours."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import cosmolocal
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.look.words import asked
from cosmolocal.website.tests.addresses import Address, addresses
from tests.harness import ALL

Browser = Callable[[Agent], Client]
# What pages read from an address or a form, gathered from their source below.
VALUES = [
    *("²", "٣", "１", "-1", "0", "1e9", "NaN", "Infinity", "9" * 5000, "9" * 30, "999999999", "0.0000000001"),
    *("\x00", "a\x00b", "<b>", "'", '"', "%", "_", "\\", "\ud7ff", "\U0001f955", "\u202e", "a" * 1999),
    *("abc", "2026-02-30", "9999-12-31", "0001-01-01", "24:61", "//evil.example", "javascript:alert(1)", " ", ""),
]
SETS_OUT = {"account_logout", "agents:sign_out", "leave"}
ROLES = ("steward", "treasurer", "keeper", "member", "stranger") if ALL else ("steward", "stranger")
PATHS = [address for address in addresses() if address.name not in SETS_OUT]


@pytest.fixture
def browsers(people: dict[str, Agent], signed_in: Browser, timeless: None) -> dict[str, Client]:
    found = {role: Client() if role == "stranger" else signed_in(people[role]) for role in ROLES}
    for browser in found.values():
        browser.raise_request_exception = False
    return found


def names() -> tuple[str, ...]:
    """Every name that a view reads from an address or a form by itself."""
    root = Path(cosmolocal.__file__).parent
    read = re.compile(r"(?:GET|POST)(?:\.get(?:list)?\(|\[)\"(\w+)\"")
    sources = [path.read_text() for path in root.rglob("*.py") if "tests" not in path.parts]
    return tuple(sorted({name for text in sources for name in read.findall(text)} | {"q", "like", "back", "next"}))


def wrong_answers(browser: Client, address: Address, method: str, values: list[str]) -> list[str]:
    """Each value under all names at once; what answered as a mistake of ours, or led to another host."""
    found = []
    for value in values:
        sent = dict.fromkeys(names(), value)
        path = address.path
        answer = browser.get(path, sent) if method == "GET" else browser.post(path, sent | {"key": "k"})
        location = answer.headers.get("Location", "")
        if (answer.status_code >= 500 and answer.status_code != 503) or location.startswith(("//", "javascript:")):
            found.append(f"{method} {address.name} {value[:12]!r}: {answer.status_code} {location}")
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_address_breaks_on_awkward_values(browsers: dict[str, Client], role: str) -> None:
    """One of the values at each address here, another one at each; all of them in the long run."""
    wrong = []
    for number, address in enumerate(PATHS):
        some = VALUES if ALL else [VALUES[number % len(VALUES)]]
        for method in ("GET", "POST"):
            wrong += wrong_answers(browsers[role], address, method, some)
    assert wrong == []


@pytest.mark.parametrize("value", ["²", "9" * 30, "\x00", "٣", "-1"] if ALL else ["²\x00", "9" * 30])
def test_desks_of_a_steward_take_every_awkward_value(browsers: dict[str, Client], value: str) -> None:
    lists = [address for address in PATHS if not address.takes]
    wrong = [line for address in lists for line in wrong_answers(browsers["steward"], address, "GET", [value])]
    assert wrong == []


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 10**30] if ALL else [2**63])
def test_numbers_of_rows_that_no_database_has_are_not_there(browsers: dict[str, Client], number: int) -> None:
    wrong = []
    for address in PATHS:
        takes = {name: number if isinstance(value, int) else value for name, value in address.takes.items()}
        if takes != address.takes:
            for method in ("get", "post"):
                answer = getattr(browsers["steward"], method)(Address(address.name, takes).path)
                if answer.status_code >= 500:
                    wrong.append(f"{method} {address.name}: {answer.status_code}")
    assert wrong == []


def test_what_is_far_too_long_is_not_read(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    for answer in (
        browser.get("/people/", {"q": "a" * 2001}),
        browser.get("/people/", {"a" * 201: "q"}),
        browser.post("/people/me/profile/", {"name": "a" * 50_001}),
    ):
        assert answer.status_code == 400
        assert "far too long" in answer.content.decode()


def test_a_search_asks_for_eight_words_with_one_test_each(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    joins = []
    for count in (1, 8, 70):
        with CaptureQueriesContext(connection) as captured:
            page = browser.get("/people/", {"q": " ".join(["e"] * count)}).content.decode()
        assert "Treasurer" in page
        joins.append(max(query["sql"].count("JOIN") for query in captured.captured_queries))
    assert joins[1] - joins[0] <= 7  # one inside each word's own test, none between them
    assert joins[2] == joins[1]
    assert asked("a " * 70) == ["a"] * 8
    assert asked("tab\tand\x00null\u0085 " + "x" * 100) == ["tab", "and", "null", "x" * 60]


def test_people_are_found_by_each_of_what_is_known(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    sun = agents.add_member(
        by=local, name="Sun Li", email="sun@example.org", phone="0772 99", household_name="Red gate", code="H7"
    )
    browser = signed_in(people["steward"])
    for words in ("sun li", "sun@example", "0772", "red", "h7", "Sun red 0772 h7", "li gate"):
        page = browser.get("/people/", {"q": words}).content.decode()
        assert page.count("Sun Li") >= 1, words
        assert "Treasurer" not in page
    assert agents_queries.household_of(sun) is not None


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_signing_in_on_a_full_disk_is_a_sentence(local: Agent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        # SQLite's own limit behaves as a full disk does.
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        for number in range(400):
            browser = Client(REMOTE_ADDR=f"192.0.2.{number % 250}", raise_request_exception=False)
            answer = browser.post("/people/sign-in/code/", {"code": "WRNG2222"})
            assert answer.status_code in (422, 429, 503, 507)
            if "disk is full" in answer.content.decode():
                break
        assert "disk is full" in answer.content.decode()
        assert Client().get("/about/").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 4294967294")


def test_a_file_with_an_awkward_name_is_taken_or_refused_in_words(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    for name in ("a\x00.csv", "../../x.csv", "²" * 300 + ".csv", "\u202efdp.csv"):
        file = SimpleUploadedFile(name, io.BytesIO(b"a,b\n1,2\n").read())
        answer = browser.post("/catalog/uploads/", {"file": file, "key": "k" + str(len(name))})
        assert answer.status_code < 500
