"""What somebody asked the worker for is hers only as long as its page is: tasks end while work waits and files lie."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.urls import reverse

from cosmolocal.agents import operations as agents
from cosmolocal.agents import pages
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, errands, ids, jobs
from cosmolocal.kernel.models import Errand
from cosmolocal.kernel.tests.stating import stated
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import PaymentList
from cosmolocal.money.operations import PaymentDraft
from cosmolocal.paper.models import Upload
from cosmolocal.practices.shop.models import OrderRound, ProducerOrder
from cosmolocal.practices.shop.tests.conftest import village  # noqa: F401
from cosmolocal.practices.shop.tests.village import Village, client_of

SENTENCE = "You may no longer do or read this."


class Case(NamedTuple):
    """An errand with its arguments, who may ask for it by her task or as a member, the page it is asked for on, and the
    address that answers with its file where it has one.
    """

    code: str
    args: tuple[Any, ...]
    who: str
    page: str
    file: str = ""


def cases(village: Village, round: OrderRound) -> Iterator[Case]:  # noqa: F811
    """Every errand there is, once for each way by which somebody may ask for it."""
    crates, box = (round.handover_id,), money_queries.boxes()[0].pk
    own = money_queries.account_for(village.households["Amina"])
    assert own is not None
    today = clock.today()
    since, until = (today - timedelta(days=30)).isoformat(), today.isoformat()
    days, period = (since, until, "csv"), f"?since={since}&until={until}&as=csv"
    lists, packing = reverse("handovers:lists", args=crates), reverse("handovers:packing", args=crates)
    statement = reverse("money:statement", args=[own.pk])
    for packer in ("Tan Mei", "Keeper Lu"):
        yield Case("handovers.list", (*crates, "door", "csv"), packer, lists, f"{lists}?by=door&as=csv")
        yield Case("handovers.labels", crates, packer, lists, reverse("handovers:labels", args=crates))
        yield Case("handovers.pack_all", crates, packer, packing)
    for reader in ("Amina", "Wei Guo", "Li Na"):
        yield Case("money.statement_file", (True, own.pk, *days), reader, statement, f"{statement}{period}")
    page = reverse("money:box", args=[box])
    yield Case("money.statement_file", (False, box, *days), "Wei Guo", page, f"{page}{period}")
    paid = PaymentList.objects.get().pk
    page, file = reverse("money:payout", args=[paid]), reverse("money:payout_file", args=[paid])
    for kind in ("csv", "pdf"):
        yield Case("money.payout_file", (paid, kind), "Wei Guo", page, f"{file}?as={kind}")
    opening = Upload.objects.get().pk
    for reader in ("Li Na", "Wei Guo"):
        page = reverse("money:opening_map", args=[opening])
        yield Case("money.judge_file", (opening, (("name", 0),)), reader, page)
    goods = reverse("catalog:products")
    yield Case("catalog.products_file", ("q=e", "csv"), "Li Na", goods, f"{goods}?q=e&as=csv")
    for asked_of in stated("errands").values():
        yield from (Case(*case) for case in asked_of(village))
    yield Case("website.deeds_file", ("part=money", "csv"), "Wei Guo", reverse("deeds"), "/deeds/?part=money&as=csv")
    yield Case("website.my_data", (), "Amina", reverse("my_data"), reverse("my_data"))


def ask(case: Case, by: Agent) -> Errand:
    draft = errands.ErrandDraft(case.code, case.args, "Something long", case.page)
    return errands.ask(draft, by_id=by.pk, key=ids.fresh_key())


def work(asked: Errand) -> Errand:
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(asked.pk)], f"job:{asked.pk}"))
    asked.refresh_from_db()
    return asked


def end_what_lets_her(village: Village, person: Agent) -> None:  # noqa: F811
    """Her tasks end, and who has none leaves her household and the local."""
    for role in person.roles.all():
        agents.end_role(by=village.home, role=role, until=clock.today() - timedelta(days=1))
    if person.name == "Amina":
        agents.leave(by=village.home, agent=person)


@pytest.fixture
def ready(village: Village) -> OrderRound:  # noqa: F811
    for role in ("steward", "treasurer"):
        agents.give_role(by=village.home, agent=village.people["Second Treasurer"], role=role)
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    village.close(round)
    village.next_round()
    farmer = village.people["Farmer"] = agents.add_member(by=village.home, name="Farmer", household_name="Farmer")
    farm = ProducerOrder.objects.get(round=round).producer
    agents.give_role(by=village.home, agent=farmer, role="producer", scope=farm)
    own = money_queries.account_for(village.households["Amina"])
    assert own is not None
    wei, lines = village.people["Wei Guo"], [PaymentDraft(own.pk, 100)]
    made = money.make_payment_list(by=wei, lines=lines, box=money_queries.boxes()[0], name="Paid back")
    money.agree_payment_list(by=village.people["Second Treasurer"], payment_list=made, yes=True)
    head = money.Head(["name"], [["Li"]], 1)
    money.keep_file(by=wei, name="books.csv", data=b"name\nLi\n", on=clock.today(), head=head)
    return round


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
        if case.file:
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


def test_a_file_is_made_at_once_where_it_is_small_and_else_by_the_worker(
    village: Village,  # noqa: F811
    ready: OrderRound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = [case for case in cases(village, ready) if case.file and case.code != "website.my_data"]
    small = [client_of(village.people[case.who]).get(case.file) for case in every]
    for kind in pages.AT_ONCE:
        monkeypatch.setitem(pages.AT_ONCE, kind, -1)
    for case, at_once in zip(every, small, strict=True):
        assert at_once.status_code == 200, case
        page = client_of(village.people[case.who]).get(case.file)["Location"]
        asked = Errand.objects.get(ended_at=None)
        assert (asked.code, tuple(asked.args)) == case[:2]
        assert client_of(village.people[case.who]).get(asked.back).status_code == 200, asked.back
        assert work(asked).state == Errand.State.DONE, (case, asked.sentence)
        by_worker = client_of(village.people[case.who]).get(f"{page}file/")
        assert by_worker["Content-Type"] == at_once["Content-Type"], case
        assert by_worker["Content-Disposition"].split(";")[1:] == at_once["Content-Disposition"].split(";")[1:], case
        assert at_once.content.startswith(b"%PDF") or b"".join(by_worker) == at_once.content, case


def test_what_is_known_about_somebody_is_always_made_by_the_worker(
    village: Village,  # noqa: F811
    ready: OrderRound,
) -> None:
    amina = client_of(village.people["Amina"])
    first, again = (amina.post(reverse("my_data"))["Location"] for _press in range(2))
    assert first == again
    assert work(Errand.objects.get(ended_at=None)).state == Errand.State.DONE
    assert b"".join(amina.get(f"{first}file/")).startswith(b"PK")
    assert client_of(village.people["Jo"]).get(f"{first}file/").status_code == 404


def test_a_keeper_has_no_list_of_another_place(village: Village, ready: OrderRound) -> None:  # noqa: F811
    keeper = village.people["Keeper Lu"]
    [case, *_rest] = [case for case in cases(village, ready) if case.who == "Keeper Lu"]
    made = work(ask(case, keeper))
    other = agents.add_place(by=village.home, name="Other store", latitude=24.3, longitude=109.4, is_handover=True)
    agents.give_role(by=village.home, agent=keeper, role="keeper", place=other)
    old = keeper.roles.get(place=village.place)
    agents.end_role(by=village.home, role=old, until=clock.today() - timedelta(days=1))
    assert client_of(keeper).get(case.page).status_code == 404
    assert client_of(keeper).get(reverse("errand_file", args=[made.pk])).status_code == 404


def test_a_helper_has_the_statement_as_long_as_she_helps(village: Village, ready: OrderRound) -> None:  # noqa: F811
    case = next(case for case in cases(village, ready) if case.who == "Amina" and "statement" in case.code)
    jo, amina = village.people["Jo"], village.people["Amina"]
    assert work(ask(case, jo)).state == Errand.State.REFUSED
    helping = agents.start_helping(by=amina, helper=jo, member=amina, consent="told me")
    made = work(ask(case, jo))
    address = reverse("errand_file", args=[made.pk])
    assert client_of(jo).get(address).status_code == 200
    agents.end_helping(by=amina, helping=helping)
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
