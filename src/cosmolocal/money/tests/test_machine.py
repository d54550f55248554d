"""The property machine of money: see machine.py."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from cosmolocal.money.tests.machine import MoneyMachine
from tests.harness import ALL


@pytest.mark.django_db
@pytest.mark.usefixtures("timeless")
def test_any_order_of_deeds_keeps_the_books() -> None:
    many = settings(max_examples=300 if ALL else 12, stateful_step_count=30)
    run_state_machine_as_test(MoneyMachine, settings=many)
