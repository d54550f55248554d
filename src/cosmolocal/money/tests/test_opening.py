"""Opening books: 120 households come in by a file and agree; a mangled file is refused row by row."""

import csv
import io
import random
from datetime import UTC, date, datetime

import pytest

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Role
from cosmolocal.kernel import clock
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import imports, queries
from cosmolocal.money.models import Account, MoneyBox
from cosmolocal.money.opening import columns
from cosmolocal.money.tests.village import Village, refused
from cosmolocal.paper.tables import Column, Table, xlsx_bytes

HEADER = [
    "What",
    "Name",
    "Household",
    "No.",
    "E-mail",
    "Phone",
    "Joined",
    "Role",
    "Balance",
    "Deposit",
    "Share capital",
]
ON = date(2026, 9, 1)
NOON = datetime(2026, 9, 1, 9, tzinfo=UTC)
FAMILIES = ["Chen", "Wei", "Qin", "Huang", "Mo", "Lu", "Pan", "Nong", "Liang", "Tan", "Zhou", "Lan"]


def village_file(households: int = 16) -> list[list[str]]:
    """Households, some of two people, three farms, a restaurant that owes, funds, bank and cash: it agrees."""
    pick = random.Random(11)
    rows, total = [], 0
    for number in range(1, households + 1):
        family = f"{FAMILIES[number % 12]} {number}"
        balance, deposit, share = pick.randint(-2000, 60000), pick.choice([0, 500, 1000]), 10000
        total += balance + deposit + share
        mail = f"m{number}@example.org" if number % 3 else ""
        rows.append(
            [
                "member",
                f"Li {number}",
                family,
                f"H{number}",
                mail,
                "",
                "2024-03-01",
                "",
                *map(money, (balance, deposit, share)),
            ]
        )
        if number % 4 == 0:
            rows.append(["member", f"Ming {number}", family, f"H{number}", "", "", "", "", "", "", ""])
    for number, balance in enumerate((125050, 80000, 0)):
        total += balance
        rows.append(["producer", f"Farm {number}", "", "", "", "", "", "", money(balance), "", ""])
    rows.append(["restaurant", "Tianxin", "", "", "", "", "", "", money(-34000), "", ""])
    rows.append(["fund", "running", "", "", "", "", "", "", money(91000), "", ""])
    rows.append(["cash", "Cash box", "", "", "", "", "", "", money(50000), "", ""])
    total += 91000 - 34000
    rows.append(["bank", "Rural credit bank", "", "", "", "", "", "", money(total - 50000), "", ""])
    return rows


def money(minor: int) -> str:
    return f"{minor / 100:,.2f}"


def as_csv(rows: list[list[str]], header: list[str] = HEADER) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def bring_in(village: Village, data: bytes, **options: object) -> imports.Outcome:
    with clock.frozen_at(NOON):
        return imports.run_import(by=options.pop("by", village.li_na), data=data, name="books.csv", on=ON, **options)


def counts(outcome: imports.Outcome) -> dict[str, int]:
    found = {"new": 0, "changed": 0, "same": 0, "refused": 0}
    for row in outcome.rows:
        found[row.verdict] += 1
    return found


def test_120_households_come_in_and_agree(village: Village) -> None:
    data = as_csv(village_file(120))
    dry = bring_in(village, data, dry_run=True)
    assert counts(dry) == {"new": 155, "changed": 2, "same": 0, "refused": 0}
    assert (dry.sums.difference, Agent.objects.filter(name="Farm 1").exists()) == (0, False)
    done = bring_in(village, data)
    assert done.written
    sums = queries.sums_agree()
    assert (sums.difference, sums.boxes) == (0, done.sums.boxes)
    assert Account.objects.filter(kind="member", holder__code__startswith="H").count() == 120
    assert queries.balance(queries.fund("share_capital")).balance == 120 * 10000
    tianxin = queries.account_for(Agent.objects.get(name="Tianxin"))
    assert queries.balance(tianxin).balance == -34000
    assert queries.balance_sheet(ON).difference == 0
    assert queries.balance_sheet(date(2026, 8, 31)).assets_total == 0


