"""What a node says of itself when a guard of its own is gone."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cosmolocal.config import doctor
from cosmolocal.handovers.tests import village as builder
from cosmolocal.kernel import clock, triggers

pytestmark = pytest.mark.usefixtures("local")


@pytest.fixture
def local(db: None, timeless: None) -> None:
    with clock.frozen_at(builder.MONDAY):
        builder.build()


def sentences() -> list[str]:
    """What doctor complains of."""
    return [complaint.what for complaint in doctor.examine()]


def test_a_node_whose_rows_may_be_changed_is_not_ready_and_doctor_names_the_tables() -> None:
    protected = "flows_economicevent"
    assert "triggers" not in Client().get("/readyz").json()["missing"]
    assert not any(protected in said for said in sentences())
    triggers.lift()
    try:
        answer = Client().get("/readyz")
        assert answer.status_code == 503
        assert "triggers" in answer.json()["missing"]
        graver = [complaint.what for complaint in doctor.examine() if complaint.grave]
        assert any(protected in said for said in graver)
    finally:
        triggers.protect()
    assert "triggers" not in Client().get("/readyz").json()["missing"]


def test_doctor_counts_files_that_others_may_read(settings: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    settings.HOME = tmp_path
    assert not any("read by other users" in said for said in sentences())
    key = tmp_path / "secret.key"
    key.write_text("x")
    key.chmod(0o644)
    assert any("1 files" in said and "read by other users" in said for said in sentences())
