"""What one person books alone is recorded at once, and looked at by somebody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Role
from cosmolocal.agents.queries import Reader, roles_of
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import run_job
from cosmolocal.kernel.models import Operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import MoneyBox, Payment, Review
from cosmolocal.money.opening.rows import Row
from cosmolocal.money.tests.test_pages import as_, deed
from cosmolocal.money.tests.village import Village, refused


def reader(person: Agent) -> Reader:
    return Reader(agent=person, roles=roles_of(person))


def pay_rent(village: Village, by: Agent | None = None, payee: Agent | None = None) -> Review:
    money.pay_cost(by=by or village.wei, fund_code="running", box=village.bank, amount=1200, payee=payee, reason="rent")
    return Review.objects.latest("pk")


def test_a_cost_is_booked_at_once_and_looked_at_by_another_treasurer(village: Village) -> None:
    look = pay_rent(village)
    assert (village.fund("running"), look.state, look.why, look.amount) == (-1200, "waiting", "left", 1200)
    with refused("money.own_look"):
        money.agree_entries(by=village.wei, looks=[look])
    with refused("agents.not_allowed"):
        money.agree_entries(by=village.amina, looks=[look])
    for _twice in range(2):
        money.agree_entries(by=village.lin, looks=[look])
    look.refresh_from_db()
    assert (look.state, look.decided_by.by) == ("agreed", village.lin)
    assert not queries.reviews(is_open=True).exists()


def test_what_pays_the_treasurer_is_recorded_and_never_looked_at_by_her(village: Village) -> None:
    """Paid to Lin and booked by Wei: a steward looks. Booked by Lin herself: Wei or a steward."""
    look = pay_rent(village, payee=village.lin)
    with refused("money.own_look"):
        money.agree_entries(by=village.lin, looks=[look])
    money.agree_entries(by=village.li_na, looks=[look])
    own = pay_rent(village, by=village.lin, payee=village.lin)
    assert (own.why, own.holder) == ("own", village.lin)
    with refused("money.own_look"):
        money.agree_entries(by=village.lin, looks=[own])
    money.agree_entries(by=village.wei, looks=[own])


def test_money_on_her_own_account_is_looked_at_and_on_others_is_not(village: Village) -> None:
    village.top_up(village.amina, 5000)
    assert not Review.objects.exists()
    village.top_up(village.wei, 5000)
    own = village.account(village.wei)
    money.transfer(by=village.wei, source=own, target=queries.fund("reserve"), amount=700, reason="a gift")
    money.transfer(
        by=village.wei,
        source=village.account(village.amina),
        target=queries.fund("reserve"),
        amount=1,
        reason="she asked me to",
    )
    money.pay_in_coins(by=village.wei, account=own, box=village.cash, amount=300)
    seen = [(look.deed.code, look.why, look.amount) for look in Review.objects.order_by("pk")]
    assert seen == [("money.top_up", "own", 5000), ("money.transfer", "own", 700), ("money.pay_in_coins", "own", 300)]


def test_her_household_and_her_farm_are_her_own(village: Village) -> None:
    """Jo shares Wei's household and gets a task for the farm: neither of them looks at what touches it."""
    household = village.account(village.wei).holder
    agents.join(by=village.house, member=village.lin, group=household)
    village.top_up(village.wei, 100)
    [look] = Review.objects.all()
    with refused("money.own_look"):
        money.agree_entries(by=village.lin, looks=[look])
    agents.give_role(by=village.house, agent=village.wei, role="producer", scope=village.farm)
    farm = village.account(village.farm, "producer")
    money.top_up(by=village.wei, account=farm, box=village.bank, amount=100)
    assert Review.objects.latest("pk").holder == village.farm


def test_what_comes_back_to_the_booker_and_what_goes_back_to_a_stranger(village: Village) -> None:
    village.top_up(village.lin, 1000)
    made = money.pay_back(by=village.wei, account=village.account(village.lin), box=village.bank, amount=1000)
    money.agree_payment_list(by=village.li_na, payment_list=made, yes=True)
    money.confirm_list(by=village.lin, payment_list=made)
    assert not Review.objects.exists(), "two people have agreed to it already"
    money.return_payment(by=village.lin, payment=Payment.objects.get(), reason="account closed")
    found = money.top_up_unmatched(by=village.wei, box=village.bank, amount=900)
    money.send_back(by=village.wei, unmatched=found, reason="paid twice")
    seen = [(look.deed.code, look.why, look.deed.by) for look in Review.objects.order_by("pk")]
    assert seen == [("money.return_payment", "own", village.lin), ("money.send_back", "left", village.wei)]


