"""The setup wizard: one-time, nothing lost on error, finishing twice harmless."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.catalog.models import PriceVersion
from cosmolocal.config import aside, restoring, watch
from cosmolocal.kernel import node
from cosmolocal.kernel.practices import Practice, installed
from cosmolocal.money import queries as money_queries
from cosmolocal.website import tasks
from cosmolocal.website.operations import make_setup_link
from cosmolocal.website.tests.gardens import how

ANSWERS = {
    "begin": {"what": "new"},
    "name": {"name": "Ainonghui", "about": "Good food from people we know.", "language": "en"},
    "place": {"place_name": "Liuzhou", "zone": "Asia/Shanghai", "pair": "24.326, 109.428"},
    "money": {"currency": "CNY"},
    "practices": {"practices": ["shop"]},
    "of-shop": {"shop-target": "80", "shop-transport": "7.5"},
    "steward": {"steward_name": "Li Na", "steward_email": "lina@example.org"},
}


def answers_of(name: str) -> dict[str, object]:
    """What holds of the two questions of a practice."""
    asked = next(one.questions for one in installed() if one.name == name)
    assert asked is not None
    return dict(asked.known())


@contextmanager
def answers_of_gardens() -> Iterator[dict[str, object]]:
    """What the gardens were answered; they remember nothing afterwards."""
    before = dict(how.answers)
    yield how.answers
    how.answers.update(before)


@pytest.fixture
def link(db: None) -> str:
    return make_setup_link()


def walk(client: Client, link: str, **changes: dict[str, object]) -> None:
    for step, answers in ANSWERS.items():
        client.post(f"{link}?step={step}", changes.get(step, answers))


def test_a_local_is_made_and_its_steward_is_in(client: Client, link: str) -> None:
    assert client.get(link).status_code == 200
    walk(client, link)
    local = node.current()
    assert (local.name, local.place_name, local.zone, local.currency) == (
        "Ainonghui",
        "Liuzhou",
        "Asia/Shanghai",
        "CNY",
    )
    assert (local.latitude, local.longitude) == (24.326, 109.428)
    steward = User.objects.get(email="lina@example.org").agent
    assert steward is not None
    assert agents_policy.is_steward(steward)
    assert money_queries.default_currency().code == "CNY"
    assert {box.kind for box in money_queries.boxes()} == {"bank", "cash"}
    assert client.get("/steward/").status_code == 200


def test_the_link_works_once(client: Client, link: str) -> None:
    walk(client, link)
    walk(client, link)
    assert Agent.objects.filter(is_home=True).count() == 1
    assert Agent.objects.filter(name="Li Na", kind="person").count() == 1
    stranger = Client()
    assert stranger.get(link).status_code == 302
    assert stranger.post(f"{link}?step=steward", ANSWERS["steward"]).status_code == 302


def test_a_wrong_or_older_link_opens_nothing(client: Client, link: str) -> None:
    assert client.get("/setup/guessed/").status_code == 404
    make_setup_link()
    assert client.get(link).status_code == 404


def test_an_error_loses_nothing(client: Client, link: str) -> None:
    client.post(f"{link}?step=name", ANSWERS["name"])
    wrong = client.post(f"{link}?step=place", {**ANSWERS["place"], "pair": "near the river"})
    assert wrong.status_code == 422
    assert "near the river" in wrong.content.decode()
    assert "Good food" in client.get(f"{link}?step=name").content.decode()
    assert not node.is_ready()


def test_the_end_leads_back_to_what_is_missing(client: Client, link: str) -> None:
    answer = client.post(f"{link}?step=steward", ANSWERS["steward"])
    assert answer["Location"].endswith("step=begin")
    assert not node.is_ready()


def test_each_practice_that_is_chosen_asks_its_two_questions(client: Client, link: str, gardens: Practice) -> None:
    gone_on = client.post(f"{link}?step=practices", {"practices": ["shop", "gardens"]})
    assert gone_on["Location"].endswith("step=of-shop")
    assert client.post(gone_on["Location"], ANSWERS["of-shop"])["Location"].endswith("step=of-gardens")
    page = client.get(f"{link}?step=of-gardens").content.decode()
    assert "How many plots?" in page
    assert 'name="gardens-plots" value="10"' in page
    wrong = client.post(f"{link}?step=of-gardens", {"gardens-plots": "many", "gardens-water": "well"})
    assert wrong.status_code == 422
    assert client.get(f"{link}?step=of-shop").content.decode().count('value="7.5"') == 1
    back = client.get(f"{link}?step=of-gardens")
    assert back.status_code == 200
    assert 'value="many"' in back.content.decode()
    client.post(f"{link}?step=practices", {"practices": ["shop"]})
    assert client.get(f"{link}?step=of-gardens")["Location"].endswith("step=practices")
    client.post(f"{link}?step=practices", {"practices": ["gardens"]})
    assert 'value="many"' in client.get(f"{link}?step=of-gardens").content.decode()
    chosen = {"practices": ["gardens"]}
    walk(client, link, practices=chosen)
    assert not node.is_ready()  # one answer is still wrong
    client.post(f"{link}?step=of-gardens", {"gardens-plots": "7", "gardens-water": "well"})
    with answers_of_gardens() as answered:
        client.post(f"{link}?step=steward", ANSWERS["steward"])
        assert node.is_ready()
        assert answered == {"plots": 7, "water": "well"}
    assert answers_of("shop") == {"target": 76, "transport": 9}  # it was chosen no more


def test_what_is_answered_holds_from_the_first_day_and_stands_on_the_settings_page(client: Client, link: str) -> None:
    asked = {"sharing-who": "homes", "sharing-longest_minutes": "48"}
    client.post(f"{link}?step=practices", {"practices": ["shop", "sharing"]})
    client.post(f"{link}?step=of-sharing", asked)
    walk(client, link, practices={"practices": ["shop", "sharing"]})
    assert answers_of("shop") == {"target": 80, "transport": 7.5}
    page = client.get(reverse("sharing:how")).content.decode()
    assert 'value="48"' in page
    assert re.search(r'value="homes"[^>]* checked', page)
    add = client.get(reverse("sharing:add")).content.decode()
    assert 'name="longest_minutes" value="48"' in add
    assert re.search(r'value="homes"[^>]* checked', add)


def test_pressing_the_map_chooses_zone_and_place(client: Client, link: str) -> None:
    answer = client.post(f"{link}?step=place", {"place_name": "서울", "zone": "UTC", "phone.x": "273", "phone.y": "44"})
    assert answer.status_code == 302
    page = client.get(f"{link}?step=place").content.decode()
    assert 'value="Asia/Seoul" selected' in page
    assert "서울" in page
    assert b"<svg" in client.get("/setup/world.svg").content


def test_before_setup_is_done_nobody_gets_past_the_link(client: Client, link: str) -> None:
    client.post(f"{link}?step=name", ANSWERS["name"])
    assert client.get("/people/").status_code == 503
    assert not agents_queries.Agent.objects.filter(is_home=True).exists()


def test_a_local_can_come_out_of_a_backup(client: Client, link: str) -> None:
    page = client.post(f"{link}?step=begin", {"what": "restore"}, follow=True)
    assert 'type="file"' in page.content.decode()
    here = page.redirect_chain[-1][0]
    no_backup = SimpleUploadedFile("list.cosmolocal", b"name;price\n")
    answer = client.post(here, {"file": no_backup})
    assert answer.status_code == 422
    assert "not a backup" in answer.content.decode()
    assert "Choose the file first" in client.post(here).content.decode()
    assert not watch.waiting_backup(settings.HOME).exists()
    assert client.get(here.replace(link.split("/")[2], "guessed")).status_code == 404


def test_a_backup_that_is_sent_in_lies_where_a_kill_leaves_nothing_for_long(
    client: Client, link: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While it is looked at it lies in a folder that this process holds, and nowhere else; a rest is removed first."""
    home, sending = tmp_path / "home", tmp_path / "sending"
    (home / ".restoring-cut-off").mkdir(parents=True)
    sending.mkdir()
    monkeypatch.setattr(settings, "HOME", home)
    monkeypatch.setattr(tempfile, "tempdir", str(sending))
    seen = []

    def look(file: Path, _passphrase: str) -> None:
        assert file.stat().st_size == len(large)
        seen.append((list(home.iterdir()) == [file.parent], aside.left(home), list(sending.iterdir())))

    monkeypatch.setattr(restoring, "read_manifest", look)
    here, large = link.replace("?", "") + "bring-back/", b"b" * 3_000_000
    for _time in range(2):
        answer = client.post(here, {"file": SimpleUploadedFile("all.cosmolocal", large)})
        assert answer.status_code in (302, 422)
        assert set(home.iterdir()) <= {watch.waiting_backup(home)}
        watch.waiting_backup(home).unlink(missing_ok=True)
    assert seen == [(True, [], [])] * 2


@pytest.mark.parametrize(("currency", "dearest"), [("EUR", 450), ("CNY", 3600), ("KRW", 6700)])
def test_samples_are_a_few_and_made_once(client: Client, link: str, currency: str, dearest: int) -> None:
    walk(client, link, money={"currency": currency}, practices={"practices": ["shop"], "sample": "on"})
    for _ in range(2):
        tasks.sample_data()
    assert agents_queries.producers().count() == 2
    prices = list(PriceVersion.objects.values_list("price", flat=True))
    assert len(prices) == 6
    assert max(prices) == dearest
    assert client.get("/catalog/").status_code == 200
