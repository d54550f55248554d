"""Pages of money: who sees what, the page that is read twice, and what comes of each deed."""

import re
from datetime import date

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock, ids
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Carriage, Currency, PaymentList
from cosmolocal.money.tests.village import Village


def as_(village: Village, person: Agent) -> Client:
    client = Client()
    client.force_login(agents.make_user(by=village.house, agent=person))
    return client


def deed(client: Client, address: str, **answers: object) -> object:
    """Fills in a form, reads it once more and says yes."""
    data = {"key": ids.fresh_key(), **answers}
    asked = client.post(address, data)
    assert asked.status_code == 200, asked.content.decode()
    assert b"confirmed" in asked.content
    return client.post(address, {**data, "confirmed": "1"}, follow=True)


READ = [
    "/money/",
    "/money/accounts/",
    "/money/accounts/?show=below",
    "/money/accounts/?q=jo",
    "/money/unmatched/",
    "/money/payouts/",
    "/money/sheet/",
    "/money/sheet/?on=2026-09-01",
    "/money/opening/",
]
WRITE = [
    "/money/in/",
    "/money/cost/",
    "/money/move/",
    "/money/transfer/",
    "/money/payouts/new/",
    "/money/months/close/",
]


@pytest.mark.parametrize("address", READ)
def test_books_are_read_by_who_keeps_or_checks_them(village: Village, address: str) -> None:
    agents.give_role(by=village.house, agent=village.jo, role="auditor")
    village.top_up(village.amina, 5000)
    for person in (village.wei, village.li_na, village.jo):
        assert as_(village, person).get(address).status_code == 200
    assert as_(village, village.amina).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address", WRITE)
def test_books_are_written_by_treasurers_only(village: Village, address: str) -> None:
    assert as_(village, village.wei).get(address).status_code == 200
    for person in (village.li_na, village.amina):
        assert as_(village, person).get(address).status_code == 403


def test_a_member_sees_her_account_and_nobody_elses(village: Village) -> None:
    village.top_up(village.amina, 12640)
    client = as_(village, village.amina)
    page = client.get("/money/mine/", follow=True)
    assert page.status_code == 200
    assert "126.40" in page.content.decode()
    assert "6228 4800" in page.content.decode()
    other = village.account(village.jo)
    assert client.get(f"/money/accounts/{other.pk}/").status_code == 404
    assert client.get(f"/money/accounts/{other.pk}/statement/?as=csv").status_code == 404
    assert client.get(f"/money/accounts/{queries.fund('running').pk}/").status_code == 404


def test_a_farmer_sees_the_farms_account(village: Village) -> None:
    page = as_(village, village.huang).get("/money/mine/", follow=True)
    assert page.status_code == 200
    assert "Huang" in page.content.decode()


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_statement_and_sheet_leave_in_every_form(village: Village, kind: str, begins: bytes) -> None:
    village.top_up(village.amina, 12640)
    amina = village.account(village.amina)
    own = as_(village, village.amina).get(f"/money/accounts/{amina.pk}/statement/?as={kind}")
    sheet = as_(village, village.wei).get(f"/money/sheet/?as={kind}")
    box = as_(village, village.wei).get(f"/money/boxes/{village.bank.pk}/?as={kind}")
    for answer in (own, sheet, box):
        assert answer.status_code == 200
        assert answer.content.startswith(begins)


def test_money_that_came_in_is_read_twice_before_it_is_booked(village: Village) -> None:
    client = as_(village, village.wei)
    amina = village.account(village.amina)
    data = {
        "key": "one",
        "amount": "126,40",
        "box": village.bank.pk,
        "account": f"Amina #{amina.pk}",
        "on": clock.today().isoformat(),
    }
    asked = client.post("/money/in/", data)
    assert "126.40" in asked.content.decode()
    assert village.has(amina) == 0
    again = client.post("/money/in/", {**data, "again": "1"})
    assert again.status_code == 200
    assert 'value="126,40"' in again.content.decode()
    for _twice in range(2):
        client.post("/money/in/", {**data, "confirmed": "1"})
    assert village.has(amina) == 12640