def test_what_is_taken_back_waits_no_longer_and_is_looked_at_where_it_is_her_own(village: Village) -> None:
    pay_rent(village)
    village.top_up(village.wei, 500)
    for code in ("money.pay_cost", "money.top_up"):
        money.undo(by=village.wei, deed_id=Operation.objects.get(code=code).pk, reason="wrong amount")
    seen = [(look.deed.code, look.state, look.amount) for look in Review.objects.order_by("pk")]
    assert seen == [
        ("money.pay_cost", "undone", 1200),
        ("money.top_up", "undone", 500),
        ("money.undo", "waiting", 500),
    ]


def test_a_question_stays_until_it_is_answered(village: Village) -> None:
    look = pay_rent(village)
    with refused("money.reason_missing"):
        money.question_entry(by=village.lin, look=look, reason=" ")
    with refused("money.own_look"):
        money.question_entry(by=village.wei, look=look, reason="why not")
    money.question_entry(by=village.lin, look=look, reason="Which month?")
    look.refresh_from_db()
    assert (look.state, look.asked_by.money_note.words) == ("questioned", "Which month?")
    assert queries.count_looks(reader(village.wei)).all == 1
    money.agree_entries(by=village.lin, looks=[look])
    with refused("money.looked_at"):
        money.question_entry(by=village.lin, look=look, reason="Sure?")
    look.refresh_from_db()
    assert (look.state, look.asked_by.money_note.words) == ("agreed", "Which month?")


def test_the_house_and_nothing_need_no_second_pair_of_eyes(village: Village) -> None:
    money.pay_cost(by=village.house, fund_code="running", box=village.bank, amount=1, reason="fee")
    village.top_up(village.amina, 1)
    assert not Review.objects.exists()


def test_counts_are_about_the_reader(village: Village) -> None:
    with clock.frozen_at(clock.now() - timedelta(days=8)):
        pay_rent(village)
    pay_rent(village, payee=village.lin)

    def counted(person: Agent) -> tuple[int, bool, int]:
        found = queries.count_looks(reader(person))
        return found.all, found.mine, found.late

    agents.give_role(by=village.house, agent=village.jo, role="auditor")
    assert [counted(who) for who in (village.wei, village.lin, village.li_na, village.jo)] == [
        (2, False, 1),
        (2, True, 1),
        (2, True, 1),
        (2, False, 1),
    ]


def test_cash_that_is_counted_away_is_recorded_and_looked_at(village: Village) -> None:
    """The bank's money carried into the cash box and counted as nothing: it left without a list."""
    village.top_up(village.amina, 100_000)
    carried = money.move_money(by=village.wei, source=village.bank, target=village.cash, amount=100_000)
    money.receive_money(by=village.li_na, carriage=carried, box=village.cash, arrived=100_000)
    assert not Review.objects.exists()
    assert money.count_cash(by=village.wei, box=village.cash, counted=0) == -100_000
    [look] = Review.objects.all()
    assert (look.deed.code, look.why, look.amount, look.holder) == ("money.count_cash", "left", 100_000, None)
    with refused("money.own_look"):
        money.agree_entries(by=village.wei, looks=[look])
    money.agree_entries(by=village.lin, looks=[look])


def test_many_small_shortages_are_one_and_a_few_coins_are_none(village: Village) -> None:
    village.top_up(village.amina, 5000, village.cash)
    for counted in (4600, 4201, 4001):
        money.count_cash(by=village.wei, box=village.cash, counted=counted)
        assert not Review.objects.exists()
    money.count_cash(by=village.wei, box=village.cash, counted=4500)
    money.count_cash(by=village.wei, box=village.cash, counted=4499)
    assert [(look.why, look.amount) for look in Review.objects.all()] == [("left", 1)]
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        money.count_cash(by=village.wei, box=village.cash, counted=4000)
    assert Review.objects.count() == 1


def test_a_lower_floor_for_new_accounts_is_looked_at_and_a_higher_one_is_not(village: Village) -> None:
    for floor in (-5000, -5000, -1000):
        money.change_levels(by=village.wei, currency=village.currency, warn_below=0, start_floor=floor)
    [look] = Review.objects.all()
    assert (look.why, look.amount, look.deed.by) == ("levels", 5000, village.wei)
    page = as_(village, village.lin).get("/money/looks/").content.decode()
    assert "How far accounts may go down" in page
    assert "50.00" in look.deed.money_note.words


EVIL = "6228 6666 6666 6666"


