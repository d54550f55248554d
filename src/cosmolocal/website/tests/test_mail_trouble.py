"""A steward reads on her first page that mail does not go out, and since when."""

from collections.abc import Callable

from django.test import Client

from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.messages import operations as messages
from cosmolocal.messages import outbox
from cosmolocal.messages.tests.servers import Moody, mail_server

Browser = Callable[[Agent], Client]


def test_mail_that_does_not_go_out_stands_on_the_stewards_page(people: dict[str, Agent], signed_in: Browser) -> None:
    steward = signed_in(people["steward"])
    with mail_server():
        writing = messages.Writing(people["member"].pk, "payment", "Paid", "You were paid.")
        messages.send(by=agents_queries.system(), writings=[writing])
        assert "The mail server takes no mail" not in steward.get("/steward/").content.decode()
        outbox.deliver()
        assert "The mail server takes no mail since" in steward.get("/steward/").content.decode()
    with mail_server(Moody()):
        messages.hold(by=agents_queries.system())
        assert "All mail is held back" in steward.get("/steward/").content.decode()
        messages.let_go(by=people["steward"], waiting=True)
        assert "All mail is held back" not in steward.get("/steward/").content.decode()
