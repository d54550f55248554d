"""What somebody asked the worker for is hers only as long as its page is: tasks end while work waits and files lie."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from cosmolocal.agents import operations as people
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, errands, ids, jobs
from cosmolocal.kernel.models import Errand
from cosmolocal.money import queries as purse
from cosmolocal.practices.shop.models import OrderRound
from cosmolocal.practices.shop.tests.conftest import village  # noqa: F401
from cosmolocal.practices.shop.tests.village import Village, client_of

SENTENCE = "You may no longer do or read this."


class Case(NamedTuple):
    """An errand with its arguments, who may ask for it by her task or as a member, and the page it is asked for on."""

    code: str
    args: tuple[Any, ...]
    who: str
    page: str


def cases(village: Village, round: OrderRound) -> Iterator[Case]:  # noqa: F811
    """Every errand there is, once for each way by which somebody may ask for it."""
    crates, box = (round.handover_id,), purse.boxes()[0].pk
    own = purse.account_for(village.households["Amina"])
    assert own is not None
    today = clock.today()
    days = ((today - timedelta(days=30)).isoformat(), today.isoformat(), "csv")
    lists, packing = reverse("handovers:lists", args=crates), reverse("handovers:packing", args=crates)
    statement, settle = reverse("money:statement", args=[own.pk]), reverse("shop:settle", args=[round.pk])
    for packer in ("Tan Mei", "Keeper Lu"):
        yield Case("handovers.list", (*crates, "door", "csv"), packer, lists)
        yield Case("handovers.labels", crates, packer, lists)
        yield Case("handovers.pack_all", crates, packer, packing)
    for reader in ("Amina", "Wei Guo", "Li Na"):
        yield Case("money.statement_file", (True, own.pk, *days), reader, statement)
    yield Case("money.statement_file", (False, box, *days), "Wei Guo", reverse("money:box", args=[box]))
    yield Case("shop.settle_round", (round.pk,), "Li Na", settle)
    yield Case("shop.send_producer_orders", (round.pk,), "Li Na", settle)
    yield Case("website.deeds_file", ("", "csv"), "Wei Guo", reverse("deeds"))


def ask(case: Case, by: Agent) -> Errand:
    wish = errands.Wish(case.code, case.args, "Something long", case.page)
    return errands.ask(wish, by_id=by.pk, key=ids.fresh_key())


def work(asked: Errand) -> Errand:
    jobs.run_job.func("kernel.errand", [str(asked.pk)], 0, f"job:{asked.pk}")
    asked.refresh_from_db()
    return asked


def end_what_lets_her(village: Village, person: Agent) -> None:  # noqa: F811
    """Her tasks end, and who has none leaves her household and the local."""
    for role in person.roles.all():
        people.end_role(by=village.home, role=role, until=clock.today() - timedelta(days=1))
    if person.name == "Amina":
        people.leave(by=village.home, agent=person)


@pytest.fixture
def ready(village: Village) -> OrderRound:  # noqa: F811
    for role in ("steward", "treasurer"):
        people.give_role(by=village.home, agent=village.people["Second Treasurer"], role=role)
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    return village.close(round)


def test_every_errand_stands_in_the_table(village: Village, ready: OrderRound) -> None:  # noqa: F811
    jobs.load()
    there = {code for code in errands.declared if not code.startswith("test.")}
    assert {case.code for case in cases(village, ready)} == there


def test_work_and_files_end_with_the_right_to_their_page(village: Village, ready: OrderRound) -> None:  # noqa: F811
    every = list(cases(village, ready))
    files: dict[Case, Errand] = {}
    for case in every:
        person = village.people[case.who]
        assert client_of(person).get(case.page).status_code == 200, case
        if case.code.endswith(("list", "labels", "_file")):
            files[case] = work(ask(case, person))
            address = reverse("errand_file", args=[files[case].pk])
            assert client_of(person).get(address).status_code == 200, (case, files[case].sentence)
    for person in {village.people[case.who] for case in every}:
        end_what_lets_her(village, person)
    for case in every:
        person = village.people[case.who]
        browser = client_of(person)
        assert browser.get(case.page).status_code in (302, 403, 404), case
        late = work(ask(case, person))
        assert late.state == Errand.State.REFUSED, case
        assert SENTENCE in late.sentence, case
        if case in files:
            assert browser.get(reverse("errand_file", args=[files[case].pk])).status_code in (302, 403, 404), case
            seen = browser.get(reverse("errand", args=[files[case].pk])).content.decode()
            assert "Open the file" not in seen, case


def test_a_keeper_has_no_list_of_another_place(village: Village, ready: OrderRound) -> None:  # noqa: F811
    keeper = village.people["Keeper Lu"]
    [case, *_rest] = [case for case in cases(village, ready) if case.who == "Keeper Lu"]
    made = work(ask(case, keeper))
    other = people.add_place(by=village.home, name="Other store", latitude=24.3, longitude=109.4, is_handover=True)
    people.give_role(by=village.home, agent=keeper, role="keeper", place=other)
    old = keeper.roles.get(place=village.place)
    people.end_role(by=village.home, role=old, until=clock.today() - timedelta(days=1))
    assert client_of(keeper).get(case.page).status_code == 404
    assert client_of(keeper).get(reverse("errand_file", args=[made.pk])).status_code == 404


def test_a_helper_has_the_statement_as_long_as_she_helps(village: Village, ready: OrderRound) -> None:  # noqa: F811
    [case] = [case for case in cases(village, ready) if case.who == "Amina"]
    jo, amina = village.people["Jo"], village.people["Amina"]
    assert work(ask(case, jo)).state == Errand.State.REFUSED
    helping = people.start_helping(by=amina, helper=jo, member=amina, consent="told me")
    made = work(ask(case, jo))
    address = reverse("errand_file", args=[made.pk])
    assert client_of(jo).get(address).status_code == 200
    people.end_helping(by=amina, helping=helping)
    assert client_of(jo).get(address).status_code == 404


def test_what_is_declared_no_more_is_read_by_nobody(
    village: Village,  # noqa: F811
    ready: OrderRound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = next(cases(village, ready))
    made = work(ask(case, village.people[case.who]))
    address = reverse("errand_file", args=[made.pk])
    monkeypatch.delitem(errands.declared, case.code)
    assert client_of(village.people[case.who]).get(address).status_code == 404
