"""PostgreSQL does not answer: pages say so and ask for patience, machines read what is missing; then all goes on."""

from collections.abc import Callable, Iterator

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from cosmolocal.agents.models import Agent
from cosmolocal.kernel.tests.meeting import only_postgres
from cosmolocal.website.views import homes

pytestmark = [pytest.mark.django_db(transaction=True), only_postgres]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """From its call on nobody reaches the database."""

    def go() -> None:
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        connection.close()

    yield go
    monkeypatch.undo()
    connection.close()


def test_pages_and_readyz_say_that_it_is_away(
    people: dict[str, Agent], signed_in: Callable[[Agent], Client], away: Callable[[], None]
) -> None:
    member, stranger = signed_in(people["member"]), Client()
    away()
    for client in (member, stranger):
        client.raise_request_exception = False
        for path in ("/", "/people/", "/readyz?page"):
            answer = client.get(path)
            assert answer.status_code == 503, path
        assert client.get("/readyz").json() == {"ready": False, "missing": ["database"], "says": []}
        assert client.get("/healthz").status_code == 200
        page = client.get("/")
        assert page.headers["Retry-After"] == page.headers["Refresh"]
        assert "does not answer" in page.content.decode()
    typed = member.post("/me/profile/", {"name": "Amina of the mill", "about": "Bread and much else"})
    assert typed.status_code == 503
    assert "Amina of the mill" in typed.content.decode(), "what was typed can be copied"


def test_a_connection_that_breaks_in_the_middle_is_no_mistake_of_ours(
    people: dict[str, Agent], signed_in: Callable[[Agent], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was stopped while a page was made: that page says try again, the next one is there."""
    member = signed_in(people["member"])
    member.raise_request_exception = False

    def hang_up(*_args: object, **_kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(homes, "render", hang_up)
        assert member.get("/home/").status_code == 503
    close_old_connections()  # as at the end of each request; the test client leaves it out
    assert member.get("/home/").status_code == 200
