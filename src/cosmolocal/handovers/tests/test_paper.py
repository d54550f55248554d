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
from cosmolocal.handovers.tests import village as builder
from cosmolocal.handovers.tests.village import client_of
from cosmolocal.handovers.views import paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def handover(village):
    handover = village.handover()
    village.promise(handover, "Amina", {"Pak choi": 2, "Eggs": 1})
    village.promise(handover, "Jo", {"Pak choi": 4, "Bread": 2})
    village.agree(handover)
    village.receive(handover)
    return handover


def address(handover, **query):
    return reverse("handovers:key_in", args=[handover.pk], query=query or None)


def sheet(handover, **typed):
    """What the page would post: every line as it stands there, and what was typed over it (`Amina_Pak_choi`)."""
    [part] = keying.parts(handover, "household")
    form = keying.SheetForm(part=part)
    data = {"key": "sheet", "seen": keying.now(), "save": "all"}
    for row in form._rows():
        shown = form[row.line.field].value()
        data[row.line.field] = "" if shown is None else str(shown)
        name = f"{row.crate.receiver.name.split(chr(39))[0]}_{row.label}".replace(" ", "_")
        if name in typed:
            data[row.line.field] = typed[name]
    return data


def packed(handover):
    rows = Packed.objects.filter(crate__handover=handover).select_related("crate__receiver", "lot__conforms_to")
    return {
        (row.crate.receiver.name.split("'")[0], row.commitment.specification.name): row.quantity
        for row in rows.select_related("commitment__specification")
    }