def change_number(village: Village, number: str, box: MoneyBox | None = None) -> None:
    box = box or village.bank
    money.change_box(by=village.li_na, box=box, name=box.name, number=number, bank_name=box.bank_name)


def import_number(village: Village, number: str) -> None:
    rows = [Row(2, "bank", name="Another bank", balance=0, iban=number)]
    money.import_people(by=village.li_na, rows=rows)


def import_two(village: Village, number: str) -> None:
    harmless = Row(2, "bank", name="Third bank", balance=0, iban="6228 1111")
    money.import_people(by=village.li_na, rows=[harmless, Row(3, "bank", name="Fourth", balance=0, iban=number)])


def blank_and_write(village: Village, number: str) -> None:
    change_number(village, "")
    change_number(village, number)


def open_and_write(village: Village, number: str) -> None:
    change_number(village, number, money.open_box(by=village.li_na, kind="bank", name="Another bank"))


def open_one(village: Village, number: str) -> None:
    money.open_box(by=village.li_na, kind="bank", name="Another bank", number=number)


def open_two(village: Village, number: str) -> None:
    blank_and_write(village, number)
    open_one(village, number)


@pytest.mark.parametrize(
    "way", [change_number, import_number, import_two, blank_and_write, open_and_write, open_one, open_two]
)
def test_another_number_is_shown_to_members_once_somebody_else_has_looked(village: Village, way: Callable) -> None:
    address, amina = f"/money/accounts/{village.account(village.amina).pk}/", as_(village, village.amina)
    way(village, EVIL)
    assert EVIL not in amina.get(address).content.decode()
    looks = list(Review.objects.all())
    assert {(look.why, look.deed.by) for look in looks} == {("number", village.li_na)}
    assert EVIL in looks[-1].said
    with refused("money.own_look"):
        money.agree_entries(by=village.li_na, looks=looks)
    money.agree_entries(by=village.wei, looks=looks)
    assert EVIL in amina.get(address).content.decode()


def test_the_desk_says_which_number_waits_for_whose_look(village: Village) -> None:
    assert "do not see this number yet" not in as_(village, village.wei).get("/money/").content.decode()
    change_number(village, EVIL)
    for address in ("/money/", f"/money/boxes/{village.bank.pk}/"):
        writer, other = (as_(village, who).get(address).content.decode() for who in (village.li_na, village.wei))
        for page in (writer, other):
            assert "do not see this number yet" in page
            assert EVIL in page
            assert "look at it first: Lin Fang, Wei Guo." in " ".join(page.split())
        assert ("Look at it</" in writer, "Look at it</" in other) == (False, True)
    money.agree_entries(by=village.wei, looks=list(queries.reviews(is_open=True)))
    assert "do not see this number yet" not in as_(village, village.wei).get("/money/").content.decode()


def test_the_first_number_and_that_of_who_keeps_the_house_alone_are_shown_at_once(village: Village) -> None:
    MoneyBox.objects.update(number="")
    change_number(village, EVIL)
    assert [box.number for box in queries.where_to_pay(village.currency)] == [EVIL]
    for role in Role.objects.filter(name="treasurer"):
        agents.end_role(by=village.house, role=role)
    change_number(village, "6228 4801")
    assert [box.number for box in queries.where_to_pay(village.currency)] == ["6228 4801"]


# At the door of the browser.


@pytest.fixture
def lin(village: Village) -> Client:
    return as_(village, village.lin)


def test_several_are_looked_at_with_one_press(village: Village, lin: Client) -> None:
    looks = [pay_rent(village) for _three in range(3)]
    own = pay_rent(village, by=village.lin)
    page = lin.get("/money/looks/").content.decode()
    assert page.count('type="checkbox"') == 3
    assert "To be looked at by somebody else" in lin.get("/money/").content.decode()
    answer = lin.post("/money/looks/agree/", {"key": "k"}, follow=True)
    assert "Tick at least one" in answer.content.decode()
    lin.post("/money/looks/agree/", {"key": "one", "one": looks[0].pk, "look": [looks[1].pk]})
    assert Review.objects.filter(state="agreed").count() == 1
    lin.post("/money/looks/agree/", {"key": "two", "look": [look.pk for look in looks]})
    assert [look.pk for look in queries.reviews(is_open=True)] == [own.pk]
    assert "Lin Fang" in lin.get("/money/looks/?show=done").content.decode()
    answer = lin.post("/money/looks/agree/", {"key": "own", "one": own.pk})
    assert answer.status_code == 422
    assert lin.post("/money/looks/agree/", {"key": "bad", "one": "x" * 40}).status_code == 302


