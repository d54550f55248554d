"""What comes back on paper is keyed in as it was printed: nothing lost, nothing twice, nobody's work overwritten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.flows import queries as flows_queries
from cosmolocal.handovers import keying, operations, queries
from cosmolocal.handovers.models import Crate, Packed, Receipt
from cosmolocal.handovers.operations import PackLine
from cosmolocal.handovers.views import paper
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.test_cases import line_of, settle
from cosmolocal.practices.shop.tests.village import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(village):
    round = village.round()
    village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.order(round, "Jo", {"Pak choi": 4, "Bread": 2})
    village.close(round)
    village.receive(round)
    return round


def address(round, **query):
    return reverse("handovers:key_in", args=[round.handover_id], query=query or None)


def sheet(round, **typed):
    """What the page would post: every line as it stands there, and what was typed over it (`Amina_Pak_choi`)."""
    [part] = keying.parts(round.handover, "household")
    form = keying.SheetForm(part=part)
    data = {"key": "sheet", "seen": keying.now(), "save": "all"}
    for row in form._rows():
        shown = form[row.line.field].value()
        data[row.line.field] = "" if shown is None else str(shown)
        name = f"{row.crate.receiver.name.split(chr(39))[0]}_{row.label}".replace(" ", "_")
        if name in typed:
            data[row.line.field] = typed[name]
    return data


def packed(round):
    rows = Packed.objects.filter(crate__handover=round.handover).select_related("crate__receiver", "lot__conforms_to")
    return {
        (row.crate.receiver.name.split("'")[0], row.commitment.specification.name): row.quantity
        for row in rows.select_related("commitment__specification")
    }


def test_the_whole_sheet_in_one_deed(village, round):
    tan = village.people["Tan Mei"]
    packer, data = client_of(tan), sheet(round, Amina_Pak_choi="2.1", Jo_Pak_choi="3.9", Jo_Bread="0")
    page = packer.get(address(round)).content.decode()
    assert page.index("Amina") < page.index("Pak choi") < page.index("Jo&#x27;s")
    for _double_click in range(2):
        assert packer.post(address(round), data).status_code == 302
    assert packed(round) == {
        ("Amina", "Pak choi"): 1050,
        ("Amina", "Eggs"): 10,
        ("Jo", "Pak choi"): 1950,
        ("Jo", "Bread"): 0,
    }
    assert Packed.objects.get(quantity=0).reason == "missing"
    assert set(Packed.objects.values_list("on_paper", "by")) == {(True, tan.pk)}
    assert set(Crate.objects.values_list("state", flat=True)) == {"packed"}
    listed = packer.get(reverse("handovers:packing", args=[round.handover_id])).content.decode()
    assert "Tan Mei, from paper" in listed
    operations.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    settle(village, round)


def test_a_line_nobody_can_read_is_kept_and_the_rest_is_written_down(village, round):
    packer = client_of(village.people["Tan Mei"])
    answer = packer.post(address(round), sheet(round, Amina_Pak_choi="two", Jo_Pak_choi="4"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="two"' in page
    assert "is not a number we can read" in page
    assert set(packed(round)) == {("Amina", "Eggs"), ("Jo", "Pak choi"), ("Jo", "Bread")}
    assert village.crate(round, "Amina").state == "to_pack"
    assert village.crate(round, "Jo").state == "packed"
    packer.post(address(round), sheet(round, Amina_Pak_choi="1.9") | {"key": "again"})
    assert packed(round)["Amina", "Pak choi"] == 950
    assert village.crate(round, "Amina").state == "packed"


def test_one_crate_is_saved_and_what_was_typed_for_others_stays(village, round):
    packer, amina = client_of(village.people["Tan Mei"]), village.crate(round, "Amina")
    data = sheet(round, Amina_Pak_choi="2.2", Jo_Pak_choi="4.4") | {"save": str(amina.pk)}
    answer = packer.post(address(round), data)
    assert answer.status_code == 200
    assert 'value="4.4"' in answer.content.decode()
    assert packed(round) == {("Amina", "Pak choi"): 1100, ("Amina", "Eggs"): 10}
    assert village.crate(round, "Jo").state == "to_pack"
    # Enter in a field saves nothing: pieces that stand there as ordered are not packed by it.
    assert packer.post(address(round), data | {"save": "look", "key": "k"}).status_code == 200
    assert len(packed(round)) == 2


def test_what_somebody_weighed_meanwhile_is_not_overwritten(village, round):
    data = sheet(round, Jo_Pak_choi="4")
    jo = village.crate(round, "Jo")
    with village.at(builder.MONDAY + timedelta(minutes=5)):
        operations.pack_line(
            by=village.people["Keeper Lu"],
            crate=jo,
            commitment_id=next(line for line in lines_of(round, jo) if line.goods.name == "Bread").commitment_id,
            quantity=1,
        )
    with village.at(builder.MONDAY + timedelta(minutes=6)):
        answer = client_of(village.people["Tan Mei"]).post(address(round), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Keeper Lu wrote down 1\xa0piece at 08:05" in page
    assert packed(round)["Jo", "Bread"] == 1
    assert packed(round)["Jo", "Pak choi"] == 2000
    with village.at(builder.MONDAY + timedelta(minutes=7)):
        again = data | {"key": "again", "seen": keying.now()}
        assert client_of(village.people["Tan Mei"]).post(address(round), again).status_code == 302
    assert packed(round)["Jo", "Bread"] == 2


def lines_of(round, crate):
    return queries.crate_sheets(round.handover, only=crate)[0].lines


def test_by_goods(village, round):
    [part] = keying.parts(round.handover, "product")
    choi = next(block for block in part.blocks if block.title == "Pak choi")
    assert [row.label for row in choi.rows] == ["Amina's household", "Jo's household"]
    data = {"key": "k", "seen": keying.now(), "save": str(choi.id)}
    data |= {row.line.field: weight for row, weight in zip(choi.rows, ("2.1", ""), strict=True)}
    answer = client_of(village.people["Tan Mei"]).post(address(round, by="product"), data)
    assert answer.status_code == 200
    assert packed(round) == {("Amina", "Pak choi"): 1050}


def test_a_sheet_keyed_in_after_the_crates_have_gone_says_what_was_taken(village, round):
    tan, jo = village.people["Tan Mei"], village.crate(round, "Jo")
    operations.hand_over(by=village.people["Keeper Lu"], crate=jo)
    assert packed(round)["Jo", "Pak choi"] == 2000
    packer = client_of(tan)
    assert "· collected" in packer.get(address(round)).content.decode()
    data = sheet(round, Amina_Pak_choi="2", Jo_Pak_choi="3.7")
    page = packer.post(address(round), data | {"seen": keying.now()}, follow=True).content.decode()
    assert f"Collected already, and put right: {jo.number}." in page
    assert packed(round)["Jo", "Pak choi"] == 1850
    assert packed(round)["Amina", "Pak choi"] == 1000
    lines = [PackLine(line.commitment_id, 0) for line in lines_of(round, jo)]
    assert operations.pack_from_paper(by=tan, handover=round.handover, lines=lines) == [jo]
    assert packed(round)["Jo", "Pak choi"] == 0
    assert flows_queries.replay() == []


def test_a_sheet_that_was_open_while_the_crate_went_is_asked_about(village, round):
    """The keeper's tick wrote down what was ordered; the packer's number stands beside it, and is saved once more."""
    with village.at(builder.MONDAY + timedelta(minutes=1)):
        data = sheet(round, Jo_Pak_choi="3.7") | {"seen": keying.now()}
    with village.at(builder.MONDAY + timedelta(minutes=2)):
        operations.hand_over(by=village.people["Keeper Lu"], crate=village.crate(round, "Jo"))
    with village.at(builder.MONDAY + timedelta(minutes=3)):
        packer = client_of(village.people["Tan Mei"])
        asked = packer.post(address(round), data)
        assert asked.status_code == 422
        assert "If your number is right, save again" in asked.content.decode()
        assert packed(round)["Jo", "Pak choi"] == 2000
        assert packer.post(address(round), data | {"seen": keying.now(), "key": "again"}).status_code in (200, 302)
    assert packed(round)["Jo", "Pak choi"] == 1850


def test_the_printed_sheet_has_the_same_numbers(village, round):
    packer = client_of(village.people["Tan Mei"])
    lists = reverse("handovers:lists", args=[round.handover_id])
    [part] = keying.parts(round.handover, "household")
    numbered = [(block.number, row.number, row.label) for block in part.blocks for row in block.rows]
    assert numbered == [("1", 1, "Pak choi"), ("1", 2, "Eggs"), ("2", 1, "Bread"), ("2", 2, "Pak choi")]
    rows = packer.get(lists, {"by": "household", "as": "csv"}).content.decode("utf-8-sig").splitlines()[1:]
    printed = [row.split(",") for row in rows]
    assert [(row[0], int(row[2]), row[3]) for row in printed] == numbered
    assert address(round) in packer.get(lists, {"by": "household"}).content.decode()


def test_a_long_sheet_is_cut_between_crates(village, round, monkeypatch):
    monkeypatch.setattr(keying, "MOST_LINES", 2)
    first, second = keying.parts(round.handover, "household")
    assert [block.number for block in first.blocks + second.blocks] == ["1", "2"]
    packer = client_of(village.people["Tan Mei"])
    page = packer.get(address(round, part="2")).content.decode()
    assert "Eggs" not in page
    data = {"key": "k", "seen": keying.now(), "save": "all"}
    data |= {row.line.field: "1" for block in first.blocks for row in block.rows}
    answer = packer.post(address(round, part="1"), data)
    assert answer.headers["Location"].endswith("part=2")


def test_the_pick_up_list(village, round):
    keeper, packer = client_of(village.people["Keeper Lu"]), client_of(village.people["Tan Mei"])
    where = reverse("handovers:key_in_door", args=[round.handover_id])
    lists = reverse("handovers:lists", args=[round.handover_id])
    assert "Jo&#x27;s household" in packer.get(lists, {"by": "door"}).content.decode()
    assert where not in packer.get(lists, {"by": "door"}).content.decode()
    assert where in keeper.get(lists, {"by": "door"}).content.decode()
    assert keeper.get(lists, {"by": "door", "as": "pdf"}).content.startswith(b"%PDF")
    assert packer.get(where).status_code == 403
    amina, jo = village.crate(round, "Amina"), village.crate(round, "Jo")
    operations.hand_over(by=village.people["Keeper Lu"], crate=amina)
    for _double_click in range(2):
        keeper.post(where, {"crate": [amina.pk, jo.pk], "key": "k"})
    assert village.crate(round, "Jo").state == "collected"
    assert "checked disabled" in keeper.get(where).content.decode()
    # A tick that stands is not taken away by a list that has none.
    keeper.post(where, {"key": "k2"})
    assert set(Crate.objects.values_list("state", flat=True)) == {"collected"}
    settle(village, round)


def test_a_long_pick_up_list_is_saved_page_by_page(village, round, monkeypatch):
    monkeypatch.setattr(paper, "DOOR_LINES", 1)
    keeper = client_of(village.people["Keeper Lu"])
    where = reverse("handovers:key_in_door", args=[round.handover_id])
    amina, jo = village.crate(round, "Amina"), village.crate(round, "Jo")
    first = keeper.get(where).content.decode()
    assert f'value="{amina.pk}"' in first
    assert f'value="{jo.pk}"' not in first
    answer = keeper.post(where, {"crate": [amina.pk, "²", "x"], "key": "p1"})
    assert answer.headers["Location"] == f"{where}?page=2"
    assert keeper.post(f"{where}?page=2", {"crate": [jo.pk], "key": "p2"}).status_code == 302
    assert set(Crate.objects.values_list("state", flat=True)) == {"collected"}


def test_as_many_statements_for_thirty_crates_as_for_three(village):
    counts = []
    packer = client_of(village.people["Keeper Lu"])
    for round in village.closed_rounds(3, 30):
        seen = [_statements(lambda: packer.get(address(round, by=by))) for by in ("household", "product")]  # noqa: B023
        where = reverse("handovers:key_in_door", args=[round.handover_id])
        seen.append(_statements(lambda: packer.get(where)))  # noqa: B023
        counts.append([*seen, _statements(lambda: packer.post(address(round), sheet(round) | {"key": str(round.pk)}))])  # noqa: B023
    assert counts[0] == counts[1]


def _statements(visit):
    with CaptureQueriesContext(connection) as seen:
        assert visit().status_code in (200, 302)
    return len(seen)


def test_goods_packed_before_anybody_wrote_down_what_came_have_one_lot(village):
    """Line by line, by two people: receiving fills that lot, and nothing is left over or lacking."""
    round = village.round()
    orders = [village.order(round, name, {"Bread": 2}) for name in ("Amina", "Jo")]
    village.close(round)
    for order, by in zip(orders, ("Tan Mei", "Keeper Lu"), strict=True):
        operations.pack_line(
            by=village.people[by],
            crate=Crate.objects.get(receiver=order.household),
            commitment_id=line_of(order, "Bread").commitment_id,
            quantity=2,
        )
    [lot] = set(Packed.objects.values_list("lot_id", flat=True))
    village.receive(round)
    operations.hand_over_all(by=village.people["Keeper Lu"], handover=round.handover)
    assert Receipt.objects.get(specification__in=kinds(orders)).lot_id == lot
    assert not flows_queries.lots_at(village.place, kinds(orders))


def kinds(orders):
    return [line_of(order, "Bread").commitment.specification_id for order in orders]
