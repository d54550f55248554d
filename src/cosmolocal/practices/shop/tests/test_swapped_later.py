"""Two households had each other's crate, and it was found after the round was settled."""

import html
import io
import json
import re
import zipfile
from datetime import timedelta

import pypdf
import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel import clock, jobs
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.money.models import Review
from cosmolocal.practices.shop import operations, queries
from cosmolocal.practices.shop.models import OrderSwap
from cosmolocal.practices.shop.tests.test_cases import line_of, settle
from cosmolocal.practices.shop.tests.village import THURSDAY, client_of, refused
from cosmolocal.website import my_data

AMINA, JO = 1500, 2 * 1850  # a loaf; two boxes of eggs with their deposits


@pytest.fixture
def taken(village):
    """Amina's loaf and Jo's eggs, handed over and settled: the round and both orders."""
    round = village.round()
    amina, jo = village.order(round, "Amina", {"Bread": 1}), village.order(round, "Jo", {"Eggs": 2})
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    return round, amina, jo


def swap(village, one, other, by="Keeper Lu"):
    made = operations.swap_settled(by=village.people[by], order=one, other=other, reason="taken")
    assert flows_queries.replay() == []
    assert money_queries.sums_agree().difference == 0
    assert money_queries.balance(one.round.account).balance == 0
    return made


def test_each_pays_what_it_had(village, taken):
    round, amina, jo = taken
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - AMINA, 20_000 - JO)
    swap(village, amina, jo)
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - JO, 20_000 - AMINA)
    amina.refresh_from_db()
    assert (amina.household, amina.final) == (village.households["Amina"], AMINA), "what was settled stays"
    assert queries.swaps.holder_of(amina) == village.households["Jo"]
    assert queries.swaps.order_of(round, village.households["Amina"]) == jo


def test_the_same_two_again_is_as_before(village, taken):
    round, amina, jo = taken
    for _turn in range(2):
        swap(village, amina, jo)
        swap(village, jo, amina)
        assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - AMINA, 20_000 - JO)
    assert queries.swaps.holder_of(amina) == village.households["Amina"]
    assert queries.swaps.order_of(round, village.households["Jo"]) == jo
    assert OrderSwap.objects.count() == 8


def test_three_had_each_others(village):
    """Amina had Jo's, Jo had Chen's, Chen had Amina's: two swaps say it."""
    round = village.round()
    wishes = {"Amina": {"Bread": 1}, "Jo": {"Eggs": 2}, "Chen": {"Cabbage": 1}}
    amina, jo, chen = (village.order(round, name, wish) for name, wish in wishes.items())
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)
    swap(village, amina, jo)
    swap(village, amina, chen)
    has = {name: queries.swaps.order_of(round, village.households[name]) for name in wishes}
    assert has == {"Amina": jo, "Jo": chen, "Chen": amina}
    assert [village.balance(name) for name in wishes] == [20_000 - JO, 20_000 - 600, 20_000 - AMINA]


def test_a_farm_that_calls_reaches_who_has_it(village, taken):
    """The journal names who got the goods, and the way of the line still ends in somebody's hands."""
    _round, amina, jo = taken
    lot = line_of(amina, "Bread").commitment.resource_id
    swap(village, amina, jo)
    assert [(one.agent, one.has_it) for one in flows_queries.recall(lot).reached] == [(village.households["Jo"], True)]
    [handed] = flows_queries.provenance(line_of(amina, "Bread").commitment_id).handed
    assert (handed.receiver, handed.at) == (village.households["Jo"], clock.now())
    swap(village, amina, jo)
    assert [one.agent for one in flows_queries.recall(lot).reached] == [village.households["Amina"]]


def test_another_weight_typed_later_still_names_who_had_it(village, taken):
    round, amina, jo = taken
    swap(village, amina, jo)
    line, packer = line_of(jo, "Eggs"), village.people["Tan Mei"]
    crate = village.crate(round, "Jo")
    handovers.pack_line(by=packer, crate=crate, commitment_id=line.commitment_id, quantity=10, reason="broken")
    reached = flows_queries.recall(line.commitment.resource_id).reached
    assert [(one.agent, one.quantity) for one in reached] == [(village.households["Amina"], 10)]
    assert flows_queries.replay() == []


def test_money_given_back_before_goes_along_and_money_given_back_after_goes_to_who_had_it(village, taken):
    _round, amina, jo = taken
    keeper, eggs = village.people["Keeper Lu"], line_of(jo, "Eggs")
    operations.credit_line(by=keeper, line=eggs, quantity=10, reason="broken")
    assert village.balance("Jo") == 20_000 - JO + 1800
    swap(village, amina, jo)
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - JO + 1800, 20_000 - AMINA)
    operations.credit_line(by=keeper, line=eggs, quantity=10, reason="broken")
    operations.credit_line(by=keeper, line=line_of(amina, "Bread"), quantity=1, reason="spoiled")
    assert (village.balance("Amina"), village.balance("Jo")) == (20_000 - 100, 20_000)


