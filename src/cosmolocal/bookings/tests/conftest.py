"""What every test of bookings stands on: one village on Monday morning, as if made anew for each test."""

import pytest
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.bookings.tests.village import NOW, Village, build
from cosmolocal.kernel import clock, jobs
from cosmolocal.messages.models import Letter
from tests.kept import Kept

_village = Kept(build)


@pytest.fixture
def village(db, timeless) -> Village:
    built = _village()
    with clock.frozen_at(NOW):
        yield built


@pytest.fixture
def letters(village):
    """Does what waits, and gives what was written to whom: (name, subject)."""
    for person in (village.amina, village.jo, village.li_na):
        agents.change_contact(
            by=village.house, agent=person, contact=agents.ContactDraft(email=f"a{person.pk}@example.org")
        )

    Letter.objects.all().delete()  # that their money arrived

    def read():
        waiting = DBTaskResult.objects.filter(status="READY", args_kwargs__args__0__startswith="bookings.")
        for row in sorted(waiting, key=lambda row: [str(arg).zfill(9) for arg in row.args_kwargs["args"][1]]):
            DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL")
            assert jobs.run_job.func(*row.args_kwargs["args"]) == "done"
        return [(letter.to.name, letter.subject) for letter in Letter.objects.select_related("to").order_by("pk")]

    return read
