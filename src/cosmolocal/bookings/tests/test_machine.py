"""The property machine of bookings: see machine.py."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from cosmolocal.bookings.tests.machine import BookingsMachine
from tests.harness import ALL


@pytest.mark.django_db
@pytest.mark.usefixtures("timeless")
def test_any_order_of_deeds_keeps_times_and_books() -> None:
    many = settings(max_examples=200 if ALL else 10, stateful_step_count=25)
    run_state_machine_as_test(BookingsMachine, settings=many)
