import pytest
from hypothesis import settings, HealthCheck, seed
from hypothesis.stateful import run_state_machine_as_test
from cosmolocal.flows.tests.machine import FlowsMachine
@pytest.mark.django_db
def test_many():
    run_state_machine_as_test(FlowsMachine, settings=settings(stateful_step_count=50, max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck), database=None))
