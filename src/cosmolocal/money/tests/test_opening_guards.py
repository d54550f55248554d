"""Opening books that stop: a refused file leaves nothing, a killed one goes on, and the page says before who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, User
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import disk_full
from cosmolocal.money import imports, operations, queries, tasks
from cosmolocal.money.models import MoneyBox, Review
from cosmolocal.money.opening.rows import Row
from cosmolocal.money.operations import uploads
from cosmolocal.money.tests.test_opening import as_csv, bring_in, counts, money, village_file
from cosmolocal.money.tests.test_opening_pages import answers, send
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import BEGIN, Village, refused
from cosmolocal.paper.models import Upload


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)


def row(kind: str, name: str, balance: str = "", household: str = "", code: str = "", mail: str = "") -> list[str]:
    return [kind, name, household, code, mail, "", "", "", balance, "", ""]


def looked_at(client: Client, data: bytes) -> str:
    """The address of the page that asks for a yes."""
    address = send(client, data)
    return client.post(address, answers(address, client)).url


def here() -> tuple[int, int]:
    return Agent.objects.count(), MoneyBox.objects.count()


def tomorrow(village: Village) -> None:
    data, day = as_csv(village_file()), clock.today() + timedelta(days=1)
    imports.run_import(by=village.li_na, data=data, name="books.csv", on=day)


def not_balanced(village: Village) -> None:
    bring_in(village, as_csv([*village_file(), row("cash", "Small box", "1.00")]))


def by_a_steward_while_books_run(village: Village) -> None:
    village.top_up(village.amina, 100)
    bring_in(village, as_csv(village_file()))


def own_row_left_out(village: Village) -> None:
    """What a treasurer would set for herself is left out, so the sums differ."""
    village.top_up(village.amina, 100)
    own = row("member", "Wei Guo", "5.00", "Wei Guo")
    bring_in(village, as_csv([*village_file(), own, row("cash", "Small box", "5.00")]), by=village.wei)


@pytest.mark.parametrize("way", [tomorrow, not_balanced, by_a_steward_while_books_run, own_row_left_out])
def test_a_refused_file_leaves_nothing(village: Village, way: Callable[[Village], None]) -> None:
    before = here()
    codes = ["money.not_yet", "money.sums_differ", "agents.not_allowed", "money.sums_differ"]
    ways = [tomorrow, not_balanced, by_a_steward_while_books_run, own_row_left_out]
    with refused(codes[ways.index(way)]):
        way(village)
    assert here() == before


def test_what_would_stop_a_batch_is_a_row_left_out(village: Village) -> None:
    """A number twice or somebody else's, the mail of somebody who runs the node, a name that cannot be seen."""
    User.objects.create_user(email="root@example.org")
    Agent.objects.filter(pk=village.jo.pk).update(code="J1")
    rows = [
        row("member", "Li", household="Chen", code="H1"),
        row("member", "Mo", household="Mo", code="H1"),
        row("member", "Qin", code="J1"),
        row("member", "Root", mail="root@example.org"),
        row("member", "\u200b\u2060"),
        row("member", "N" * 120 + "ame"),
        row("member", "Last"),
    ]
    done = bring_in(village, as_csv(rows))
    assert [one.verdict for one in done.rows] == ["new", *["refused"] * 5, "new"]
    assert "row 2 already, for Chen" in done.rows[1].sentence
    assert not Agent.objects.filter(name__in=["Mo", "Qin", "Root"]).exists()
    assert Agent.objects.filter(name="Last", kind="person").exists()


