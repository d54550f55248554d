"""A deed that concerns several holders, or several account numbers, is looked at for each of them."""

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation
from cosmolocal.money import operations as money
from cosmolocal.money import queries
from cosmolocal.money.models import Review
from cosmolocal.money.opening.rows import Row
from cosmolocal.money.operations.looks import own_condition_set, own_prices_set
from cosmolocal.money.tests.test_looks import pay_rent, reader
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village, refused


def test_a_deed_for_several_holders_waits_for_a_look_at_each(village: Village) -> None:
    """A file sets the balance of the treasurer's household and of her farm; who is of the farm looks at the one."""
    agents.give_role(by=village.house, agent=village.lin, role="producer", scope=village.farm)
    household = village.account(village.lin).holder
    rows = [
        Row(2, "member", name="Lin Fang", household=household.name, balance=700),
        Row(3, "producer", name="Huang farm", household="Huang farm", balance=300),
    ]
    day = clock.today()
    money.import_opening_books(by=village.lin, rows=rows, on=day, accept_difference=True)
    looks = {look.holder: look for look in Review.objects.all()}
    assert {holder: look.amount for holder, look in looks.items()} == {household: 700, village.farm: 300}
    agents.give_role(by=village.house, agent=village.huang, role="treasurer")
    money.agree_entries(by=village.huang, looks=[looks[household]])
    with refused("money.own_look"):
        money.agree_entries(by=village.huang, looks=[looks[village.farm]])
    assert [look.holder for look in queries.reviews(is_open=True)] == [village.farm]


def test_each_row_says_what_was_done_for_its_holder(village: Village) -> None:
    """The words of one are not those of the other, and do not push each other out; what was typed stands at both."""

    @operation("test.two_deeds")
    def both(*, by: Agent) -> None:
        own_prices_set(by, village.farm, "Rice " * 40)
        own_prices_set(by, village.amina, "Bread: 3 → 1")
        own_prices_set(by, village.amina, "Milk: 2 → 1")

    both(by=village.wei)
    looks = queries.as_looks(list(queries.reviews(is_open=True)))
    assert {str(look.row.holder): look.told for look in looks} == {
        "Huang farm": [("Rice " * 40).strip()],
        "Amina": ["Bread: 3 → 1; Milk: 2 → 1"],
    }
    page = as_(village, village.lin).get("/money/looks/").content.decode()
    assert page.count("Bread: 3 → 1") == 1


def test_two_account_numbers_of_one_deed_are_looked_at_one_by_one(village: Village) -> None:
    rows = [Row(number, "bank", name=f"Bank {number}", iban=f"6228 480{number}", balance=0) for number in (2, 3)]
    money.import_people(by=village.wei, rows=rows)
    looks = Review.objects.order_by("pk")
    assert [(look.why, look.box.name) for look in looks] == [("number", "Bank 2"), ("number", "Bank 3")]
    assert [box.name for box in queries.where_to_pay(village.currency)] == ["Rural credit bank"]
    money.agree_entries(by=village.lin, looks=looks[:1])
    assert [box.name for box in queries.where_to_pay(village.currency)] == ["Rural credit bank", "Bank 2"]
    waiting = queries.waiting_numbers(reader(village.lin), queries.boxes())
    assert [(one.box.name, one.is_mine) for one in waiting] == [("Bank 3", True)]


def test_what_was_looked_at_grows_no_more(village: Village) -> None:
    """Of a deed that is asked about twice afterwards: each time is a row of its own, and the same once."""
    look = pay_rent(village)
    for _twice in range(2):
        own_condition_set(look.deed, village.amina, 500, "Bread")
    [first] = Review.objects.filter(why="pays")
    money.agree_entries(by=village.lin, looks=[first])
    own_condition_set(look.deed, village.amina, 500, "Bread")
    own_condition_set(look.deed, village.amina, 300, "Milk")
    rows = Review.objects.filter(why="pays").order_by("pk").values_list("state", "amount", "said")
    assert list(rows) == [("agreed", 500, "Bread"), ("waiting", 300, "Milk")]