def test_bringing_it_in_twice_changes_nothing(village: Village) -> None:
    data = as_csv(village_file())
    bring_in(village, data)
    before = (Agent.objects.count(), list(Account.objects.values_list("pk", "resource__accounting_quantity")))
    again = bring_in(village, data)
    assert counts(again) == {"new": 0, "changed": 0, "same": 27, "refused": 0}
    assert (Agent.objects.count(), list(Account.objects.values_list("pk", "resource__accounting_quantity"))) == before


def test_a_changed_row_is_set_to_what_the_file_says_now(village: Village) -> None:
    rows = village_file()
    bring_in(village, as_csv(rows))
    first = queries.account_for(Agent.objects.get(code="H1"))
    was = queries.balance(first).balance
    rows[0][8] = money(was + 700)
    rows[-1][8] = money(int(float(rows[-1][8].replace(",", "")) * 100 + 0.5) + 700)
    dry = bring_in(village, as_csv(rows), dry_run=True)
    assert (counts(dry)["changed"], dry.sums.difference) == (2, 0)
    bring_in(village, as_csv(rows))
    assert queries.balance(first).balance == was + 700
    assert queries.sums_agree().difference == 0


def test_a_mangled_copy_is_refused_row_by_row(village: Village) -> None:
    rows = village_file()
    for row, column, text in (
        (0, 8, "lots"),
        (1, 4, "no mail"),
        (2, 6, "31.02.2024"),
        (3, 7, "emperor"),
        (5, 0, "dragon"),
        (6, 8, "1.234"),
        (7, 9, "-5"),
        (8, 1, ""),
    ):
        rows[row][column] = text
    rows[8][2] = ""
    rows.append(list(rows[10]))
    rows.append(["fund", "castle", "", "", "", "", "", "", "5", "", ""])
    rows.append(["cash", "Small box", "", "", "", "", "", "", "", "", ""])
    dry = bring_in(village, as_csv(rows), dry_run=True)
    wrong = {row.number: row.sentence for row in dry.rows if row.verdict == "refused"}
    assert len(wrong) == 11
    assert "lots" in wrong[2]
    assert "31.02.2024" in wrong[4]
    assert dry.rows[0].what == "Li 1"
    assert dry.sums.difference != 0
    with refused("money.sums_differ"):
        bring_in(village, as_csv(rows))
    assert not Agent.objects.filter(name="Farm 1").exists()


def test_a_difference_is_booked_by_explicit_choice_only(village: Village) -> None:
    rows = village_file()
    rows[0][8] = "9999999.00"
    with refused("money.sums_differ"):
        bring_in(village, as_csv(rows))
    bring_in(village, as_csv(rows), accept_difference=True)
    assert queries.sums_agree().difference == 0
    assert village.fund("opening_difference") < -900000000
    bring_in(village, as_csv(village_file()))
    assert village.fund("opening_difference") == 0


def test_a_workbook_does_as_well(village: Village) -> None:
    table = Table([Column(title) for title in HEADER], village_file())
    dry = bring_in(village, xlsx_bytes([table]), dry_run=True)
    assert (counts(dry)["refused"], dry.sums.difference) == (0, 0)


def test_an_amount_of_a_household_stands_once(village: Village) -> None:
    rows = [
        ["member", "Li", "Chen", "", "", "", "", "", "10.00", "", ""],
        ["member", "Ming", "Chen", "", "", "", "", "", "10.00", "", ""],
    ]
    dry = bring_in(village, as_csv(rows), dry_run=True)
    assert [row.verdict for row in dry.rows] == ["new", "refused"]
    assert "row 2" in dry.rows[1].sentence