def test_two_households_of_one_name_are_two_by_their_numbers(village: Village) -> None:
    """No row goes into another's household, in one batch, in two, or when the file comes again."""
    rows = [
        row("member", "Li", "1.00", household="Chen", code="H1"),
        row("member", "Wu", "2.00", household="Chen", code="H2"),
        row("member", "Li", "", household="Chen", code="H2"),
        row("member", "Wang Fang", "4.00", code="H3"),
        row("member", "Wang Fang", "8.00", code="H4"),
        row("member", "Wang Fang", "16.00"),
        row("member", "Wang Fang", "16.00"),
        row("cash", "Small box", "15.00"),
    ]
    done = bring_in(village, as_csv([*rows[:5], rows[7]]))
    assert [one.verdict for one in done.rows] == ["new"] * 6
    assert "becomes “Chen (H2)”" in done.rows[1].sentence
    named = {"Chen": ["Li"], "Chen (H2)": ["Li", "Wu"], "Wang Fang": ["Wang Fang"], "Wang Fang (H4)": ["Wang Fang"]}
    households = Agent.objects.filter(kind="household", code__startswith="H").order_by("code")
    assert {home.name: [one.name for one in agents_queries.members_of(home)] for home in households} == named
    assert [queries.standing(queries.account_for(home)).balance for home in households] == [100, 200, 400, 800]
    before = here()
    again = bring_in(village, as_csv([*rows[:5], rows[7]]))
    assert {one.verdict for one in again.rows} == {"same"}
    assert here() == before
    twice = bring_in(village, as_csv(rows))
    assert [one.verdict for one in twice.rows[5:7]] == ["refused"] * 2
    assert "give each a number" in twice.rows[6].sentence


def test_of_two_that_were_called_alike_before_a_row_says_the_number(village: Village) -> None:
    agents.add_member(by=village.house, name="Bo", household_name="Chen", code="H1")
    twin = agents.add_member(by=village.house, name="Mei", household_name="Chen of the hill", code="H2")
    Agent.objects.filter(pk=agents_queries.household_of(twin).pk).update(name="Chen")
    rows = [row("member", "Mei", household="Chen"), row("member", "Mei", household="Chen", code="H2")]
    done = bring_in(village, as_csv(rows))
    assert [one.verdict for one in done.rows] == ["refused", "same"]
    assert "Write the number" in done.rows[0].sentence


def killed_after(batches: int, how: BaseException | None = None) -> Callable[[], None]:
    """Pulls the plug after so many batches, or stops there `how` one says; gives what puts it back."""
    left, real = [batches], operations.import_people

    def until_killed(**wish: object) -> None:
        if not left[0]:
            raise how or KeyboardInterrupt
        left[0] -= 1
        real(**wish)

    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "import_people", until_killed)
    return patch.undo