def test_a_line_nobody_can_read_is_kept_and_the_rest_is_written_down(village, handover):
    packer = client_of(village.people["Tan Mei"])
    answer = packer.post(address(handover), sheet(handover, Amina_Pak_choi="two", Jo_Pak_choi="4"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="two"' in page
    assert "is not a number we can read" in page
    assert set(packed(handover)) == {("Amina", "Eggs"), ("Jo", "Pak choi"), ("Jo", "Bread")}
    assert village.crate(handover, "Amina").state == "to_pack"
    assert village.crate(handover, "Jo").state == "packed"
    packer.post(address(handover), sheet(handover, Amina_Pak_choi="1.9") | {"key": "again"})
    assert packed(handover)["Amina", "Pak choi"] == 950
    assert village.crate(handover, "Amina").state == "packed"


def test_one_crate_is_saved_and_what_was_typed_for_others_stays(village, handover):
    packer, amina = client_of(village.people["Tan Mei"]), village.crate(handover, "Amina")
    data = sheet(handover, Amina_Pak_choi="2.2", Jo_Pak_choi="4.4") | {"save": str(amina.pk)}
    answer = packer.post(address(handover), data)
    assert answer.status_code == 200
    assert 'value="4.4"' in answer.content.decode()
    assert packed(handover) == {("Amina", "Pak choi"): 1100, ("Amina", "Eggs"): 10}
    assert village.crate(handover, "Jo").state == "to_pack"
    # Enter in a field saves nothing: pieces that stand there as ordered are not packed by it.
    assert packer.post(address(handover), data | {"save": "look", "key": "k"}).status_code == 200
    assert len(packed(handover)) == 2


def test_what_somebody_weighed_meanwhile_is_not_overwritten(village, handover):
    data = sheet(handover, Jo_Pak_choi="4")
    jo = village.crate(handover, "Jo")
    with village.at(builder.MONDAY + timedelta(minutes=5)):
        operations.pack_line(
            by=village.people["Keeper Lu"],
            crate=jo,
            commitment_id=next(line for line in lines_of(handover, jo) if line.goods.name == "Bread").commitment_id,
            quantity=1,
        )
    with village.at(builder.MONDAY + timedelta(minutes=6)):
        answer = client_of(village.people["Tan Mei"]).post(address(handover), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Keeper Lu wrote down 1\xa0piece at 08:05" in page
    assert packed(handover)["Jo", "Bread"] == 1
    assert packed(handover)["Jo", "Pak choi"] == 2000
    with village.at(builder.MONDAY + timedelta(minutes=7)):
        again = data | {"key": "again", "seen": keying.now()}
        assert client_of(village.people["Tan Mei"]).post(address(handover), again).status_code == 302
    assert packed(handover)["Jo", "Bread"] == 2


def lines_of(handover, crate):
    return queries.crate_sheets(handover, only=crate)[0].lines


def test_by_goods(village, handover):
    [part] = keying.parts(handover, "product")
    choi = next(block for block in part.blocks if block.title == "Pak choi")
    assert [row.label for row in choi.rows] == ["Amina's household", "Jo's household"]
    data = {"key": "k", "seen": keying.now(), "save": str(choi.id)}
    data |= {row.line.field: weight for row, weight in zip(choi.rows, ("2.1", ""), strict=True)}
    answer = client_of(village.people["Tan Mei"]).post(address(handover, by="product"), data)
    assert answer.status_code == 200
    assert packed(handover) == {("Amina", "Pak choi"): 1050}


def test_a_sheet_keyed_in_after_the_crates_have_gone_says_what_was_taken(village, handover):
    tan, jo = village.people["Tan Mei"], village.crate(handover, "Jo")
    operations.hand_over(by=village.people["Keeper Lu"], crate=jo)
    assert packed(handover)["Jo", "Pak choi"] == 2000
    packer = client_of(tan)
    assert "· collected" in packer.get(address(handover)).content.decode()
    data = sheet(handover, Amina_Pak_choi="2", Jo_Pak_choi="3.7")
    page = packer.post(address(handover), data | {"seen": keying.now()}, follow=True).content.decode()
    assert f"Collected already, and put right: {jo.number}." in page
    assert packed(handover)["Jo", "Pak choi"] == 1850
    assert packed(handover)["Amina", "Pak choi"] == 1000
    lines = [PackLine(line.commitment_id, 0) for line in lines_of(handover, jo)]
    assert operations.pack_from_paper(by=tan, handover=handover, lines=lines) == [jo]
    assert packed(handover)["Jo", "Pak choi"] == 0
    assert flows_queries.replay() == []


def test_a_sheet_that_was_open_while_the_crate_went_is_asked_about(village, handover):
    """The keeper's tick wrote down what was ordered; the packer's number stands beside it, and is saved once more."""
    with village.at(builder.MONDAY + timedelta(minutes=1)):
        data = sheet(handover, Jo_Pak_choi="3.7") | {"seen": keying.now()}
    with village.at(builder.MONDAY + timedelta(minutes=2)):
        operations.hand_over(by=village.people["Keeper Lu"], crate=village.crate(handover, "Jo"))
    with village.at(builder.MONDAY + timedelta(minutes=3)):
        packer = client_of(village.people["Tan Mei"])
        asked = packer.post(address(handover), data)
        assert asked.status_code == 422
        assert "If your number is right, save again" in asked.content.decode()
        assert packed(handover)["Jo", "Pak choi"] == 2000
        assert packer.post(address(handover), data | {"seen": keying.now(), "key": "again"}).status_code in (200, 302)
    assert packed(handover)["Jo", "Pak choi"] == 1850


def test_the_printed_sheet_has_the_same_numbers(village, handover):
    packer = client_of(village.people["Tan Mei"])
    lists = reverse("handovers:lists", args=[handover.pk])
    [part] = keying.parts(handover, "household")
    numbered = [(block.number, row.number, row.label) for block in part.blocks for row in block.rows]
    assert numbered == [("1", 1, "Pak choi"), ("1", 2, "Eggs"), ("2", 1, "Bread"), ("2", 2, "Pak choi")]
    rows = packer.get(lists, {"by": "household", "as": "csv"}).content.decode("utf-8-sig").splitlines()[1:]
    printed = [row.split(",") for row in rows]
    assert [(row[0], int(row[2]), row[3]) for row in printed] == numbered
    assert address(handover) in packer.get(lists, {"by": "household"}).content.decode()


def test_a_long_sheet_is_cut_between_crates(village, handover, monkeypatch):
    monkeypatch.setattr(keying, "MOST_LINES", 2)
    first, second = keying.parts(handover, "household")
    assert [block.number for block in first.blocks + second.blocks] == ["1", "2"]
    packer = client_of(village.people["Tan Mei"])
    page = packer.get(address(handover, part="2")).content.decode()
    assert "Eggs" not in page
    data = {"key": "k", "seen": keying.now(), "save": "all"}
    data |= {row.line.field: "1" for block in first.blocks for row in block.rows}
    answer = packer.post(address(handover, part="1"), data)
    assert answer.headers["Location"].endswith("part=2")


def test_a_long_pick_up_list_is_saved_page_by_page(village, handover, monkeypatch):
    monkeypatch.setattr(paper, "DOOR_LINES", 1)
    keeper = client_of(village.people["Keeper Lu"])
    where = reverse("handovers:key_in_door", args=[handover.pk])
    amina, jo = village.crate(handover, "Amina"), village.crate(handover, "Jo")
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
    for handover in village.agreed(3, 30):
        seen = [_statements(lambda: packer.get(address(handover, by=by))) for by in ("household", "product")]  # noqa: B023
        where = reverse("handovers:key_in_door", args=[handover.pk])
        seen.append(_statements(lambda: packer.get(where)))  # noqa: B023
        data = sheet(handover) | {"key": str(handover.pk)}
        counts.append([*seen, _statements(lambda: packer.post(address(handover), data))])  # noqa: B023
    assert counts[0] == counts[1]


def _statements(visit):
    with CaptureQueriesContext(connection) as seen:
        assert visit().status_code in (200, 302)
    return len(seen)


def test_goods_packed_before_anybody_wrote_down_what_came_have_one_lot(village):
    """Line by line, by two people: receiving fills that lot, and nothing is left over or lacking."""
    handover, bread = village.handover(), village.items["Bread"].product.specification_id
    for household in ("Amina", "Jo"):
        village.promise(handover, household, {"Bread": 2})
    village.agree(handover)
    for household, by in (("Amina", "Tan Mei"), ("Jo", "Keeper Lu")):
        operations.pack_line(
            by=village.people[by],
            crate=village.crate(handover, household),
            commitment_id=village.promised_to(household, "Bread"),
            quantity=2,
        )
    [lot] = set(Packed.objects.values_list("lot_id", flat=True))
    village.receive(handover)
    operations.hand_over_all(by=village.people["Keeper Lu"], handover=handover)
    assert Receipt.objects.get(specification=bread).lot_id == lot
    assert not flows_queries.lots_at(village.place, [bread])