@pytest.mark.parametrize(("counted", "readings"), [("0", ["0"]), ("1000000", ["10000", "1000000"]), ("1", ["1"])])
def test_a_count_far_from_the_books_is_asked_about(village: Village, counted: str, readings: list[str]) -> None:
    village.top_up(village.amina, 1_000_000, village.cash)
    wei, address = as_(village, village.wei), f"/money/boxes/{village.cash.pk}/count/"
    page = wei.post(address, {"key": "c", "counted": counted})
    assert page.status_code == 422
    assert "what the books say" in page.content.decode()
    for reading in readings:
        assert f'value="counted={reading}00"'.replace("=000", "=0") in page.content.decode()
    page = deed(wei, address, counted=counted, sure=f"counted={int(counted) * 100}")
    assert village.in_box(village.cash) == int(counted) * 100


def test_a_question_is_asked_and_answered_on_the_page(village: Village, lin: Client) -> None:
    look = pay_rent(village)
    wei, address = as_(village, village.wei), f"/money/looks/{look.pk}/question/"
    assert wei.get(address).status_code == 302
    assert wei.post(address, {"key": "q", "reason": "mine"}).status_code == 422
    assert lin.post(address, {"key": "q", "reason": "Which month?"}).status_code == 302
    page = wei.get("/money/looks/").content.decode()
    assert "Which month?" in page
    assert "It is right" not in page
    deed(wei, f"/money/entries/{look.deed_id}/undo/", reason="paid by mistake")
    assert "Nothing waits" in lin.get("/money/looks/").content.decode()
    assert "taken back" in lin.get("/money/looks/?show=done").content.decode()


def test_an_auditor_reads_and_decides_nothing(village: Village) -> None:
    look = pay_rent(village)
    agents.give_role(by=village.house, agent=village.jo, role="auditor")
    jo = as_(village, village.jo)
    page = jo.get("/money/looks/").content.decode()
    assert "Rent" in page
    assert "It is right" not in page
    assert jo.post("/money/looks/agree/", {"key": "k", "one": look.pk}).status_code == 403
    assert as_(village, village.amina).get("/money/looks/").status_code == 403


def test_a_cost_to_herself_is_booked_by_the_form(village: Village) -> None:
    own, answers = village.account(village.wei), {"fund": "running", "reason": "wages", "box": village.bank.pk}
    deed(as_(village, village.wei), "/money/cost/", amount="12", payee=f"#{own.pk}", **answers)
    [look] = Review.objects.all()
    assert (look.why, look.holder, village.fund("running")) == ("own", own.holder, -1200)


def test_without_a_second_treasurer_a_steward_looks(village: Village) -> None:
    agents.end_role(by=village.house, role=Role.objects.get(agent=village.lin))
    look = pay_rent(village)
    money.agree_entries(by=village.li_na, looks=[look])
    look.refresh_from_db()
    assert look.state == "agreed"


def test_thousands_that_wait_are_counted_without_their_deeds(village: Village) -> None:
    """The steward's page counts them each time it opens, whoever has looked at how many."""
    pay_rent(village)
    with CaptureQueriesContext(connection) as asked:
        queries.count_looks(reader(village.lin))
    counting = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"]]
    assert len(counting) == 1
    assert "kernel_operation" not in counting[0]


def test_at_which_prices_her_own_household_buys_is_looked_at(village: Village) -> None:
    """Written, and written back: two entries. Another's, and who keeps the place only: none."""
    hers, other = (agents_queries.household_of(person) for person in (village.li_na, village.jo))
    assert hers is not None
    assert other is not None
    for household, group in ((other, "restaurant"), (hers, "restaurant"), (hers, "restaurant"), (hers, "")):
        where = agents.Whereabouts(None, group)
        agents.change_group(
            by=village.li_na, group=household, name=household.name, about="", is_public=False, where=where
        )
    told = DBTaskResult.objects.filter(args_kwargs__args__0="money.group_changed").order_by("enqueued_at")
    assert len(told) == 3
    for task in told:
        for _twice in range(2):
            assert run_job.call(*task.args_kwargs["args"]) == "done"
    looks = Review.objects.order_by("pk")
    assert [(look.why, look.holder, look.deed.code) for look in looks] == [("pays", hers, "agents.change_group")] * 2
    assert looks[0].deed.money_note.words == "like a household → like a restaurant"
    with refused("money.own_look"):
        money.agree_entries(by=village.li_na, looks=looks)
    assert "like a restaurant" in as_(village, village.wei).get("/money/looks/").content.decode()
    money.agree_entries(by=village.wei, looks=looks)
    assert not Review.objects.filter(state="waiting").exists()