def test_a_killed_file_goes_on_and_repeats_nothing(village: Village) -> None:
    client = as_(village, village.li_na)
    assert client.post(looked_at(client, as_csv(village_file())), {"key": "yes"}).status_code == 302
    upload = Upload.objects.get()
    again = killed_after(3)
    with pytest.raises(KeyboardInterrupt):
        tasks.take_file_over(upload.pk)
    again()
    assert Agent.objects.filter(code="H3").exists()
    assert not Agent.objects.filter(name="Farm 1").exists()
    tasks.take_file_over(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "done"
    assert queries.fund("share_capital").resource.accounting_quantity == 160000
    before = here()
    assert counts(bring_in(village, as_csv(village_file())))["new"] == 0
    assert here() == before


def test_a_file_that_meets_a_full_disk_goes_on_later(village: Village) -> None:
    client = as_(village, village.li_na)
    assert client.post(looked_at(client, as_csv(village_file())), {"key": "yes"}).status_code == 302
    upload = Upload.objects.get()
    again = killed_after(3, disk_full())
    with refused("kernel.disk_full"):
        tasks.take_file_over(upload.pk)
    again()
    tasks.take_file_over(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, bytes(upload.data)) == ("done", b"")


def test_the_same_file_sent_again_goes_on_after_a_kill(village: Village) -> None:
    again = killed_after(3)
    with pytest.raises(KeyboardInterrupt):
        bring_in(village, as_csv(village_file()))
    again()
    bring_in(village, as_csv(village_file()))
    assert Agent.objects.filter(code__startswith="H", kind="household").count() == 16
    assert queries.sums_agree().difference == 0


def test_what_is_refused_after_a_kill_says_what_is_here(village: Village) -> None:
    """The books begin to run between two batches: the steward who began it is stopped."""
    client = as_(village, village.li_na)
    done = client.post(looked_at(client, as_csv(village_file())), {"key": "yes"}).url
    again = killed_after(3)
    with pytest.raises(KeyboardInterrupt):
        tasks.take_file_over(Upload.objects.get().pk)
    again()
    village.top_up(village.amina, 100)
    tasks.take_file_over(Upload.objects.get().pk)
    page = client.get(done).content.decode()
    assert "only a treasurer takes amounts over" in page
    assert "6 rows were read in" in page


def test_a_treasurer_takes_over_what_a_steward_sent(village: Village) -> None:
    village.top_up(village.amina, 100)
    li_na, wei = as_(village, village.li_na), as_(village, village.wei)
    assert "only a treasurer takes amounts over" in li_na.get("/money/opening/").content.decode()
    address = looked_at(li_na, as_csv(village_file()))
    page = li_na.get(address).content.decode()
    assert "only a treasurer takes amounts over" in page
    assert 'method="post" novalidate' not in page
    assert li_na.post(address, {"key": "yes"}).status_code == 422
    assert "Somebody else looked at this file" in wei.get(address).content.decode()
    assert wei.post(address, {"key": "yes"}).status_code == 422
    columns = address.replace("check", "columns")
    wei.post(columns, answers(columns, wei))
    assert wei.post(address, {"key": "yes2"}).status_code == 302
    tasks.take_file_over(Upload.objects.get().pk)
    assert Review.objects.get().why == "opening"


def test_a_file_is_taken_over_as_it_was_looked_at(village: Village) -> None:
    wei = as_(village, village.wei)
    address = looked_at(wei, as_csv(village_file()))
    assert wei.post(address, {"key": "yes"}).status_code == 302
    before = here()
    rows = [row("fund", "reserve", "9.00"), row("cash", "Cash box", "9.00")]
    bring_in(village, as_csv(rows), by=village.lin)
    tasks.take_file_over(Upload.objects.get().pk)
    assert "the books have moved" in wei.get(address.replace("check", "done")).content.decode()
    assert here() == before


@pytest.mark.parametrize("running", [False, True])
def test_the_dry_run_names_the_rows_of_who_brings_it_in(village: Village, running: bool) -> None:
    if running:
        village.top_up(village.amina, 100)
    own = row("member", "Wei Guo", money(500), "Wei Guo")
    dry = bring_in(village, as_csv([own, row("member", "New")]), by=village.wei, dry_run=True)
    assert dry.rows[0].verdict == ("refused" if running else "changed")
    said = "Name a second one" if running else "somebody else looks at it"
    assert [said in one.sentence for one in dry.rows] == [True, False]


def test_each_bank_account_of_a_file_is_looked_at_by_itself(village: Village) -> None:
    rows = [row("bank", f"Bank {number}", "0") for number in range(9)]
    header = ["What", "Name", "Household", "No.", "E-mail", "IBAN", "Joined", "Role", "Balance", "Deposit", "Share"]
    for number, one in enumerate(rows):
        one[5] = f"6228 000{number}"
    bring_in(village, as_csv(rows, header))
    notes = [look.deed.money_note.words for look in Review.objects.order_by("pk")]
    assert len(notes) == 9
    assert all(f"6228 000{number}" in words.split("→")[1] for number, words in enumerate(notes))


# What may be set while books run, and what somebody else looks at.


def own_books(village: Village, **amounts: int) -> list[Row]:
    """A file of one row: the treasurer's own household."""
    household = agents_queries.household_of(village.wei)
    assert household is not None
    return [Row(2, "member", name="Wei Guo", household=household.name, **amounts)]


def set_balances(village: Village, rows: list[Row], by: Agent | None = None) -> int:
    day = clock.today()
    return operations.import_opening_books(by=by or village.wei, rows=rows, on=day, accept_difference=True)


@pytest.mark.parametrize("what", ["balance", "deposit", "share"])
def test_opening_books_set_nothing_of_her_own_once_the_books_run(village: Village, what: str) -> None:
    village.top_up(village.amina, 100)
    with refused("money.none_read"):
        set_balances(village, own_books(village, **{what: 500_000}))
    assert village.has(village.wei) == 0
    assert set_balances(village, own_books(village, **{what: 500_000}), by=village.lin) > 0


def test_opening_books_of_others_are_looked_at_as_a_whole_once_the_books_run(village: Village) -> None:
    village.top_up(village.amina, 100)
    rows = [Row(2, "fund", name="running", balance=700), Row(3, "fund", name="reserve", balance=300)]
    assert set_balances(village, rows) == 3
    [look] = Review.objects.all()
    assert (look.why, look.amount, look.deed.by) == ("opening", 1000, village.wei)
    assert "3 amounts" in look.deed.money_note.words
    with refused("money.own_look"):
        operations.agree_entries(by=village.wei, looks=[look])
    assert "Balances were set by a file" in as_(village, village.lin).get("/money/looks/").content.decode()
    assert set_balances(village, rows) == 0


def test_once_the_books_run_only_a_treasurer_of_some_days_sets_balances_by_a_file(village: Village) -> None:
    village.top_up(village.amina, 100)
    rows = [Row(2, "member", name="Amina", household="Amina", balance=700)]
    with refused("agents.not_allowed"):
        set_balances(village, rows, by=village.li_na)
    agents.give_role(by=village.li_na, agent=village.li_na, role="treasurer")
    with refused("agents.right_too_new"):
        set_balances(village, rows, by=village.li_na)
    assert village.has(village.amina) == 100
    with clock.frozen_at(clock.now() + timedelta(days=4)):
        assert set_balances(village, rows, by=village.li_na) == 2


def test_while_a_local_is_set_up_only_her_own_is_looked_at(village: Village) -> None:
    set_balances(village, [Row(2, "fund", name="running", balance=700)])
    assert not Review.objects.exists()
    set_balances(village, own_books(village, balance=5000, share=1000))
    [look] = Review.objects.all()
    assert (look.why, look.amount, look.holder) == ("own", 6000, agents_queries.household_of(village.wei))
    assert village.has(village.wei) == 5000


@pytest.mark.parametrize("days", [0, 2])
def test_once_the_books_run_only_a_steward_puts_somebody_into_a_household_that_is_here(
    village: Village, days: int
) -> None:
    """A household that came with the file itself is nobody's yet. What a treasurer's file may not do is left out."""
    village.top_up(village.amina, 100)
    names = (("Ghost", "Amina"), ("New", "Chen"), ("Newer", "Chen"))
    data = as_csv([row("member", name, "", household) for name, household in names])
    home = agents_queries.household_of(village.amina)
    assert home is not None

    def members(by: Agent) -> set[str]:
        imports.run_import(by=by, data=data, name="books.csv", on=clock.day_of(BEGIN))
        return {one.name for one in agents_queries.members_of(home)}

    with clock.frozen_at(BEGIN + timedelta(days=days, hours=2)):
        assert members(village.wei) == ({"Amina"} if days else {"Amina", "Ghost"})
        chen = Agent.objects.get(name="Chen", kind="household")
        assert {one.name for one in agents_queries.members_of(chen)} == {"New", "Newer"}
        assert members(village.li_na) == {"Amina", "Ghost"}


def test_no_row_of_a_file_is_read_for_who_may_not_or_when_it_is_taken(village: Village) -> None:
    """What can be no table is read by nobody: who asks is told that she may not, and not that it is none."""
    junk = b"\x00 no table"
    with refused("agents.not_allowed"):
        imports.run_import(by=village.amina, data=junk, name="books.xlsx", on=BEGIN, dry_run=True)
    head = {"header": ["name"], "rows": [], "count": 1}
    kept = Upload.objects.create(
        kind=uploads.KIND,
        name="books.xlsx",
        made_by_id=village.wei.pk,
        at=clock.now(),
        data=junk,
        mapping={"head": head},
    )
    for by, state, code in (
        (village.amina, Upload.State.READ, "agents.not_allowed"),
        (village.wei, Upload.State.DONE, "money.file_taken"),
        (village.wei, Upload.State.READ, "paper.not_as_sent"),
    ):
        kept.state = state
        with refused(code):
            imports.judge_file(by, kept, {"name": 0})
