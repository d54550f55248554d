"""The page of long work: only who asked watches it, and it goes on by itself."""

from collections.abc import Iterator

import pytest
from django.test import Client

from cosmolocal.agents.models import Agent
from cosmolocal.kernel import errands, jobs
from cosmolocal.kernel.errands import ErrandDraft, Outcome
from cosmolocal.kernel.models import Errand


@pytest.fixture(autouse=True)
def declared_errands(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    jobs.load()  # what is declared later would be lost with the copy
    monkeypatch.setattr(errands, "declared", dict(errands.declared))
    errands.errand("test.print", may_read=lambda *_asked: True)(
        lambda by_id: Outcome("Printed.", data=b"%PDF", name="list.pdf", content_type="application/pdf")
    )
    errands.errand("test.count", may_read=lambda *_asked: True)(lambda by_id, to: Outcome("Counted.", url="/me/"))
    return


def ask(code: str, *args: object, by: int) -> Errand:
    return errands.ask(ErrandDraft(code, args, "Something long", "/home/"), by_id=by, key=code)


def work(found: Errand) -> Errand:
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(found.pk)], f"job:{found.pk}"))
    found.refresh_from_db()
    return found


def test_only_who_asked_watches_it(local: Agent, people: dict[str, Agent], signed_in) -> None:
    jo, other = people["packer"], people["steward"]
    found = ask("test.print", by=jo.pk)
    address = f"/errands/{found.pk}/"
    assert signed_in(other).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    page = signed_in(jo).get(address)
    assert "You may leave this page" in page.content.decode()
    assert signed_in(jo).get(f"{address}file/").status_code == 404
    work(found)
    part = signed_in(jo).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "It is ready" in part
    assert "<html" not in part
    answer = signed_in(jo).get(f"{address}file/")
    assert b"".join(answer.streaming_content) == b"%PDF"
    assert "list.pdf" in answer["Content-Disposition"]
    assert signed_in(other).get(f"{address}file/").status_code == 404


def test_when_it_is_done_the_page_it_leads_to_opens(local: Agent, people: dict[str, Agent], signed_in) -> None:
    jo = people["packer"]
    found = work(ask("test.count", 2, by=jo.pk))
    assert signed_in(jo).get(f"/errands/{found.pk}/").headers["Location"] == "/me/"
    part = signed_in(jo).get(f"/errands/{found.pk}/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == "/me/"
