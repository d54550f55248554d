"""kill -9 anywhere in the life of a round, from closing to the payment of its farms: it goes on where it stopped.

One process does what pages and worker do, and ends itself before a statement that chance has chosen. The next one asks
everything again with the same keys, as a browser does, until all is done: then the books are those of a round that
nobody disturbed.
"""

import random
import signal
from pathlib import Path
from typing import Any

import pytest

from tests import homes
from tests.harness import ALL, seeds
from tests.reliability.node_process import run, start

pytestmark = pytest.mark.processes

KILLS = 8 if ALL else 5
BEGIN = """
    from cosmolocal.kernel import clock
    from cosmolocal.practices.shop import operations as shop
    from cosmolocal.practices.shop.tests import village as builder
    # Two rounds are compared: lots are drawn by the same number in both.
    from types import SimpleNamespace
    from cosmolocal.kernel import ids
    from cosmolocal.practices.shop.rounds.operations import drawing
    drawing.ids = SimpleNamespace(fresh_token=lambda: 43 * "7", digest=ids.digest)
    with clock.frozen_at(builder.MONDAY):
        village = builder.build("Asia/Shanghai", "EUR")
        for farm, iban in zip(village.producers.values(), ("DE89370400440532013000", "DE02120300000000202051",
                                                           "DE02500105170137075030")):
            contact = people.ContactDraft(email=f"farm{farm.pk}@example.org", iban=iban)
            people.change_contact(by=village.home, agent=farm, contact=contact)
        bank = purse.boxes()[0]
        money.change_box(by=village.people["Wei Guo"], box=bank, name=bank.name, number="DE02100500000054540402",
                         bank_name="Bank")
        round = village.round(stocks={})
        for number, name in enumerate(("Amina", "Jo", "Chen", "Wei", "Zhou")):
            village.order(round, name, {"Pak choi": 1 + number, "Cabbage": 1, "Eggs": 1, "Bread": 2})
        village.order(round, "Qin", {"Bread": 1}, pays="cash")
        shop.announce_stock(by=village.people["Li Na"], offer=village.offer(round, "Cabbage"), available=3)
    answer = None
"""
# Ends the process before its statement number LAST; 0: never.
KILLER = """
    import os, signal
    from django.db import connection
    reached = 0
    def count(execute, sql, params, many, context):
        global reached
        reached += 1
        if reached == LAST:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    connection.execute_wrappers.append(count)
"""
LIFE = """
    from datetime import timedelta
    from django_tasks_db.models import DBTaskResult as Task
    from cosmolocal.handovers import operations as handovers
    from cosmolocal.handovers.operations import ReceiptLine
    from cosmolocal.kernel import clock, errands, jobs, node, seals, worker
    from cosmolocal.practices.shop import operations as shop, tasks
    from cosmolocal.practices.shop.models import OrderRound, ProducerOrder
    from cosmolocal.practices.shop.tests.village import CLOSING, THURSDAY

    named = {agent.name: agent for agent in who.Agent.objects.filter(kind="person")}
    li_na, wei, tan_mei = named["Li Na"], named["Wei Guo"], named["Tan Mei"]

    def live():
        at(CLOSING + timedelta(minutes=1), tasks.close_due)
        at(CLOSING + timedelta(hours=2), tasks.close_due)
        at(THURSDAY, goods)
        at(THURSDAY + timedelta(hours=4), settle)
        at(THURSDAY + timedelta(days=1), pay)

    def at(moment, deed):
        with clock.frozen_at(moment), node.at_home():
            deed()
            work()

    def work():
        # What the worker does with its queue, but for the tick, which knows the real time only.
        worker.take_back("worker")
        while row := Task.objects.filter(status="READY").exclude(args_kwargs__args__0="kernel.tick").first():
            Task.objects.filter(pk=row.pk).update(status="RUNNING", worker_ids=["worker"])
            assert jobs.run_job.func(*row.args_kwargs["args"]) == "done", row.args_kwargs
            Task.objects.filter(pk=row.pk).update(status="SUCCESSFUL")

    def goods():
        round = OrderRound.objects.get()
        for asked in ProducerOrder.objects.order_by("pk"):
            came = [ReceiptLine(line.commitment.specification_id, line.commitment.quantity, line.commitment.quantity,
                                line.commitment_id) for line in asked.lines.select_related("commitment").order_by("pk")]
            handovers.receive(by=tan_mei, handover=round.handover, producer=asked.producer, lines=came,
                              key=f"receive-{asked.pk}")
        handovers.pack_all(by=tan_mei, handover=round.handover, key="pack")
        handovers.hand_over_all(by=named["Keeper Lu"], handover=round.handover, key="hand over")

    def settle():
        round = OrderRound.objects.get()
        draft = errands.ErrandDraft("shop.settle_round", [round.pk], "Settle", "/home/")
        errands.ask(draft, by_id=li_na.pk, key="settle")
        seals.seal()

    def pay():
        round = OrderRound.objects.get()
        made = shop.pay_producers(by=wei, round=round, box=purse.boxes()[0], key="pay")
        work()  # who is asked to agree reads so, whether or not the process ends before she does
        money.agree_payment_list(by=named["Second Treasurer"], payment_list=made, yes=True, key="agree")
        file = errands.at_once(errands.ErrandDraft("money.payout_file", [made.pk, "xml"], "SEPA", "/"), by_id=wei.pk)
        assert b"<InstdAmt" in file.data
        money.confirm_list(by=wei, payment_list=made, key="confirm")
        seals.seal()

    live()
    print("DONE", reached)
"""
LOOK = """
    from collections import Counter
    from django.db.models import Sum
    from datetime import timedelta
    from cosmolocal.kernel import clock, proving
    from cosmolocal.kernel.models import JobTrouble, Operation
    from cosmolocal.practices.shop.tests.village import THURSDAY
    Event, Letter = apps.get_model("flows.EconomicEvent"), apps.get_model("local_messages.Letter")
    Account = apps.get_model("money.Account")
    codes = Operation.objects.exclude(code__startswith="kernel.").values_list("code", flat=True)
    with clock.frozen_at(THURSDAY + timedelta(days=1)):
        broken = sorted({one.code for one in proving.examine(restoring.known_heads())})
    answer = {
        "deeds": dict(sorted(Counter(codes).items())),
        "events": sorted([a, n, q] for a, n, q in Event.objects.values_list("action").annotate(
            n=Sum(1), q=Sum("quantity")).order_by("action")),
        "balances": [[str(one), purse.balance(one).balance] for one in Account.objects.order_by("pk")],
        "stocks": list(apps.get_model("flows.EconomicResource").objects.order_by("pk").values_list(
            "name", "accounting_quantity", "onhand_quantity", "promised_quantity")),
        "letters": sorted(Letter.objects.values_list("to__name", "event", "subject")),
        "lists": list(apps.get_model("money.PaymentList").objects.values_list("state", flat=True)),
        "rounds": list(apps.get_model("shop.OrderRound").objects.values_list("state", flat=True)),
        "errands": list(apps.get_model("kernel.Errand").objects.values_list("state", flat=True)),
        "findings": [str(f) for f in journal.replay()],
        "troubles": list(JobTrouble.objects.values_list("sentence", flat=True)),
        "broken": broken,
        "difference": purse.sums_agree().difference,
    }
"""


