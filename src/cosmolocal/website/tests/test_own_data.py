"""My data is whole and only mine; leaving hides, tells and waits."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.core import mail
from django.test import Client
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import columns
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.flows import operations as flows
from cosmolocal.flows.operations import CommitmentDraft
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import Errand
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.paper.tables import csv_bytes
from cosmolocal.website import my_data, tasks
from cosmolocal.website.operations import open_accounts
from cosmolocal.website.tests.asked import of_people
from cosmolocal.website.tests.contract import none_of

Browser = Callable[[Agent], Client]


def files_of(browser: Client) -> zipfile.ZipFile:
    page = browser.post("/me/data/")["Location"]
    made = Errand.objects.get(ended_at=None)
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(made.pk)], f"job:{made.pk}"))
    answer = browser.get(f"{page}file/")
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def test_the_file_holds_what_is_mine_and_nobody_elses(
    people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    household = agents_queries.household_of(people["member"])
    assert household is not None
    open_accounts(by=local, agent=household)
    account = money_queries.account_for(household)
    money.top_up(by=local, account=account, box=money_queries.boxes()[0], amount=12640)
    archive = files_of(signed_in(people["member"]))
    names = set(archive.namelist())
    assert {"index.html", "data/agents.json", "data/agents-contact.csv", "data/money-account.json"} <= names
    everything = "\n".join(archive.read(name).decode() for name in names)
    assert "member@example.org" in everything
    assert "126.40" in everything
    assert "other@example.org" not in everything
    assert {row["name"] for row in json.loads(archive.read("data/agents.json"))} == {"Member"}
    assert "digest" not in everything


@pytest.mark.parametrize("text", ["a;=1+1", "\u200b=1+1", " =1+1", "＝1+1", "a\t=1+1"])
def test_no_cell_of_my_data_runs_as_a_formula(text: str) -> None:
    wanted = csv_bytes(["id", "words"], [[1, text]])
    assert my_data._csv([{"id": 1, "words": text}]) == wanted
    assert "'" in wanted.decode()


def test_every_table_says_what_of_it_goes_with_whom() -> None:
    every = list(django_apps.get_models())
    none_of(of_people(every))
    there = {(model._meta.label, column) for model, column in my_data.links_to_agents()}
    assert columns.SAID.keys() <= there, "said of a column that is not there"
    assert columns.TITLES.keys() <= {model._meta.label for model in every}, "a title of a table that is not there"


def test_leaving_hides_signs_out_and_tells_the_treasurer(
    people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    household = agents_queries.household_of(people["member"])
    assert household is not None
    open_accounts(by=local, agent=household)
    money.top_up(by=local, account=money_queries.account_for(household), box=money_queries.boxes()[0], amount=5000)
    browser = signed_in(people["member"])
    page = browser.get("/me/leave/").content.decode()
    assert "50.00" in page
    assert browser.post("/me/leave/", {"key": "a"}).status_code == 422
    assert browser.post("/me/leave/", {"sure": "on"})["Location"] == "/goodbye/"
    people["member"].refresh_from_db()
    assert people["member"].hidden_at is not None
    assert browser.get("/home/").status_code == 302


def test_goods_to_come_keep_somebody_here(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    household = agents_queries.household_of(people["member"])
    assert household is not None
    open_accounts(by=local, agent=household)
    account = money_queries.account_for(household)
    money.top_up(by=local, account=account, box=money_queries.boxes()[0], amount=5000)
    wish = CommitmentDraft(
        *("transfer", account.holder_id, local, account.currency.specification_id, 3000),
        is_reciprocal=True,
        resource=account.resource_id,
        to_resource=money_queries.fund("running").resource_id,
    )
    flows.commit(by=local, drafts=[wish])
    answer = signed_in(people["member"]).post("/me/leave/", {"sure": "on"})
    assert answer.status_code == 422
    assert "still to come" in answer.content.decode()


@pytest.mark.parametrize(("days", "status"), [(2, 422), (-2, 302)])
def test_goods_paid_in_cash_keep_somebody_here_until_they_came(
    days: int, status: int, people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    household = agents_queries.household_of(people["member"])
    assert household is not None
    open_accounts(by=local, agent=household)
    cabbage = flows.define_specification(by=local, name="Cabbage", unit="piece")
    promise = CommitmentDraft("transfer", local.pk, household.pk, cabbage.pk, 2, due=clock.now() + timedelta(days=days))
    flows.commit(by=local, drafts=[promise])
    assert signed_in(people["member"]).post("/me/leave/", {"sure": "on"}).status_code == status


def test_a_request_to_join_reaches_the_stewards(local: Agent) -> None:
    asked = agents.ask_to_join(by=agents_queries.system(), name="Jo", email="jo@example.org", words="I love greens")
    with job_running():
        tasks.tell_of_request(asked.pk)
    letter = Letter.objects.get()
    assert letter.to.name == "Li Na"
    assert "Jo" in letter.subject
    assert letter.text == "I love greens"


def test_who_asks_to_join_reads_the_answer(local: Agent, settings: Any) -> None:
    settings.MAIL_READY = True
    jo, yang = (
        agents.ask_to_join(by=agents_queries.system(), name=name, email=f"{name.lower()}@example.org", phone="0772 1")
        for name in ("Jo", "Yang")
    )
    sun = agents.ask_to_join(by=agents_queries.system(), name="Sun", phone="0772 2")
    with job_running():
        tasks.answer_request(jo.pk)
    assert not Letter.objects.exists()
    person = agents.welcome(by=local, request=jo)
    agents.welcome(by=local, request=sun)
    agents.decline(by=local, request=yang, reason="We are full until spring.")
    waiting = DBTaskResult.objects.filter(args_kwargs__args__0="website.answer_request")
    assert sorted(row.args_kwargs["args"][1] for row in waiting) == [[jo.pk], [yang.pk], [sun.pk]]
    for asked in (jo, sun, yang):
        jobs.run_job.call(*jobs.marked("website.answer_request", [asked.pk], f"job:{asked.pk}"))
    letter = Letter.objects.get(to=person)
    assert (letter.address, letter.state, letter.url) == ("jo@example.org", "waiting", "/account/login/")
    assert "we mail you a code" in letter.text
    assert Letter.objects.get(to__name="Sun").state == "no_address"  # stands on the list to tell in person
    declined = Letter.objects.get(to=None)  # no agent here, and still a letter that may fail
    assert (declined.address, declined.name, declined.state) == ("yang@example.org", "Yang (0772 1)", "waiting")
    jobs.run_job.call(*jobs.marked("messages.deliver", [], "job:mail"))
    assert {sent.to[0]: sent.subject for sent in mail.outbox} == {
        "yang@example.org": "Your request to join Ainonghui",
        "jo@example.org": "Welcome to Ainonghui",
    }
    assert "We are full until spring." in declined.text


def test_without_mail_the_page_says_whom_to_call(people: dict[str, Agent], signed_in: Browser, settings: Any) -> None:
    settings.MAIL_READY = True
    yang = agents.ask_to_join(by=agents_queries.system(), name="Yang", phone="0772 1")
    jo = agents.ask_to_join(by=agents_queries.system(), name="Jo", email="jo@example.org")
    steward = signed_in(people["steward"])
    told = steward.post(f"/people/requests/{yang.pk}/decline/", {"reason": "We are full.", "key": "a"}, follow=True)
    assert "Please tell Yang: 0772 1" in told.content.decode()
    assert "please tell them: 0772 1" in told.content.decode()
    welcomed = steward.post(f"/people/requests/{jo.pk}/welcome/", {"key": "b"}, follow=True)
    assert "A mail says how to sign in" in welcomed.content.decode()
    assert "the answer goes by mail to jo@example.org" in steward.get("/people/requests/").content.decode()


@contextmanager
def job_running() -> Iterator[None]:
    """Stands in a job, as the worker does."""
    token = jobs._key.set("job:test")
    yield
    jobs._key.reset(token)


@pytest.mark.parametrize(("days", "told"), [(0, []), (2, ["member"])])
def test_who_is_put_into_a_household_is_named_to_who_was_there_before(
    people: dict[str, Agent], local: Agent, days: int, told: list[str]
) -> None:
    """By whom too; those who came with her, by one file or one steward, need no letter."""
    household = agents_queries.household_of(people["member"])
    assert household is not None
    with clock.frozen_at(clock.now() + timedelta(days=days)), job_running():
        ghost = agents.add_member(by=people["steward"], name="Ghost", household=household)
        tasks.tell_of_newcomer(household.pk, ghost.pk, people["steward"].pk)
    assert [letter.to for letter in Letter.objects.all()] == [people[name] for name in told]
    for letter in Letter.objects.all():
        assert f"{people['steward'].name} wrote that Ghost belongs to" in letter.text
