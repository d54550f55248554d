"""Files of goods: the same twice, broken row by row, out and in again, and thousands of rows of nonsense."""

import csv
import io
import threading
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cosmolocal.agents.models import Agent, Place
from cosmolocal.catalog import operations, queries
from cosmolocal.catalog.exports import products_csv, products_table
from cosmolocal.catalog.imports import Report, run_import
from cosmolocal.catalog.intake.names import Names
from cosmolocal.catalog.intake.own import COLUMNS
from cosmolocal.catalog.models import Category, Item, PriceVersion, Product, TaxCode
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductFacts
from cosmolocal.catalog.tests import village as at
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper.tables import xlsx_bytes

pytestmark = pytest.mark.django_db
OFN = Path(__file__).resolve().parents[5] / "shared" / "data" / "provision" / "ofn-120-products.csv"
OFN_COLUMNS = (
    "producer,sku,name,display_name,category,description,units,unit_type,variant_unit_name,"
    "price,on_hand,on_demand,shipping_category,tax_category"
)


@pytest.fixture
def village() -> at.Village:
    return at.found()


@pytest.fixture
def ofn() -> Path:
    if not OFN.exists():
        pytest.skip("the shared test data is not on this machine")
    return OFN


def write(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.counts["new"], report.counts["changed"], report.counts["same"], report.counts["refused"]


def test_a_list_of_open_food_network_comes_in_once(village: at.Village, ofn: Path) -> None:
    dry = run_import(village.steward, ofn, dry_run=True, make_missing=True)
    assert counts(dry) == (120, 0, 0, 0)
    assert not Product.objects.exists()
    assert not Agent.objects.filter(name="User Enterprise").exists()
    assert counts(run_import(village.steward, ofn, make_missing=True)) == (120, 0, 0, 0)
    before = (Product.objects.count(), Item.objects.count(), PriceVersion.objects.count(), Category.objects.count())
    assert before[:3] == (120, 120, 120)
    again = run_import(village.steward, ofn, make_missing=True)
    assert counts(again) == (0, 0, 120, 0)
    assert before == (
        Product.objects.count(),
        Item.objects.count(),
        PriceVersion.objects.count(),
        Category.objects.count(),
    )
    item = queries.items_with_units().get(product__name="Imported Product 120")
    assert (item.label, item.sku, item.pack_quantity, item.stock) == ("Orange Tree", "120", 120, 219)
    assert item.product.specification.unit.code == "kg"
    price = queries.current_prices([item.pk])[item.pk]
    assert (price.price, price.purchase, price.tax_code.kind) == (12100, 9196, TaxCode.Kind.OUTSIDE)


def test_unknown_names_are_refused_until_somebody_decides(village: at.Village, ofn: Path) -> None:
    report = run_import(village.steward, ofn)
    assert counts(report) == (0, 0, 0, 120)
    assert "User Enterprise" in report.rows[0].sentence
    names = Names(
        producers={"User Enterprise": str(village.daxin.pk)},
        categories={"Vegetables": str(Category.objects.get(name="Leafy greens").pk)},
        taxes={"Tax Category Name": str(at.tax("cn-farm").pk)},
        producer_share_bp=8000,
    )
    assert counts(run_import(village.steward, ofn, names=names)) == (120, 0, 0, 0)
    price = PriceVersion.objects.select_related("item__product").get(item__sku="1")
    assert price.item.product.producer == village.daxin
    assert (price.price, price.purchase, price.tax_code.code) == (200, 160, "cn-farm")
    assert counts(run_import(village.steward, ofn, names=names)) == (0, 0, 120, 0)


def test_a_mangled_list_is_refused_row_by_row(village: at.Village, ofn: Path, tmp_path: Path) -> None:
    lines = ofn.read_text(encoding="utf-8-sig").splitlines()
    run_import(village.steward, ofn, make_missing=True)
    lines[1] = lines[1].replace(",2,100,", ",two,100,")
    lines[2] = lines[2].replace("Imported Product 2", "")
    lines[3] = lines[3].replace(",3,g,", ",-3,g,")
    lines[4] = lines[4].replace(",g,", ",furlong,")
    lines[5] = lines[5].replace(",104,", ",1.5,")
    lines[6] += ",what,is,this"
    lines[7] = lines[7].replace(",g,,8,", ",ml,,8,")
    lines[8] = lines[9]
    lines[10] = lines[10].replace(",11,109", ",999999999999999,109")
    lines[11] = lines[11].replace("Imported Product 11", "Organic product")
    lines[12] = lines[12].replace(",13,", ",13.005,")
    lines[13] = lines[13].replace("Vegetables", "V" * 200)
    lines[14] = lines[14].replace(",15,", ',"1.2.3,4",')
    lines[15] = lines[15].replace(",16,114", ",17,114")
    report = run_import(village.steward, write(tmp_path, "\n".join(lines)), make_missing=True)
    verdicts = {row.number: row.verdict for row in report.rows}
    assert [number for number, verdict in verdicts.items() if verdict == "refused"] == [
        *range(2, 9),
        10,
        *range(11, 16),
    ]
    assert all(row.sentence for row in report.rows if row.verdict == "refused")
    assert [row.sentence for row in report.rows if row.verdict == "changed"] == [
        "price 16.00 → 17.00; purchase price 12.16 → 12.92"
    ]
    assert counts(report) == (0, 1, 106, 13)
    assert PriceVersion.objects.filter(item__sku="15").count() == 2


def everything(village: at.Village) -> None:
    """Goods with every field in use, and words that a spreadsheet or browser would run."""
    at.pak_choi(village, description='=HYPERLINK("http://x")\nSecond line, with "quotes"', certificate="GB/T 19630")
    at.eggs(village)
    operations.add_product(
        by=village.steward,
        producer=village.daxin,
        name="<script>alert(1)</script> & co",
        category="Oil, sauces and pickles",
        unit="l",
        items=[
            ItemDraft(
                "-bottle",
                "+A1",
                pack_quantity=750,
                deposit=250,
                case_count=6,
                stock=0,
                prices=(PriceDraft(1250, 940, "cn-general"), PriceDraft(1100, 940, "cn-general", group="restaurant")),
            ),
            ItemDraft("can", pack_quantity=5000, is_active=False, prices=(PriceDraft(1, 0, "zero", 1001),)),
        ],
        facts=ProductFacts("'quoted'", origin_id=village.daxin.place_id),
    )


def test_our_own_list_goes_out_and_in_again_unchanged(village: at.Village, tmp_path: Path) -> None:
    everything(village)
    first = products_csv()
    before = Operation.objects.filter(code="catalog.change_item").count(), PriceVersion.objects.count()
    report = run_import(village.steward, write(tmp_path, first))
    assert counts(report) == (0, 0, 6, 0)
    assert products_csv() == first
    assert before == (Operation.objects.filter(code="catalog.change_item").count(), PriceVersion.objects.count())
    header, *rows = list(csv.reader(io.StringIO(first.decode("utf-8-sig"))))
    assert tuple(header) == COLUMNS
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-b"))]


def test_our_own_list_comes_back_from_a_spreadsheet(village: at.Village, tmp_path: Path) -> None:
    everything(village)
    before = products_csv()
    workbook = xlsx_bytes([products_table(Product.objects.all())])
    report = run_import(village.steward, write(tmp_path, workbook, "list.xlsx"))
    assert counts(report) == (0, 0, 6, 0)
    assert products_csv() == before


def test_our_own_list_builds_the_same_catalog_elsewhere(village: at.Village, tmp_path: Path) -> None:
    everything(village)
    first = products_csv()
    renamed = first.replace(b"Daxin farm", b"Other farm").replace(b"Sanjiang tea", b"Other tea")
    renamed = (
        renamed.replace(b"Daxin village", b"Other village").replace(b"cn-grower", b"tax-a").replace(b"Eggs", b"Ova")
    )
    renamed = renamed.replace(b"cn-farm,9", b"tax-b,7.5")
    report = run_import(village.steward, write(tmp_path, renamed), make_missing=True)
    assert counts(report) == (6, 0, 0, 0)
    made = Agent.objects.filter(name__in=["Other farm", "Other tea"])
    assert made.filter(is_producer=True).count() == 2
    assert Place.objects.filter(name="Other village").count() == 1
    assert at.tax("tax-a").kind == TaxCode.Kind.EXEMPT
    assert queries.tax_rates(at.clock_today())[at.tax("tax-b").pk] == 750
    again = products_csv(Product.objects.filter(producer__in=made))
    assert again == renamed
    assert counts(run_import(village.steward, write(tmp_path, renamed), make_missing=True)) == (0, 0, 6, 0)


def test_a_short_list_says_little_and_leaves_the_rest(village: at.Village, tmp_path: Path) -> None:
    product = at.pak_choi(village, description="Picked at dawn.")
    text = "producer;product;price;price_for\nDaxin farm;Pak choi 小白菜;4,50;1 jin\n"
    report = run_import(village.steward, write(tmp_path, text))
    assert counts(report) == (0, 1, 0, 0)
    assert report.rows[0].sentence == "price 4.20 → 4.50; purchase price 3.20 → 3.42"
    product.refresh_from_db()
    item = product.items.get()
    assert (product.description, item.label, item.sku, item.tolerance_bp) == ("Picked at dawn.", "jin", "DX-1", 1000)
    assert PriceVersion.objects.filter(item=item, group="").count() == 2


def test_goods_get_another_name_by_their_number(village: at.Village, tmp_path: Path) -> None:
    product = at.pak_choi(village)
    text = "producer,product,sku,price,price_for,purchase\nDaxin farm,Pak choi small,DX-1,4.20,500 g,3.20\n"
    report = run_import(village.steward, write(tmp_path, text))
    assert report.rows[0].sentence == "name Pak choi 小白菜 → Pak choi small"
    product.refresh_from_db()
    assert product.name == "Pak choi small"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Daxin farm,Rice,kg,5 l,5,Eggs,", "does not fit"),
        ("Daxin farm,Rice,kg,0.0001 kg,5,Eggs,", "more than nothing"),
        ("Daxin farm,Rice,mile,5,5,Eggs,", "is one of: kg, l, piece"),
        ("Daxin farm,Rice,kg,1 kg,5,,", "“category” is empty"),
        ("Daxin farm,Rice,kg,1 kg,5,Clouds,", "“Clouds” is not known here"),
        ("Nobody,Rice,kg,1 kg,5,Eggs,", "“Nobody” is not known here"),
        (",Rice,kg,1 kg,5,Eggs,", "“producer” is empty"),
        ("Daxin farm,Rice,kg,1 kg,,Eggs,", "A number is missing"),
        ("Daxin farm,Rice,kg,1 kg,-5,Eggs,", "less than 0"),
        ("Daxin farm,Rice,kg,1 kg,5.001,Eggs,", "more than 2 decimals"),
        ("Daxin farm,Rice,kg,1 kg,5,Eggs,cubit", "no measure"),
        ("Daxin farm,Rice,kg,1 kg,5,Eggs,dozen", "does not fit"),
    ],
)
def test_a_row_is_refused_with_a_sentence(village: at.Village, tmp_path: Path, row: str, sentence: str) -> None:
    text = f"producer,product,counted_in,pack,price,category,measure\n{row}\nDaxin farm,Tea,kg,100 g,9,Eggs,\n"
    report = run_import(village.steward, write(tmp_path, text))
    assert [judged.verdict for judged in report.rows] == ["refused", "new"]
    assert sentence in report.rows[0].sentence
    assert list(Product.objects.values_list("name", flat=True)) == ["Tea"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "paper.empty_table"),
        ("a,b,c\n1,2,3\n", "catalog.unknown_columns"),
        ("producer,product,price,price\n", "catalog.column_twice"),
        (b"\x00\x01\x02\xff" * 100, "paper.not_a_table"),
        (b"x" * (10 * 1024 * 1024 + 1), "paper.too_large"),
        ("producer,product,price\n" + "a,b,1\n" * 50_001, "paper.too_many_rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused(village: at.Village, tmp_path: Path, text: str | bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        run_import(village.steward, write(tmp_path, text))
    assert refused.value.code == code


def test_only_stewards_import(village: at.Village, tmp_path: Path) -> None:
    path = write(tmp_path, "producer,product,price,category\nDaxin farm,Rice,5,Eggs\n")
    for somebody in (village.member, village.farmer):
        with pytest.raises(Refusal) as refused:
            run_import(somebody, path)
        assert refused.value.code == "agents.not_allowed"
    assert not Product.objects.exists()


def test_batches_judge_as_the_dry_run_does(village: at.Village, tmp_path: Path) -> None:
    """A number that several goods share tells nothing, also where an earlier batch has just written it."""
    rows = [f"Daxin farm,Rice {number},S-1,5,Rice and grain" for number in range(1100)]
    path = write(tmp_path, "producer,product,sku,price,category\n" + "\n".join(rows))
    assert counts(run_import(village.steward, path, dry_run=True)) == (1100, 0, 0, 0)
    assert counts(run_import(village.steward, path)) == (1100, 0, 0, 0)
    assert counts(run_import(village.steward, path)) == (0, 0, 1100, 0)


@pytest.mark.django_db(transaction=True)
def test_two_stewards_take_over_the_same_list_at_once(tmp_path: Path) -> None:
    village = at.found()
    rows = "".join(f"New farm,Rice {number},S{number},5,New kind\n" for number in range(120))
    path = write(tmp_path, "producer,product,sku,price,category\n" + rows)
    reports: list[Report] = []
    start = threading.Barrier(2)

    def take_over() -> None:
        try:
            start.wait()
            reports.append(run_import(village.steward, path, make_missing=True))
        finally:
            connection.close()

    threads = [threading.Thread(target=take_over) for _steward in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts(report) for report in reports) == [(0, 0, 120, 0), (120, 0, 0, 0)]
    assert (Product.objects.count(), Agent.objects.filter(name="New farm").count()) == (120, 1)


cell = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *["", "Daxin farm", "Rice", "Eggs", "kg", "piece", "1 kg", "500 g", "2 jin", "4.20", "1,234", "-1", "1e9"],
            *[
                "jin",
                "yes",
                "no",
                "weight",
                "zero",
                "exempt",
                "9",
                "150",
                "=1+1",
                "\x00",
                "１２.５",
                "9" * 30,
                "𝟙",
                "½",
                "'",
                '"',
            ],
        ]
    ),
)