def test_a_cash_box_comes_in_with_its_place(village: Village) -> None:
    gate = agents.add_place(by=village.house, name="East gate", is_handover=True)

    def rows(name: str, place: str) -> bytes:
        member = ["member", "Li", *[""] * 6, "10.00", "", "", "Hillside"]
        return as_csv([member, ["cash", name, *[""] * 6, "10.00", "", "", place]], [*HEADER, "Place"])

    assert counts(bring_in(village, rows("Gate", "West gate"), dry_run=True))["refused"] == 1
    assert counts(bring_in(village, rows("Cash box", "East gate"), dry_run=True))["refused"] == 1
    assert bring_in(village, rows("Gate", "east  Gate")).written
    assert MoneyBox.objects.get(name="Gate").place == gate
    assert counts(bring_in(village, rows("Gate", "")))["same"] == 2


def test_only_a_steward_gives_tasks_by_a_file(village: Village) -> None:
    rows = [["member", "Mallory", "", "", "", "", "", "treasurer", "", "", ""]]
    assert counts(bring_in(village, as_csv(rows), by=village.wei, dry_run=True))["refused"] == 1
    bring_in(village, as_csv(rows), by=village.wei)
    assert not Role.objects.filter(agent__name="Mallory").exists()
    bring_in(village, as_csv(rows), by=village.li_na)
    assert Role.objects.filter(agent__name="Mallory", name="treasurer").exists()


def test_a_member_cannot_bring_books_in(village: Village) -> None:
    with refused("agents.not_allowed"):
        bring_in(village, as_csv(village_file()), by=village.amina)


def test_a_mail_address_of_somebody_else_is_refused(village: Village) -> None:
    rows = [["member", "Li", "Chen", "", "li@example.org", "", "", "", "", "", ""]]
    bring_in(village, as_csv(rows))
    rows[0][1] = "Somebody"
    [row] = bring_in(village, as_csv(rows), dry_run=True).rows
    assert (row.verdict, "Li" in row.sentence) == ("refused", True)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (["Vorname", "Nachname", "E-Mail", "Guthaben"], {"name": 0, "surname": 1, "email": 2, "balance": 3}),
        (
            ["编号", "姓名", "家庭", "电话", "余额", "押金"],
            {"code": 0, "name": 1, "household": 2, "phone": 3, "balance": 4, "deposit": 5},
        ),
        (["Member since", "NAME ", "x"], {"joined": 0, "name": 1}),
    ],
)
def test_columns_are_guessed_in_several_languages(header: list[str], found: dict[str, int]) -> None:
    assert columns.guess(header) == found


def test_a_file_without_names_is_refused_as_a_whole(village: Village) -> None:
    with pytest.raises(Refusal) as caught:
        bring_in(village, as_csv([["1", "2"]], ["a", "b"]), dry_run=True)
    assert caught.value.code == "money.no_name_column"


def test_where_no_row_can_be_read_nothing_is_written_and_the_command_says_why(village: Village) -> None:
    outcome = bring_in(village, as_csv([["bank", "Rural bank", *[""] * 9]]))
    assert not outcome.written
    assert outcome.lines()[-2:] == [
        "Nothing of this file was read. 1 row: The balance is missing.",
        "Nothing was written.",
    ]
    assert bring_in(village, as_csv([])).lines()[-2].startswith("Nothing of this file was read: there is no row")


@pytest.mark.parametrize("joined", ["2031-01-01", "9999-12-31", "0001-01-01", "1.10.2026"])
def test_a_day_on_which_nobody_can_have_joined_is_refused_in_its_row_and_the_rest_comes_in(
    village: Village, joined: str
) -> None:
    rows = village_file()
    rows[0][6], rows[2][6] = "2026-09-01", joined
    outcome = bring_in(village, as_csv(rows), accept_difference=True)
    assert outcome.written
    assert counts(outcome)["refused"] == 1
    assert [row.sentence for row in outcome.rows if row.verdict == "refused"] == [
        f"“{joined}” is no day since when somebody is a member. Is the year right?"
    ]