def test_who_goes_back_and_writes_another_sum_loses_nothing(village: Village) -> None:
    """The page's key is used up: the form comes back with a fresh one, and says what was done already."""
    client = as_(village, village.wei)
    amina = village.account(village.amina)
    today = clock.today().isoformat()
    data = {"key": "one", "box": village.bank.pk, "account": f"Amina #{amina.pk}", "on": today, "confirmed": "1"}
    client.post("/money/in/", {**data, "amount": "10"})
    refused = client.post("/money/in/", {**data, "amount": "20"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "This page was sent before, and that is done. Press again to do this as well." in page
    assert 'value="20"' in page
    [fresh] = set(re.findall(r'name="key" value="([^"]*)"', page))
    assert fresh != "one"
    client.post("/money/in/", {**data, "amount": "20", "key": fresh})
    assert village.has(amina) == 3000
    same = client.post("/money/in/", {**data, "amount": "20", "key": fresh}, follow=True)
    assert "It was sent twice and counts once." in same.content.decode()
    assert village.has(amina) == 3000


def test_an_unknown_payer_waits_and_is_found(village: Village) -> None:
    client = as_(village, village.wei)
    today = clock.today().isoformat()
    deed(client, "/money/in/", amount="9", box=village.bank.pk, on=today, payer="ZHANG", words="veg")
    [found] = queries.unmatched()
    assert b"ZHANG" in client.get("/money/unmatched/").content
    page = deed(client, f"/money/unmatched/{found.pk}/", account="jo", amount="9")
    assert page.status_code == 200
    assert village.has(village.jo) == 900


def test_a_name_that_is_not_clear_is_asked_about(village: Village) -> None:
    client = as_(village, village.wei)
    data = {"key": "k", "amount": "1", "box": village.bank.pk, "account": "a", "on": clock.today().isoformat()}
    answer = client.post("/money/in/", data)
    assert answer.status_code == 422
    assert "Several fit:" in answer.content.decode()
    assert client.post("/money/in/", {**data, "account": "nobody at all"}).status_code == 422


def test_two_people_pay_a_farm(village: Village) -> None:
    village.top_up(village.amina, 30000)
    farm = village.account(village.farm, "producer")
    money.transfer(by=village.wei, source=village.account(village.amina), target=farm, amount=18000, reason="producer")
    wei, lin = as_(village, village.wei), as_(village, village.lin)
    answers = {"name": "Farms", "box": village.bank.pk, "seen": "1-18000"}
    page = wei.post("/money/payouts/new/", {"key": "new", **answers}, follow=True)
    assert page.status_code == 200
    made = PaymentList.objects.get()
    address = f"/money/payouts/{made.pk}/"
    assert b"I agree" not in wei.get(address).content
    assert wei.get(f"{address}file/?as=csv").status_code == 404
    assert b"I agree" in lin.get(address).content
    lin.post(f"{address}agree/", {"key": "agree"})
    listed = wei.get(f"{address}file/?as=csv").content.decode("utf-8-sig")
    assert "Huang farm" in listed
    assert "180.00" in listed
    assert wei.get(f"{address}file/?as=pdf").content.startswith(b"%PDF")
    assert wei.get(f"{address}file/?as=xml").status_code == 404
    asked = wei.get(f"{address}confirm/")
    assert village.has(farm) == 18000
    assert b"180.00" in asked.content
    wei.post(f"{address}confirm/", {"key": "pay", "on": clock.today().isoformat()})
    assert village.has(farm) == 0
    line = made.payments.get()
    deed(wei, f"/money/payments/{line.pk}/back/", reason="account closed")
    assert village.has(farm) == 18000


def test_a_second_person_may_say_no(village: Village) -> None:
    village.top_up(village.amina, 1000)
    made = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.bank, amount=1000)
    lin = as_(village, village.lin)
    assert lin.get(f"/money/payouts/{made.pk}/disagree/").status_code == 200
    lin.post(f"/money/payouts/{made.pk}/disagree/", {"key": "no", "reason": "she wants to stay"}, follow=True)
    made.refresh_from_db()
    assert made.state == "dropped"


def test_who_drops_a_list_says_why(village: Village) -> None:
    village.top_up(village.amina, 1000)
    made = money.pay_back(by=village.wei, account=village.account(village.amina), box=village.bank, amount=1000)
    wei, address = as_(village, village.wei), f"/money/payouts/{made.pk}/"
    assert f"{address}drop/" in wei.get(address).content.decode()
    assert wei.post(f"{address}drop/", {"key": "d", "reason": ""}).status_code == 422
    page = wei.post(f"{address}drop/", {"key": "d", "reason": "she stays after all"}, follow=True)
    assert "she stays after all" in page.content.decode()
    assert "she stays after all" in as_(village, village.li_na).get(address).content.decode()
    made.refresh_from_db()
    assert made.state == "dropped"


def test_costs_counts_and_moves(village: Village) -> None:
    client, today = as_(village, village.wei), clock.today().isoformat()
    village.top_up(village.amina, 10000, village.cash)
    deed(client, "/money/cost/", amount="12", reason="rent", fund="running", box=village.cash.pk, on=today)
    deed(client, "/money/move/", amount="50", source=village.cash.pk, target=village.bank.pk, on=today)
    carried = Carriage.objects.get()
    deed(client, f"/money/carried/{carried.pk}/", arrived="50", box=village.bank.pk, on=today)
    page = deed(client, f"/money/boxes/{village.cash.pk}/count/", counted="37.90")
    assert "is missing" in page.content.decode()
    assert (village.in_box(village.cash), village.in_box(village.bank)) == (3790, 5000)
    assert (village.fund("running"), village.fund("drawer_difference")) == (-1200, -10)
    fund, amina = queries.fund("reserve"), village.account(village.amina)
    deed(
        client,
        "/money/transfer/",
        source=f"#{amina.pk}",
        target=f"Reserve #{fund.pk}",
        amount="1",
        on=today,
        reason="from the feast",
    )
    assert village.fund("reserve") == 100
    for account in (fund, amina):
        page = client.get(f"/money/accounts/{account.pk}/statement/")
        assert "from the feast" in page.content.decode()


def test_a_treasurer_moves_nothing_to_herself_and_says_what_for(village: Village) -> None:
    client, own, reserve = as_(village, village.wei), village.account(village.wei), queries.fund("reserve")
    village.top_up(village.amina, 500)
    answers = {
        "source": f"#{village.account(village.amina).pk}",
        "amount": "1",
        "on": clock.today().isoformat(),
        "key": "t",
    }
    page = client.post("/money/transfer/", {**answers, "target": f"#{reserve.pk}"})
    assert page.status_code == 422
    assert "reason" in page.context["form"].errors
    own_page = client.post("/money/transfer/", {**answers, "target": f"#{own.pk}", "reason": "fun", "confirmed": "1"})
    assert own_page.status_code == 422
    assert "ask another treasurer" in own_page.content.decode()
    assert (village.has(own), village.fund("reserve")) == (0, 0)


def test_giving_back_limits_closing_and_taking_back(village: Village) -> None:
    client, amina = as_(village, village.wei), village.account(village.amina)
    address = f"/money/accounts/{amina.pk}/"
    deed(client, f"{address}refund/", amount="8", fund="goodwill", reason="two bad eggs")
    assert village.has(amina) == 800
    page = client.get(address)
    assert "two bad eggs" in page.content.decode()
    undo = next(part for part in page.content.decode().split('"') if part.endswith("/undo/"))
    deed(client, undo, reason="they were good after all")
    assert village.has(amina) == 0
    assert "/undo/" not in client.get(address).content.decode()
    answer = client.post(f"{address}limits/", {"key": "l", "warn_below": "-600", "floor": "-500"})
    assert answer.status_code == 422
    client.post(f"{address}limits/", {"key": "l", "warn_below": "-100", "floor": "-500"})
    assert queries.balance(amina).floor == -50000
    deed(client, f"{address}close/", reason="moved away")
    assert queries.account_for(amina.holder) is None


def test_a_month_is_closed_by_choosing_it(village: Village) -> None:
    client = as_(village, village.wei)
    page = client.get("/money/months/close/").content.decode()
    until = page.split('<option value="')[1].split('"')[0]
    deed(client, "/money/months/close/", until=until)
    assert queries.closed_until() == date.fromisoformat(until)


def test_bad_days_are_told_and_never_break_a_page(village: Village) -> None:
    client, amina = as_(village, village.wei), village.account(village.amina)
    for address in (
        "/money/sheet/?on=2999-01-01",
        "/money/sheet/?on=yesterday",
        f"/money/accounts/{amina.pk}/statement/?since=2026-09-02&until=2026-09-01",
    ):
        assert client.get(address).status_code == 422
    assert client.get("/money/sheet/?as=exe").status_code == 404
    for address in ("in/?account=x", "in/?account=" + "9" * 30, "accounts/?q=%00&page=x", "unmatched/?page=-1"):
        assert client.get(f"/money/{address}").status_code == 200
    assert client.get(f"/money/in/?account={amina.pk}").context["form"]["account"].value() == f"Amina #{amina.pk}"
    assert client.get("/money/accounts/" + "9" * 30 + "/").status_code == 404


def test_members_see_where_to_pay_once_the_bank_account_has_its_number(village: Village) -> None:
    """A fresh local has a bank account without a number; the desk says so, with the way to write it."""
    money.change_box(by=village.house, box=village.bank, name="Bank account")
    address = f"/money/boxes/{village.bank.pk}/change/"
    member, steward = as_(village, village.amina), as_(village, village.li_na)
    assert "6228" not in member.get("/money/mine/", follow=True).content.decode()
    for page in ("/money/", f"/money/boxes/{village.bank.pk}/"):
        assert address in steward.get(page).content.decode()
        assert "Members do not see where to pay" in steward.get(page).content.decode()
    assert member.get(address).status_code == 403
    answers = {"name": "Bank account", "number": "6228 4801 0000", "bank_name": "RCB"}
    assert steward.post(address, {"key": "n", **answers, "name": "Cash box"}).status_code == 422
    assert steward.post(address, {"key": "n", **answers}).status_code == 302
    assert "6228 4801 0000" in member.get("/money/mine/", follow=True).content.decode()
    assert "Members do not see where to pay" not in steward.get("/money/").content.decode()


def test_levels_hold_for_members_and_for_accounts_to_come(village: Village) -> None:
    village.top_up(village.amina, 5000)
    steward, old = as_(village, village.li_na), village.account(village.amina)
    assert "getting low" not in steward.get("/money/accounts/?q=amina").content.decode()
    assert "/money/levels/" in steward.get("/money/").content.decode()
    assert as_(village, village.amina).get("/money/levels/").status_code == 403
    assert steward.post("/money/levels/", {"key": "l", "warn_below": "-60", "start_floor": "-50"}).status_code == 422
    assert steward.post("/money/levels/", {"key": "l", "warn_below": "60", "start_floor": "-50"}).status_code == 302
    assert "getting low" in steward.get("/money/accounts/?q=amina").content.decode()
    newcomer = agents.add_producer(by=village.house, name="New restaurant")
    new = money.open_account(by=village.house, holder=newcomer, currency=Currency.objects.get())
    assert (queries.balance(new).floor, queries.balance(old).floor) == (-5000, 0)
    assert steward.get("/money/levels/").context["form"].initial["start_floor"] == -5000
