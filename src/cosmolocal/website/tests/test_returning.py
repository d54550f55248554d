"""Who left comes back with her address: by a steward, by asking again, by an invitation; never by a link alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, JoinRequest, Leaving, Role, User
from cosmolocal.kernel import clock, ids
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.website.operations import forget, leave_local, open_accounts
from cosmolocal.website.tests.waiting import work

Browser = Callable[[Agent], Client]
MAIL = "amina@example.org"


@pytest.fixture
def amina(people: dict[str, Agent], local: Agent) -> Agent:
    """Amina Chen, who packs, and whose household has 5.00."""
    amina = agents.add_member(by=local, name="Amina", email=MAIL, household_name="Chen", code="14")
    agents.give_role(by=local, agent=amina, role="packer")
    home = home_of(amina)
    open_accounts(by=local, agent=home)
    account, box = money_queries.account_for(home), money_queries.boxes(money_queries.default_currency())[0]
    assert account is not None
    money.top_up(by=people["treasurer"], account=account, box=box, amount=500)
    return amina


def home_of(person: Agent) -> Agent:
    home = agents_queries.household_of(person)
    assert home is not None
    return home


def ask(client: Client) -> JoinRequest:
    client.post("/people/ask/", {"key": ids.fresh_key(), "name": "Amina C.", "email": "Amina@Example.org"})
    return JoinRequest.objects.get(state="waiting")


def test_who_comes_back_finds_her_account_and_none_of_her_tasks(
    people: dict[str, Agent], signed_in: Browser, amina: Agent
) -> None:
    before, steward = signed_in(amina), signed_in(people["steward"])
    home, user = home_of(amina), User.objects.get(agent=amina)
    for _twice in range(2):
        leave_local(by=amina, agent=amina)
        assert before.get("/home/").status_code == 302
        found = steward.get("/people/", {"q": MAIL}).content.decode()
        assert "has left" in found
        assert "has left" not in steward.get("/people/").content.decode()
        assert "Is back" in steward.get(f"/people/{amina.pk}/").content.decode()
        back = steward.post(f"/people/{amina.pk}/back/", {"key": ids.fresh_key()})
        assert back["Location"] == f"/people/{amina.pk}/"
        assert agents_policy.is_member(amina)
        assert agents_queries.roles_of(amina) == {"member"}
        assert home_of(amina) == home
        assert agents_policy.is_member(home)
        account = money_queries.account_for(home)
        assert account is not None
        assert money_queries.standing(account).balance == 500
        assert (home_of(amina).name, home_of(amina).code) == ("Chen", "14")
        assert agents_queries.sign_in_of(amina) == user
        assert not Leaving.objects.exists()
        assert before.get("/home/").status_code == 302, "a session of before stays ended"
        assert signed_in(amina).get("/home/").status_code == 200
    assert Role.objects.filter(agent=amina).count() == 1


def test_who_asks_again_is_welcomed_back(people: dict[str, Agent], signed_in: Browser, amina: Agent) -> None:
    leave_local(by=amina, agent=amina)
    asked, steward = ask(Client()), signed_in(people["steward"])
    page = steward.get("/people/requests/").content.decode()
    assert "Welcome back!" in page
    assert f'href="/people/{amina.pk}/"' in page
    with pytest.raises(Refusal) as refused:
        agents.welcome(by=people["steward"], request=asked)
    assert (refused.value.code, refused.value.field) == ("agents.was_here", "email")
    steward.post(f"/people/requests/{asked.pk}/welcome/", {"key": "k", "is_back": "1"})
    asked.refresh_from_db()
    assert (asked.state, asked.agent) == ("welcomed", amina)
    assert agents_policy.is_member(amina)
    assert Agent.objects.filter(name__startswith="Amina", kind="person").count() == 1


def test_the_address_of_who_left_opens_nothing_by_an_invitation(
    people: dict[str, Agent], signed_in: Browser, amina: Agent
) -> None:
    """A poster hangs where everybody may read it; who types her address is not yet she."""
    leave_local(by=amina, agent=amina)
    agents.invite(by=people["steward"], token="poster", uses=5)
    guest = Client()
    wish = {"key": ids.fresh_key(), "name": "Amina", "email": MAIL}
    answer = guest.post("/people/i/poster/", wish, follow=True)
    assert "Welcome, Amina!" in answer.content.decode()
    [newcomer] = Agent.objects.filter(name="Amina", kind="person").exclude(pk=amina.pk)
    assert User.objects.get(agent=newcomer).email is None
    assert not agents_policy.is_member(amina)
    work("website.tell_of_claimed_mail")
    letter = Letter.objects.exclude(event="paid_in").get(address=MAIL)
    assert "a steward brings you back, with your account as it was" in letter.text
    asked = JoinRequest.objects.get()
    assert "Is here as Amina since today, and may have been here before" in asked.words
    agents.welcome(by=people["steward"], request=asked, is_back=True)
    assert agents_policy.is_member(amina)


def test_who_left_others_in_the_household_comes_back_beside_it(people: dict[str, Agent], amina: Agent) -> None:
    """With whom she lives now is theirs to say; so is who reads their orders."""
    chen = home_of(amina)
    jo = agents.add_member(by=people["steward"], name="Jo", household=chen)
    agents.leave(by=amina, agent=amina)
    agents.bring_back(by=people["steward"], agent=amina)
    assert home_of(amina) != chen
    assert home_of(amina).name == "Amina"
    agents.leave(by=amina, agent=amina)
    assert agents.bring_back(by=people["steward"], agent=amina, household=chen) == amina
    assert home_of(amina) == home_of(jo) == chen


def test_a_name_that_was_taken_meanwhile_gets_a_number(people: dict[str, Agent], local: Agent, amina: Agent) -> None:
    home = home_of(amina)
    agents.leave(by=amina, agent=amina)
    agents.add_member(by=local, name="Mei", household_name="Chen")
    agents.bring_back(by=people["steward"], agent=amina)
    assert home_of(amina) == home
    assert home_of(amina).name == "Chen 2"


def test_who_is_here_or_forgotten_is_not_brought_back(people: dict[str, Agent], local: Agent, amina: Agent) -> None:
    steward = people["steward"]
    assert agents.bring_back(by=steward, agent=amina) == amina
    assert amina.memberships.count() == 2
    with pytest.raises(Refusal) as refused:
        agents.bring_back(by=steward, agent=home_of(amina))
    assert refused.value.code == "agents.not_a_person"
    agents.leave(by=amina, agent=amina)
    with pytest.raises(Refusal) as refused:
        agents.add_member(by=steward, name="Somebody else", email=MAIL)
    assert refused.value.code == "agents.was_here"
    with clock.frozen_at(clock.now() + timedelta(days=366 * 12)):
        forget(by=agents_queries.system())
        with pytest.raises(Refusal) as refused:
            agents.bring_back(by=local, agent=amina)
        assert refused.value.code == "agents.forgotten"
        free = agents.add_member(by=local, name="Somebody else", email=MAIL)
    assert User.objects.get(email=MAIL).agent == free
