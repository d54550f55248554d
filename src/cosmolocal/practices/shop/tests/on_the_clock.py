"""Two rounds in one hour of the local's clock, with every letter and paper of the shop."""

from collections.abc import Iterator

from cosmolocal.handovers import operations as handovers
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations, tasks
from cosmolocal.practices.shop.models import Order, OrderLine, OrderRound, ProducerOrder
from cosmolocal.practices.shop.operations import OfferDraft, RoundDraft
from cosmolocal.practices.shop.tests.village import Village, client_of
from tests.journeys.scene import Scene, fetch, of_handover, work

IBAN = "DE02100500000054540402"


def live(scene: Scene, village: Village) -> Iterator[tuple[int, int]]:
    """A round from its plan to the payment of its farms, and a second one that is given up."""
    yield 20, 0
    round = planned(scene, village)
    li_na = client_of(village.people["Li Na"])
    fetch(scene, li_na, "shop:order_form", round.pk)
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.order(round, "Jo", {"Pak choi": 4, "Cabbage": 1})
    village.order(round, "Chen", {"Cabbage": 2, "Bread": 1})
    village.order(round, "Wei", {"Cabbage": 2})
    village.order(round, "Zhou", {"Lotus root": 1})
    village.order(round, "Qin", {"Cabbage": 1}, pays="cash")
    work(scene)
    yield 22, 1
    tasks.close_due()
    round.refresh_from_db()
    offer = village.offer(round, "Cabbage")
    operations.announce_stock(by=village.people["Li Na"], offer=offer, available=3)
    work(scene)
    yield 22, 45
    tasks.close_due()
    work(scene)
    of_farms(scene, village, round)
    yield 24, 5
    village.receive(round)
    handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
    operations.tell_ready(by=village.people["Li Na"], round=round)
    first, second = (Order.objects.get(household__name=f"{name}'s household") for name in ("Amina", "Jo"))
    for _there_and_back in range(2):
        operations.swap_orders(by=village.people["Keeper Lu"], order=first, other=second)
    work(scene)
    of_handover(scene, village.people["Tan Mei"], client_of(village.people["Tan Mei"]), round.handover)
    yield 24, 55
    handovers.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    operations.settle_round(by=village.people["Li Na"], round=round)
    work(scene)
    amina, jo = (Order.objects.get(household__name=f"{name}'s household") for name in ("Amina", "Jo"))
    fetch(scene, client_of(village.people["Amina"]), "shop:receipt", amina.pk)
    operations.swap_settled(by=village.people["Keeper Lu"], order=amina, other=jo, reason="taken")
    work(scene)
    fetch(scene, client_of(village.people["Jo"]), "shop:receipt", amina.pk)
    line = OrderLine.objects.filter(order=jo)[0]
    credit = {"line": line, "quantity": 1, "reason": "broken", "borne_by": "producer"}
    operations.credit_line(by=village.people["Keeper Lu"], **credit)
    fetch(scene, client_of(village.people["Wei Guo"]), "shop:round_given_back", round.pk, **{"as": "csv"})
    yield 26, 0
    tasks.tell_farms_due()
    work(scene)
    paid(scene, village, round)
    yield 28, 0
    again(scene, village)


def planned(scene: Scene, village: Village) -> OrderRound:
    steward = village.people["Li Na"]
    times = (scene.at(20), scene.at(22), scene.at(24, 10), scene.at(24, 50))
    made = operations.plan_round(by=steward, draft=RoundDraft("The week", village.place, *times))
    goods = [
        OfferDraft(item.pk, scene.at(22) if number else scene.at(20, 50))
        for number, item in enumerate(village.items.values())
    ]
    operations.offer_items(by=steward, round=made, items=goods)
    return operations.open_round(by=steward, round=made)


def of_farms(scene: Scene, village: Village, round: OrderRound) -> None:
    """What is asked of the farms, and what was drawn where it does not go round."""
    fetch(scene, client_of(village.people["Amina"]), "shop:draw", round.pk, **{"as": "csv"})
    steward = client_of(village.people["Li Na"])
    fetch(scene, steward, "shop:call_list", round.pk)
    asked = ProducerOrder.objects.filter(round=round).order_by("id")[0]
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, steward, "shop:order_file", asked.pk, **{"as": kind})


def paid(scene: Scene, village: Village, round: OrderRound) -> None:
    """The farms are paid from the bank."""
    wei, bank = village.people["Wei Guo"], money_queries.boxes()[0]
    money.change_box(by=wei, box=bank, name=bank.name, number=IBAN, bank_name="Bank")
    made = operations.pay_producers(by=wei, round=round, box=bank)
    work(scene)
    money.agree_payment_list(by=village.people["Second Treasurer"], payment_list=made, yes=True)
    treasurer = client_of(wei)
    for kind in ("csv", "xlsx", "xml", "pdf"):
        fetch(scene, treasurer, "money:payout_file", made.pk, **{"as": kind})
    money.confirm_list(by=wei, payment_list=made)
    for kind in ("pdf", "csv", "xlsx"):
        fetch(scene, treasurer, "shop:figures", **{"as": kind})


def again(scene: Scene, village: Village) -> None:
    """A second round: members are reminded, then it is given up."""
    times = (scene.at(28), scene.at(30), scene.at(30, 10), scene.at(30, 50))
    steward = village.people["Li Na"]
    made = operations.plan_round(by=steward, draft=RoundDraft("The next", village.place, *times))
    operations.offer_items(by=steward, round=made, items=[OfferDraft(item.pk) for item in village.items.values()])
    operations.open_round(by=steward, round=made)
    village.order(made, "Amina", {"Bread": 1})
    operations.remind(by=steward, round=made)
    work(scene)
    operations.cancel_round(by=steward, round=made, reason="Rain")
    work(scene)


def says(scene: Scene) -> dict[str, str]:
    """What must be read somewhere, by the beginning of what says it."""
    clock_words = f"{scene.hour:02}:"
    return {
        "letter round_open": f"until {scene.said(22)}, {clock_words}00",
        "letter round_closing": f"closes on {scene.said(30)}, {clock_words}00",
        "letter order_ready": f"{scene.said(24)}, {clock_words}10",
        "letter producer_order": f"{scene.said(24)}, {clock_words}10",
        "letter at_farms_cost": scene.said(24),
        "shop:order_form": f"{scene.said(22)}, {clock_words}00",
        "shop:receipt": f"{scene.said(24)}, {clock_words}10",
        "money:payout_file xml": f"<CreDtTm>{scene.day(26)}T{clock_words}00",
        "shop:figures csv": str(scene.day(24)),
    }