@pytest.mark.usefixtures("timeless")
class Nonsense(TestCase):
    """Whatever the cells hold, each row gets a verdict, twice the same, and nothing but a Refusal is raised."""

    @given(
        st.sampled_from([",".join(COLUMNS), OFN_COLUMNS]),
        st.lists(st.lists(cell, max_size=25), min_size=1, max_size=12),
    )
    def test_every_row_has_a_verdict(self, header: str, rows: list[list[str]]) -> None:
        village = at.found()
        stream = io.StringIO()
        csv.writer(stream).writerows([header.split(","), *rows])
        path = Path(at.scratch()) / "nonsense.csv"
        path.write_bytes(stream.getvalue().encode("utf-8", "surrogatepass"))
        try:
            dry = run_import(village.steward, path, dry_run=True, make_missing=True)
            wet = run_import(village.steward, path, make_missing=True)
            again = run_import(village.steward, path, make_missing=True)
        except Refusal:
            return
        assert [row.verdict for row in wet.rows] == [row.verdict for row in dry.rows]
        assert {row.verdict for row in again.rows} <= {"same", "refused"}
        assert again.counts["refused"] == wet.counts["refused"]
        csv_again = products_csv()
        if Product.objects.exists():
            path.write_bytes(csv_again)
            own = run_import(village.steward, path)
            assert {row.verdict for row in own.rows} == {"same"}, own.rows
            assert products_csv() == csv_again


@pytest.mark.usefixtures("timeless")
class Bytes(TestCase):
    """Any bytes at all."""

    @given(st.binary(max_size=400), st.sampled_from([b"", b"producer,product,price\n", b"producer,name,units,price\n"]))
    def test_nothing_but_a_refusal(self, data: bytes, header: bytes) -> None:
        village = at.found()
        path = Path(at.scratch()) / "bytes.csv"
        path.write_bytes(header + data)
        try:
            run_import(village.steward, path, make_missing=True)
        except Refusal:
            return