def begun(home: Path, url: str) -> None:
    homes.tables(home, url)
    run(home, url, BEGIN)


def lived(home: Path, url: str, kill_at: int) -> int | None:
    """The statements that a process made to the end, or None where it was killed."""
    process = start(home, url, f"    LAST = {kill_at}\n" + KILLER + LIFE)
    told, _nothing = process.communicate(timeout=600)
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0, home.with_name(f"{home.name}.log").read_text()[-3000:]
    return int(told.split()[-1])


@pytest.fixture
def undisturbed(tmp_path: Path, databases: Any) -> tuple[int, dict[str, Any]]:
    """How many statements the life of a round takes, and what is there at its end."""
    home, url = tmp_path / "undisturbed", databases()
    begun(home, url)
    statements = lived(home, url, 0)
    assert statements
    found = run(home, url, LOOK)
    assert found["rounds"] == ["settled"]
    assert found["lists"] == ["done"]
    assert [found[name] for name in ("findings", "troubles", "broken", "difference")] == [[], [], [], 0]
    return statements, found


def test_a_round_that_is_killed_again_and_again_ends_as_one_that_nobody_disturbed(
    tmp_path: Path, databases: Any, undisturbed: tuple[int, dict[str, Any]]
) -> None:
    statements, expected = undisturbed
    for seed in seeds(1, 20):
        chance, home, url = random.Random(seed), tmp_path / f"killed{seed}", databases()
        begun(home, url)
        deaths = sum(lived(home, url, chance.randrange(1, statements // 2)) is None for _kill in range(KILLS))
        assert deaths
        assert lived(home, url, 0) is not None
        assert run(home, url, LOOK) == expected, f"seed {seed}"
