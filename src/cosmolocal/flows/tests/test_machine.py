"""The property machine of flows: see machine.py."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from cosmolocal.flows.tests.machine import FlowsMachine


@pytest.mark.django_db
@pytest.mark.usefixtures("timeless")
def test_any_order_of_deeds_keeps_the_books():
    run_state_machine_as_test(FlowsMachine, settings=settings(stateful_step_count=40))
