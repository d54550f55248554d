"""A local in which every letter and paper there is gets written: what happens, for the tests that read them."""

import heapq
import sys

import pytest
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.config import commands
from cosmolocal.kernel import jobs
from cosmolocal.kernel.tests.stating import stated
from cosmolocal.messages import operations as messages
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import Village, client_of
from cosmolocal.website import operations as website
from tests.journeys.scene import Scene, fetch, work

IBANS = ("DE89370400440532013000", "DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402")


def live(scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The weeks of all practices, each at its own moments, then books and house: every letter and paper on the way."""
    with scene.standing(18):
        village = found(scene)
    lives = [of_an_app(scene, village) for of_an_app in stated("live").values()]
    waiting = [(next(life), number) for number, life in enumerate(lives)]
    while waiting:
        moment, number = heapq.heappop(waiting)
        with scene.standing(*moment):
            following = next(lives[number], None)
        if following:
            heapq.heappush(waiting, (following, number))
    with scene.standing(28):
        of_books(scene, village)
    with scene.standing(28):
        of_house(scene, village, monkeypatch, capsys)


def found(scene: Scene) -> Village:
    """The village where this scene plays; everybody has a mail address, and one reads her mails once a day."""
    village = builder.build(scene.zone.key, "EUR")
    for number, person in enumerate(village.people.values()):
        draft = ContactDraft(email=f"p{number}@example.org")
        agents.change_contact(by=village.home, agent=person, contact=draft)
    for number, farm in enumerate(village.producers.values()):
        draft = ContactDraft(email=f"farm{number}@example.org" if number else "", iban=IBANS[number], phone="1")
        agents.change_contact(by=village.home, agent=farm, contact=draft)
    messages.choose(by=village.people["Jo"], event="order_changed", how="digest")
    return village


def of_books(scene: Scene, village: Village) -> None:
    """A member's money arrives, and papers of the books."""
    wei, bank = village.people["Wei Guo"], money_queries.boxes()[0]
    treasurer, account = client_of(wei), money_queries.account_for(village.households["Amina"])
    assert account is not None
    money.top_up(by=wei, account=account, box=bank, amount=500)
    work(scene)
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, treasurer, "money:sheet", **{"as": kind})
        fetch(scene, treasurer, "money:statement", account.pk, **{"as": kind})
        fetch(scene, treasurer, "money:box", bank.pk, **{"as": kind})


def of_house(
    scene: Scene, village: Village, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who comes and goes, who did what, what one person may take along, and the command line."""
    steward, li_na = client_of(village.people["Li Na"]), village.people["Li Na"]
    for kind in ("csv", "xlsx"):
        fetch(scene, steward, "catalog:products", **{"as": kind})
    answer = steward.post(reverse("agents:invitations"), {"role": "member", "uses": 1, "days": 2, "key": "i"})
    fetch(scene, steward, "agents:poster", int(answer["Location"].strip("/").split("/")[-1]))
    for mine in ("a", "b"):
        asked = agents.ask_to_join(by=village.home, name="Sun", email=f"{mine}@example.org", words="Hello")
        work(scene)
        if mine == "a":
            agents.welcome(by=li_na, request=asked)
        else:
            agents.decline(by=li_na, request=asked, reason="Later")
    website.leave_local(by=village.people["Chen"], agent=village.people["Chen"])
    for kind in ("csv", "xlsx"):
        fetch(scene, steward, "deeds", **{"as": kind})
    for kind in ("csv", "xlsx", "pdf"):
        fetch(scene, steward, "agents:people", **{"as": kind})
    messages.begin_daily_mail(by=village.home)
    work(scene)
    amina = client_of(village.people["Amina"])
    agents.add_member(by=li_na, name="Lee", household=village.households["Amina"])
    moved = ContactDraft("moved@example.org", iban=IBANS[1])
    agents.change_contact(by=li_na, agent=village.people["Amina"], contact=moved)
    for hers in ("moved@example.org", "sun@example.org"):  # of somebody else: that mailbox reads so
        agents.change_contact(by=village.people["Jo"], agent=village.people["Jo"], contact=ContactDraft(email=hers))
    assert Client().post("/account/login/code/", {"email": "moved@example.org"}).status_code == 302
    jobs.enqueue("website.tell_of_passkey", village.people["Jo"].pk)  # as the page does, once a browser made one
    taken = amina.post(reverse("my_data"), {"key": "d"})["Location"]
    work(scene)
    fetch(scene, amina, "errand_file", taken.strip("/").split("/")[-1])
    monkeypatch.setattr(sys, "argv", ["cosmolocal", "code", "Amina"])
    assert commands.main() == 0
    scene.look_at("command code", capsys.readouterr().out.split(":", 1)[-1], None)
    work(scene)
    monkeypatch.setattr(sys, "argv", ["cosmolocal", "export", "products", "/dev/null"])
    assert commands.main() == 0