def test_cash_stays_on_the_account_of_who_paid_it(village):
    round = village.round()
    jo = village.order(round, "Jo", {"Eggs": 2})
    qin = village.order(round, "Qin", {"Bread": 1}, pays="cash")
    village.close(round)
    village.receive(round)
    keeper, box = village.people["Keeper Lu"], next(box for box in money_queries.boxes() if box.kind == "cash")
    operations.take_cash(by=keeper, order=qin, box=box, amount=AMINA)
    handovers.hand_over_all(by=keeper, handover=round.handover)
    settle(village, round)
    swap(village, qin, jo)
    assert (village.balance("Qin"), village.balance("Jo")) == (AMINA - JO, 20_000 - AMINA)
    operations.take_cash(by=keeper, order=jo, box=box, amount=JO - AMINA)
    assert village.balance("Qin") == 0, "she brings the rest for what she had"


def test_a_statement_that_was_read_stays_as_it_was(village, taken):
    _round, amina, jo = taken
    account = money_queries.account_for(village.households["Amina"])
    november = (clock.today().replace(day=1), clock.today())
    before = money_queries.statement(account, *november)
    with clock.frozen_at(THURSDAY + timedelta(days=20)):
        money.close_month(by=village.home, until=clock.today().replace(day=1) - timedelta(days=1))
        swap(village, amina, jo)
        assert money_queries.statement(account, *november) == before
        after = money_queries.statement(account, clock.today(), clock.today())
        assert sorted(line.amount for line in after.lines) == [-JO, AMINA]
        assert {line.words for line in after.lines} == {"Amina's household ↔ Jo's household"}
        assert money_queries.wrong_balances() == []


def test_who_left_meanwhile_and_whose_account_is_closed_pays_all_the_same(village, taken):
    _round, amina, jo = taken
    account = money_queries.account_for(village.households["Amina"])
    money.close_account(by=village.home, account=account, reason="moved away")
    agents.leave(by=village.people["Amina"], agent=village.people["Amina"])
    swap(village, amina, jo)
    assert money_queries.balance(account).balance == AMINA - JO
    assert account in list(money_queries.leavers())


def test_somebody_else_looks_at_who_pays_less(village, taken):
    _round, amina, jo = taken
    swap(village, amina, jo)
    look = Review.objects.get()
    assert (look.why, look.holder, look.amount) == ("between", village.households["Jo"], JO - AMINA)
    agents.give_role(by=village.home, agent=village.people["Jo"], role="treasurer")
    with clock.frozen_at(clock.now() + timedelta(days=30)), refused("money.own_look"):
        money.agree_entries(by=village.people["Jo"], looks=[look])
    money.agree_entries(by=village.people["Wei Guo"], looks=[look])


def test_what_is_refused(village, taken):
    round, amina, jo = taken
    keeper = village.people["Keeper Lu"]
    with refused("shop.not_two_orders"):
        operations.swap_settled(by=keeper, order=amina, other=amina, reason="taken")
    second = village.next_round()
    with village.at(second.opens_at):
        elsewhere, also = (village.order(second, name, {"Bread": 1}) for name in ("Jo", "Amina"))
    with refused("shop.not_two_orders"):
        operations.swap_settled(by=keeper, order=amina, other=elsewhere, reason="taken")
    with refused("shop.not_settled"):
        operations.swap_settled(by=keeper, order=also, other=elsewhere, reason="taken")
    with clock.frozen_at(THURSDAY + timedelta(days=61)), refused("shop.too_long_ago"):
        operations.swap_settled(by=keeper, order=amina, other=jo, reason="taken")
    agents.give_role(by=village.home, agent=village.people["Jo"], role="keeper", place=village.place)
    with refused("money.to_oneself"):
        operations.swap_settled(by=village.people["Jo"], order=amina, other=jo, reason="taken")
    handovers.take_back(by=keeper, crate=village.crate(round, "Jo"))
    with refused("shop.not_collected"):
        operations.swap_settled(by=keeper, order=amina, other=jo, reason="taken")
    assert not OrderSwap.objects.exists()


def words_of(paper):
    data = b"".join(paper) if paper.streaming else paper.content
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


