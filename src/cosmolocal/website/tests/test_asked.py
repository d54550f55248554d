"""What is missing beside a deed or a table is said in a sentence that names where to write it."""

import pytest

from cosmolocal.agents import columns
from cosmolocal.agents.models import Contact, Role
from cosmolocal.kernel.operation import declared
from cosmolocal.practices.shop import operations as shop
from cosmolocal.website.tests import asked

DEED = "shop.place_order"
assert shop.place_order


@pytest.fixture
def deed():
    return {DEED: declared[DEED]}


def test_what_is_stated_of_a_deed_is_asked_for_where_it_stands(deed, monkeypatch):
    assert [*asked.who_may(deed), *asked.when_lent(deed), *asked.in_the_past(deed)] == []
    monkeypatch.delitem(asked.TABLE, DEED)
    monkeypatch.delitem(asked.LENT, DEED)
    [who], [lent] = asked.who_may(deed), asked.when_lent(deed)
    assert who.startswith("shop.place_order: say in WHO of practices/shop/tests/stated.py who may do it")
    assert lent.startswith("shop.place_order: say in LENT of practices/shop/tests/stated.py")
    [words] = asked.in_the_past(["shop.fly"])
    assert '@operation("shop.fly", said=' in words


def test_what_is_stated_otherwise_than_it_is_says_both(deed, monkeypatch):
    monkeypatch.setitem(asked.TABLE, DEED, "treasurer")
    monkeypatch.setitem(asked.LENT, DEED, "no")
    [who], [lent] = asked.who_may(deed), asked.when_lent(deed)
    assert "lets in own steward, WHO of practices/shop/tests/stated.py says treasurer" in who
    assert "says no, and a lent session is refused: nowhere" in lent


def test_a_table_says_what_a_column_means_and_how_it_is_called(monkeypatch):
    assert list(asked.of_people([Contact, Role])) == []
    monkeypatch.delitem(columns.TITLES, "agents.Contact")
    [title] = asked.of_people([Contact, Role])
    assert title.startswith('agents.Contact goes with "my data": say beside the model')
    monkeypatch.setattr(asked.my_data, "BESIDE", frozenset())
    [scope, _title] = asked.of_people([Contact, Role])
    assert scope.startswith("agents.Role.scope names somebody: say beside the model @names(about=")
