"""Who is told what: farms by mail with PDF and CSV or on the call list, members of changes, closing and receipts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Contact
from cosmolocal.agents.operations import ContactDraft
from cosmolocal.agents.queries import STRANGER, system
from cosmolocal.catalog import operations as catalog
from cosmolocal.config import doctor
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers.models import Crate
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import JobTrouble
from cosmolocal.messages import operations as messages
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, tasks
from cosmolocal.practices.shop.models import OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.steps import steps_of
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, client_of, refused


@pytest.fixture
def mail(settings, village):
    settings.MAIL_READY = True
    for person in village.people.values():
        agents.change_contact(by=village.home, agent=person, contact=ContactDraft(email=f"a{person.pk}@example.org"))


def run(name, *args):
    return jobs.run_job.call(*jobs.marked(name, args, f"job:{name}"))


def answered(letter, state, said=""):
    """The mail server said yes or no to a letter, and it was noted."""
    rows = Letter.objects.filter(pk=letter.pk)
    rows.update(state=state, said=said, next_at=None, since=clock.now(), to_note=True)
    messages.mark(by=system(), letter_ids=[letter.pk])
    hear(letter)


def hear(letter):
    jobs_of_all = (task.args_kwargs["args"] for task in DBTaskResult.objects.filter(status="READY"))
    heard = [args for args in jobs_of_all if args[:2] == ["shop.hear_of_letters", [[letter.pk]]]]
    assert heard
    for args in heard:
        assert jobs.run_job.call(*args) == "done"


def test_a_farm_with_mail_gets_its_order_once(village, mail):
    farm = village.producers["Huang Dacheng"]
    Contact.objects.update_or_create(agent=farm, defaults={"email": "huang@example.org"})
    caller = village.producers["Baker Lan"]
    Contact.objects.update_or_create(agent=caller, defaults={"email": "lan@example.org"})
    catalog.set_terms(by=village.home, producer=caller, order_by="call")
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Bread": 1, "Eggs": 1})
    village.close(round)
    assert run("shop.mail_producers", round.pk) == "done"
    assert run("shop.mail_producers", round.pk) == "done"
    letter = Letter.objects.get(event="producer_order")
    assert letter.to == farm
    assert "2\N{NO-BREAK SPACE}jin" in letter.text
    assert "6.38" in letter.text
    assert {part.name.rsplit(".")[-1]: bytes(part.data)[:4] for part in letter.enclosures.all()} == {
        "pdf": b"%PDF",
        "csv": "\ufeffG".encode(),
    }
    assert not ProducerOrder.objects.exclude(told_at=None).exists()  # written is not told
    answered(letter, Letter.State.SENT)
    told = {order.producer.name: order.told_how for order in ProducerOrder.objects.all()}
    # No mail address, or wants a call: on the call list.
    assert told == {"Huang Dacheng": "mail", "Baker Lan": "", "Sanjiang farm": ""}


def test_a_farm_whose_mail_comes_back_is_called(village, mail):
    for name in ("Huang Dacheng", "Baker Lan"):
        farm = village.producers[name]
        Contact.objects.update_or_create(agent=farm, defaults={"email": f"a{farm.pk}@example.org"})
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Bread": 1})
    village.close(round)
    run("shop.mail_producers", round.pk)
    answered(Letter.objects.get(to=village.producers["Huang Dacheng"]), Letter.State.FAILED, "550 no such mailbox")
    answered(Letter.objects.get(to=village.producers["Baker Lan"]), Letter.State.SENT)
    told = {order.producer.name: order.told_at is not None for order in ProducerOrder.objects.all()}
    assert told == {"Huang Dacheng": False, "Baker Lan": True}
    steward = client_of(village.people["Li Na"])
    farms = reverse("shop:round_farms", args=[round.pk])
    page = steward.get(farms).content.decode()
    assert "1 farm does not know yet" in page
    assert "The mail did not arrive" in page
    [missed] = ProducerOrder.objects.filter(told_at=None)
    operations.mark_told(by=village.people["Li Na"], producer_order=missed, how="call")
    assert "The mail did not arrive" not in steward.get(farms).content.decode()


def test_a_mail_on_its_way_is_not_told_and_is_called_after_half_an_hour(village, mail):
    farm = village.producers["Huang Dacheng"]
    Contact.objects.update_or_create(agent=farm, defaults={"email": "huang@example.org"})
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    village.close(round)
    farms, desk = (reverse(f"shop:{name}", args=[round.pk]) for name in ("round_farms", "round_desk"))
    steward = client_of(village.people["Li Na"])
    with village.at(CLOSING + timedelta(minutes=31)):
        run("shop.mail_producers", round.pk)
        page = steward.get(farms).content.decode()
        assert "mailed" not in page
        assert "mail is on its way" in page
        assert "Wednesday 25 November, 20:31" in page
        assert "does not know yet" not in page
        assert "mail is on its way" in steward.get(desk).content.decode()
        assert steps_of(round, STRANGER)[2]["state"] != "done"
    with village.at(CLOSING + timedelta(minutes=61)):
        page = steward.get(farms).content.decode()
        assert "1 farm does not know yet" in page
        assert "Wednesday 25 November, 20:31" in page
        assert "1 farm to call" in steward.get(reverse("steward")).content.decode()
    answered(Letter.objects.get(to=farm), Letter.State.SENT)
    assert "mailed" in steward.get(farms).content.decode()


def test_who_was_told_in_person_stands_on_neither_list(village, mail):
    for name in ("Huang Dacheng", "Baker Lan"):
        farm = village.producers[name]
        Contact.objects.update_or_create(agent=farm, defaults={"email": f"a{farm.pk}@example.org"})
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Bread": 1})
    village.close(round)
    run("shop.mail_producers", round.pk)
    for letter in Letter.objects.filter(event="producer_order"):
        answered(letter, Letter.State.FAILED, "554 no")
    steward, (first, second) = village.people["Li Na"], Letter.objects.filter(event="producer_order")
    messages.tell_in_person(by=steward, letter=first)
    hear(first)
    operations.mark_told(by=steward, producer_order=ProducerOrder.objects.get(letter=second), how="call")
    assert set(ProducerOrder.objects.values_list("told_how", flat=True)) == {"call"}
    assert not Letter.objects.filter(event="producer_order").exclude(state=Letter.State.TOLD).exists()


def test_without_mail_every_farm_is_called(village):
    farm = village.producers["Huang Dacheng"]
    Contact.objects.update_or_create(agent=farm, defaults={"email": "huang@example.org"})
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2})
    village.close(round)
    run("shop.mail_producers", round.pk)
    assert ProducerOrder.objects.get().told_at is None


def test_a_shortage_is_told_in_a_sentence(village, mail):
    round = village.round()
    order = village.order(round, "Amina", {"Cabbage": 2, "Bread": 1})
    operations.set_shortage(
        by=village.home, round=round, intent_id=village.offer(round, "Cabbage").intent_id, available=1
    )
    village.close(round)
    run("shop.tell_changes", [order.pk])
    letter = Letter.objects.get(event="order_changed")
    assert letter.to == village.people["Amina"]
    assert "Cabbage: 1\N{NO-BREAK SPACE}piece instead of 2" in letter.text.replace("pieces", "piece").replace(
        "2\N{NO-BREAK SPACE}piece", "2"
    )
    assert "Bread" not in letter.text


def test_a_cancelled_round_says_why_to_who_had_ordered(village, mail):
    round = village.round()
    order = village.order(round, "Amina", {"Bread": 1})
    jo = village.order(round, "Jo", {"Bread": 1})
    operations.cancel_order(by=village.people["Jo"], order=jo)
    steward, page = client_of(village.people["Li Na"]), reverse("shop:round_cancel", args=[round.pk])
    desk = reverse("shop:round_desk", args=[round.pk])
    assert page in steward.get(desk).content.decode()
    assert "1 household has ordered" in steward.get(page).content.decode()
    assert steward.post(page, {"reason": "", "key": "a"}).status_code == 422
    steward.post(reverse("shop:deed", args=[round.pk, "cancel"]), {"key": "b"})
    round.refresh_from_db()
    assert round.state == "open"
    done = steward.post(page, {"reason": "The road is under snow.", "key": "c"}, follow=True)
    assert "The road is under snow." in done.content.decode()
    assert steward.get(page).status_code == 302
    [job] = DBTaskResult.objects.filter(args_kwargs__args__0="shop.tell_cancelled")
    name, args = job.args_kwargs["args"][:2]
    assert run(name, *args) == "done"
    letter = Letter.objects.get(event="order_changed")
    assert letter.to == village.people["Amina"]
    assert "The road is under snow." in letter.text
    own = client_of(village.people["Amina"]).get(reverse("shop:order", args=[order.pk])).content.decode()
    assert "The order round was cancelled" in own
    assert "The road is under snow." in own


def test_only_who_has_not_ordered_is_reminded_and_once(village, mail):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    with village.at(CLOSING - tasks.A_DAY):
        tasks.remind_due()
        tasks.remind_due()
        run("shop.remind", round.pk)
        with refused("shop.reminded_already"):
            operations.remind(by=village.people["Li Na"], round=OrderRound.objects.get())
    told = set(Letter.objects.filter(event="round_closing").values_list("to__name", flat=True))
    assert "Jo" in told
    assert "Amina" not in told


def test_opening_and_receipts(village, mail):
    round = village.round()
    run("shop.tell_open", round.pk)
    assert Letter.objects.filter(event="round_open", to=village.people["Qin"]).count() == 1
    order = village.order(round, "Amina", {"Bread": 1})
    village.close(round)
    village.receive(round)
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    run("shop.mail_receipts", round.pk)
    letter = Letter.objects.get(event="receipt")
    assert "15.00" in letter.text
    assert letter.url.endswith(f"/orders/{order.pk}/")


def test_who_ordered_hears_once_that_the_crates_are_packed(village, mail):
    round = village.round()
    amina = village.order(round, "Amina", {"Eggs": 1})
    village.order(round, "Qin", {"Bread": 1}, pays="cash")
    gone = village.order(round, "Jo", {"Bread": 1})
    operations.cancel_order(by=village.people["Jo"], order=gone)
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY - timedelta(hours=3)):
        village.receive(round)
        tasks.tell_ready_due()
        assert not DBTaskResult.objects.filter(args_kwargs__args__0="shop.mail_ready").exists()
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        tasks.tell_ready_due()
        tasks.tell_ready_due()
        [job] = DBTaskResult.objects.filter(args_kwargs__args__0="shop.mail_ready")
        name, args = job.args_kwargs["args"][:2]
        for _again in range(2):
            assert run(name, *args) == "done"
    letters = {letter.to.name: letter for letter in Letter.objects.filter(event="order_ready")}
    assert set(letters) == {village.people["Amina"].name, village.people["Qin"].name}
    number = round.handover.crates.get(receiver=amina.household).number
    assert f"Your crate has the number {number}." in letters[village.people["Amina"].name].text
    assert "in cash" not in letters[village.people["Amina"].name].text
    assert "in cash" in letters[village.people["Qin"].name].text
    with village.at(THURSDAY + timedelta(hours=4)):
        assert jobs.run_job.call(*jobs.marked(name, args, "job:late")) == "done"
    assert len(letters) == Letter.objects.filter(event="order_ready").count()


@pytest.mark.parametrize(("warn", "told"), [(15_000, 0), (19_000, 1), (21_000, 0)])
def test_who_falls_below_the_warning_level_is_told_then_and_not_again(village, mail, warn, told):
    """Amina has 200.00 and is charged 18.50; with 210.00 as the level she was below it before."""
    account = money_queries.account_for(village.households["Amina"])
    money.set_limits(by=village.people["Wei Guo"], account=account, warn_below=warn, floor=0)
    round = village.round()
    village.order(round, "Amina", {"Eggs": 1})
    with village.at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with village.at(THURSDAY):
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
        operations.settle_round(by=village.people["Li Na"], round=round)
        run("shop.mail_receipts", round.pk)
    letters = Letter.objects.filter(event="low_balance")
    assert len(letters) == told
    assert all("181.50" in letter.text for letter in letters)


def test_farms_are_done_when_all_of_them_know(village):
    round = village.round()
    village.order(round, "Amina", {"Bread": 1})
    round = village.close(round)
    ProducerOrder.objects.update(told_at=None)
    assert steps_of(round, STRANGER)[2]["state"] == "now"
    ProducerOrder.objects.update(told_at=CLOSING)
    assert [step["state"] for step in steps_of(round, STRANGER)[2:4]] == ["done", "now"]


def test_a_round_that_opens_later_does_not_say_that_it_takes_orders(village):
    round = village.round()
    OrderRound.objects.filter(pk=round.pk).update(opens_at=CLOSING - timedelta(hours=1))
    desk = reverse("shop:round_desk", args=[round.pk])
    early = client_of(village.people["Li Na"]).get(desk).content.decode()
    assert "Members see it already" in early
    assert "Wednesday 25 November, 19:00" in early
    assert "Taking orders" not in early
    assert "Remind the others" not in early
    with village.at(CLOSING - timedelta(minutes=30)):
        assert "Taking orders" in client_of(village.people["Li Na"]).get(desk).content.decode()


@pytest.mark.parametrize(
    "job", ["mail_ready", "mail_receipts", "remind", "tell_open", "tell_changes", "tell_cancelled"]
)
def test_writing_to_a_round_asks_the_same_for_3_and_for_12_households(village, mail, job):
    """Letters of a round are written set by set; what differs by reader is words."""
    counts = []
    for day, households in enumerate((3, 12)):
        with village.at(MONDAY + timedelta(days=day, hours=1)):
            round = village.next_round() if day else village.round()
            for number in range(households):
                name = f"N{households}-{number}"
                person = village.newcomer(name)
                agents.change_contact(by=village.home, agent=person, contact=ContactDraft(email=f"{name}@example.org"))
                if job not in ("remind", "tell_open"):
                    village.order(round, name, {"Bread": 1})
            if job in ("mail_ready", "mail_receipts"):
                village.close(round)
                Crate.objects.filter(handover=round.handover).update(state=Crate.State.PACKED)
            if job == "mail_receipts":
                round.orders.update(state="settled", final=1500)
            if job == "tell_changes":
                OrderLine.objects.filter(order__round=round).update(reason="short_turn")
            ids = list(round.orders.values_list("pk", flat=True))
            args = [ids] if job in ("tell_changes", "tell_cancelled") else [round.pk]
            before = Letter.objects.count()
            with CaptureQueriesContext(connection) as asked:
                assert jobs.run_job.call(*jobs.marked(f"shop.{job}", args, f"job:{job}:{day}")) == "done"
            assert Letter.objects.count() - before >= households
        counts.append(len(asked))
        last = asked
    assert counts[0] == counts[1], [q["sql"][:150] for q in last]


def test_a_round_that_cannot_close_keeps_no_other_open(village, monkeypatch):
    """It stands on the steward's list, once, and goes from there when it has closed."""
    first, second = village.round(), village.next_round()
    real = operations.close_round

    def close(*, by, round):
        if round.pk == first.pk:
            raise ValueError("something odd in this round")
        return real(by=by, round=round)

    monkeypatch.setattr(operations, "close_round", close)
    with village.at(second.closes_at):
        for _twice in range(2):
            tasks.close_due()
            assert [round.state for round in OrderRound.objects.order_by("pk")] == ["open", "grace"]
            [trouble] = JobTrouble.objects.filter(settled_at=None)
        assert (trouble.name, trouble.args) == ("shop.close_round", [first.pk])
        assert "something odd" in trouble.sentence
        assert any("1 jobs were given up" in found.what for found in doctor.examine())
        monkeypatch.setattr(operations, "close_round", real)
        tasks.close_due()
        first.refresh_from_db()
        assert first.state == "grace"
        assert not JobTrouble.objects.filter(settled_at=None).exists()
