"""Long work: asked for once, done by the worker, watched by who asked, kept for a while."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from cosmolocal.kernel import clock, errands, jobs
from cosmolocal.kernel.errands import ErrandDraft, Outcome
from cosmolocal.kernel.models import Errand, JobTrouble
from cosmolocal.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
seen: list[tuple[int, int]] = []


@pytest.fixture(autouse=True)
def declared_errands(monkeypatch):
    jobs.load()  # what is declared later would be lost with the copy
    monkeypatch.setattr(errands, "declared", dict(errands.declared))
    seen.clear()

    @errands.errand("test.count", may_read=anybody)
    def count(by_id: int, to: int) -> Outcome:
        for number in range(1, to + 1):
            errands.step(number, to)
        seen.append(errands.how_far(Errand.objects.get(state="running").pk))
        return Outcome("Counted.", url="/me/")

    @errands.errand("test.print", may_read=anybody)
    def print_it(by_id: int) -> Outcome:
        return Outcome("Printed.", data=b"%PDF", name="list.pdf", content_type="application/pdf")

    @errands.errand("test.refuse", may_read=anybody)
    def refuse(by_id: int) -> Outcome:
        raise Refusal("test.no", "Ask again tomorrow.")

    @errands.errand("test.busy", may_read=anybody)
    def busy(by_id: int) -> Outcome:
        raise Refusal("test.later", "Many people write.", later=True)

    @errands.errand("test.break", may_read=anybody)
    def break_down(by_id: int) -> Outcome:
        raise OSError("the printer is out of paper")


def anybody(_by_id: int, *_args: object) -> bool:
    return True


def ask(code: str, *args: object, by: int = 1, key: str = "") -> Errand:
    draft = ErrandDraft(code, args, "Something long", "/home/")
    return errands.ask(draft, by_id=by, key=key or f"{code}{args}{clock.now()}")


def work(found: Errand, attempt: int = 0) -> Errand:
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(found.pk)], f"job:{found.pk}", attempt))
    found.refresh_from_db()
    return found


def test_one_person_has_so_much_done_at_a_time() -> None:
    asked = [ask("test.count", number) for number in range(errands.MOST_WAITING)]
    with pytest.raises(Refusal) as refused:
        ask("test.count", 99)
    assert (refused.value.code, refused.value.later) == ("errands.too_many", True)
    assert ask("test.count", 0).pk == asked[0].pk
    ask("test.count", 99, by=8)
    work(asked[1])
    ask("test.count", 99)


def test_of_two_asked_for_in_one_moment_the_one_under_way_is_the_last() -> None:
    with clock.frozen_at(clock.now()):
        for number in range(8):  # rows of one moment come in any order: eight tries see it
            if number:
                work(errands.last("test.refuse", [], by_id=1))
            asked = ask("test.refuse", key=f"k{number}")
            assert errands.last("test.refuse", [], by_id=1) == asked


def test_the_same_key_or_the_same_work_is_one_errand() -> None:
    first = ask("test.count", 3, key="a")
    assert ask("test.count", 3, key="a") == first
    assert ask("test.count", 3, key="b") == first  # a second press on a page opened twice
    assert ask("test.count", 4, key="c") != first
    assert ask("test.count", 3, by=2, key="a") != first
    work(first)
    assert ask("test.count", 3, key="a") == first
    assert ask("test.count", 3, key="d") != first
    assert DBTaskResult.objects.filter(args_kwargs__args__0="kernel.errand").count() == Errand.objects.count()


def test_it_says_how_far_it_is_and_where_it_leads() -> None:
    done = work(ask("test.count", 7))
    assert seen == [(7, 7)]
    assert (done.state, done.sentence, done.url, done.is_over) == ("done", "Counted.", "/me/", True)
    assert errands.how_far(done.pk) == (0, 0)
    work(done)
    assert len(seen) == 1  # a job that comes twice does it once


def test_a_file_is_kept_for_a_day_and_the_row_for_a_week() -> None:
    made = work(ask("test.print"))
    path = errands.file_of(made)
    assert path is not None
    assert path.read_bytes() == b"%PDF"
    errands.forget()
    assert errands.file_of(made) == path
    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        errands.forget()
    assert errands.file_of(made) is None
    assert Errand.objects.filter(pk=made.pk).exists()
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        errands.forget()
    assert not Errand.objects.filter(pk=made.pk).exists()


def test_a_refusal_is_her_sentence_and_nobody_else_s_trouble() -> None:
    refused = work(ask("test.refuse"))
    assert (refused.state, refused.sentence) == ("refused", "Ask again tomorrow.")
    assert not JobTrouble.objects.exists()


def test_what_breaks_is_tried_again_and_then_given_up_in_words() -> None:
    broken = work(ask("test.break"))
    assert (broken.state, broken.is_over) == ("waiting", False)
    assert "tried again" in broken.sentence
    given_up = work(broken, attempt=len(jobs.PAUSES))
    assert given_up.state == "failed"
    assert JobTrouble.objects.get().name == "kernel.errand"


def test_what_is_refused_for_now_is_tried_again_and_then_refused() -> None:
    found = work(ask("test.busy"))
    assert (found.state, found.is_over, "tried again" in found.sentence) == ("waiting", False, True)
    ended = work(found, attempt=len(jobs.PAUSES))
    assert (ended.state, ended.sentence) == ("refused", "Many people write.")


def test_nothing_is_noted_outside_of_an_errand() -> None:
    errands.step(1, 2)
    assert list(errands._folder().glob("*.far")) == []


@pytest.mark.parametrize("change", [{"made_by_id": 2}, {"args": [1]}, {"code": "test.refuse"}, {"mark": ""}])
def test_what_nobody_asked_for_is_not_done_and_its_file_is_nobodys(change: dict[str, object]) -> None:
    found, printed = ask("test.print"), work(ask("test.print", key="another", by=3))
    assert errands.strange() == []
    for one in (found, printed):
        Errand.objects.filter(pk=one.pk).update(**change)
    assert work(found).state == Errand.State.WAITING
    assert JobTrouble.objects.get().code == "errands.not_ours"
    printed.refresh_from_db()
    assert errands.file_of(printed) is None
    assert len(errands.strange()) == 2