def page(village, who, address, status=200):
    answer = client_of(village.people[who]).get(address)
    assert answer.status_code == status, address
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_each_household_reads_what_it_had_and_paid(village, taken):
    _round, amina, jo = taken
    page(village, "Amina", f"/shop/orders/{jo.pk}/", status=404)
    swap(village, amina, jo)
    eggs, bread = page(village, "Amina", f"/shop/orders/{jo.pk}/"), page(village, "Amina", f"/shop/orders/{amina.pk}/")
    assert "Amina's household had the crate" in eggs
    assert "Eggs" in eggs
    assert "So Jo's household pays it" in bread
    listed = " ".join(page(village, "Amina", "/shop/orders/").split())
    assert "you had the crate of Jo's household" in listed
    assert "Jo's household had it and pays it" in listed
    assert "37.00" in listed
    assert "15.00" not in listed
    paper = words_of(client_of(village.people["Amina"]).get(f"/shop/orders/{jo.pk}/receipt/"))
    assert "For Amina's household" in paper
    assert "Ordered by Jo's household" in paper
    swap(village, amina, jo)
    page(village, "Amina", f"/shop/orders/{jo.pk}/", status=404)
    assert "had the crate" not in page(village, "Amina", f"/shop/orders/{amina.pk}/")


def test_her_home_page_and_what_she_takes_along_show_what_she_had(village, taken):
    _round, amina, jo = taken
    keeper = village.people["Keeper Lu"]
    operations.credit_line(by=keeper, line=line_of(jo, "Eggs"), quantity=10, reason="broken")
    swap(village, amina, jo)
    with clock.frozen_at(THURSDAY + timedelta(days=1)):
        home = page(village, "Amina", "/home/")
        data = my_data.collect(village.people["Amina"], village.households["Amina"])
    assert "37.00" in home
    assert "15.00" not in home
    archive = zipfile.ZipFile(io.BytesIO(data))
    rows = {name: json.loads(archive.read(f"data/shop-{name}.json")) for name in ("order", "orderline", "linecredit")}
    assert {row["id"] for row in rows["order"]} == {amina.pk, jo.pk}
    assert line_of(jo, "Eggs").pk in {row["id"] for row in rows["orderline"]}
    assert [row["amount"] for row in rows["linecredit"]] == [1800]
    assert len(archive.namelist()) == len(set(archive.namelist()))
    [swapped] = json.loads(archive.read("data/shop-orderswap.json"))
    assert swapped["order_id"] == jo.pk


def test_both_sums_are_read_before_anything_is_written(village, taken):
    round, amina, jo = taken
    keeper, address = client_of(village.people["Keeper Lu"]), f"/shop/desk/{round.pk}/swapped/"
    mine, yours = amina.household_id, jo.household_id
    door = keeper.get(f"/shop/desk/{round.pk}/door/{mine}/").content.decode()
    assert f'href="{address}?household={mine}"' in door
    assert f'<option value="{mine}" selected>' in keeper.get(f"{address}?household={mine}").content.decode()
    typed = {"first": mine, "second": yours, "reason": "taken", "key": "one"}
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", keeper.post(address, typed).content.decode())).split())
    assert "Amina's household ¥ 37.00 instead of ¥ 15.00" in shown.replace("\xa0", " ").replace("pays ", "")
    assert "Jo's household ¥ 15.00 instead of ¥ 37.00" in shown.replace("\xa0", " ").replace("pays ", "")
    assert not OrderSwap.objects.exists()
    assert keeper.post(address, typed | {"again": "1", "confirmed": "1"}).status_code == 200
    assert not OrderSwap.objects.exists()
    for _double_click in range(2):
        answer = keeper.post(address, typed | {"confirmed": "1"})
        assert answer["Location"] == f"/shop/desk/{round.pk}/door/{mine}/"
    assert OrderSwap.objects.count() == 2
    door = page(village, "Keeper Lu", f"/shop/desk/{round.pk}/door/{mine}/")
    assert "Eggs" in door
    assert "had the crate" in door
    assert keeper.post(address, typed | {"second": mine, "key": "two"}).status_code == 422


def test_the_desk_of_the_round_shows_it_and_leads_there(village, taken, steward):
    round, amina, jo = taken
    assert f"/shop/desk/{round.pk}/swapped/" in steward.get(f"/shop/desk/{round.pk}/").content.decode()
    swap(village, amina, jo)
    listed = page(village, "Li Na", f"/shop/desk/{round.pk}/orders/?of=households")
    assert "Jo's household had it and pays it" in listed


def test_both_are_told(village, taken):
    _round, amina, jo = taken
    for name in ("Amina", "Jo"):
        draft = ContactDraft(email=f"{name}@example.org")
        agents.change_contact(by=village.home, agent=village.people[name], contact=draft)
    made = swap(village, amina, jo)
    assert jobs.run_job.call(*jobs.marked("shop.tell_swapped", [[one.pk for one in made]], "told")) == "done"
    told = {letter.to.name: letter.text for letter in Letter.objects.filter(event="receipt")}
    assert set(told) == {"Amina", "Jo"}
    assert "the crate of Jo's household" in told["Amina"]
    assert re.search(r"37.00.*instead of.*15.00", told["Amina"])
