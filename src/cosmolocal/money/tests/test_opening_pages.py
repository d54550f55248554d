"""Opening books in the browser: file, columns, dry run, yes, progress."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cosmolocal.agents.models import Membership
from cosmolocal.kernel import clock, jobs
from cosmolocal.kernel.models import Errand, Progress
from cosmolocal.money import imports, queries, tasks
from cosmolocal.money.tests.test_opening import HEADER, as_csv, village_file
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village
from cosmolocal.money.views.opening import SAMPLE_ROWS
from cosmolocal.paper.models import Upload


def send(client: Client, data: bytes, key: str = "file") -> str:
    file = SimpleUploadedFile("books.csv", data)
    answer = client.post("/money/opening/", {"key": key, "file": file, "on": clock.today().isoformat()})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def answers(address: str, client: Client) -> dict[str, str]:
    form = client.get(address).context["form"]
    return {"key": "map"} | {name: str(form[name].value() or "") for name in form.fields if name != "key"}


def test_a_whole_village_by_browser(village: Village) -> None:
    client = as_(village, village.li_na)
    address = send(client, as_csv(village_file()))
    mapped = answers(address, client)
    assert (mapped["name"], mapped["share"]) == ("1", "10")
    checked = client.post(address, mapped)
    page = client.get(checked.url).content.decode()
    assert "The sums agree" in page
    done = client.post(checked.url, {"key": "yes"})
    assert done.status_code == 302
    assert "Rows taken over" in client.get(done.url).content.decode()
    upload = Upload.objects.get()
    tasks.take_file_over(upload.pk)
    tasks.take_file_over(upload.pk)
    assert "It is all here" in client.get(done.url).content.decode()
    assert Progress.objects.get().state == "done"
    upload.refresh_from_db()
    assert bytes(upload.data) == b""
    assert queries.sums_agree().difference == 0
    assert queries.fund("share_capital").resource.accounting_quantity == 160000


def test_the_page_of_columns_reads_no_file(village: Village) -> None:
    client = as_(village, village.li_na)
    address = send(client, as_csv(village_file()))
    Upload.objects.update(data=b"\x00gone")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert (page.status_code, page.context["count"]) == (200, len(village_file()))
    assert len(page.context["sample"]) == SAMPLE_ROWS
    assert not any('"paper_upload"."data"' in query["sql"] for query in asked)


def test_a_wrong_guess_is_put_right_and_a_difference_is_asked_about(village: Village) -> None:
    header = [*HEADER[:1], "Who", *HEADER[2:]]
    client = as_(village, village.li_na)
    address = send(client, as_csv([["member", "Li", "", "", "", "", "", "", "5.00", "", ""]], header))
    mapped = answers(address, client) | {"household": ""}
    assert mapped["name"] == ""
    assert client.post(address, mapped).status_code == 422
    checked = client.post(address, mapped | {"name": "1"}).url
    assert "do not agree" in client.get(checked).content.decode()
    assert client.post(checked, {"key": "yes"}).status_code == 422
    assert client.post(checked, {"key": "yes2", "accept": "on"}).status_code == 302
    tasks.take_file_over(Upload.objects.get().pk)
    assert village.fund("opening_difference") == -500


def test_a_balance_in_cents_among_whole_ones_is_asked_about(village: Village) -> None:
    """One household's 356.70 was typed as 35670: the page names the row, and one tick more takes it."""
    people = [["member", f"M{number}", "", "", "", "", "", "", f"{100 + number}.00", "", ""] for number in range(6)]
    odd = ["member", "Amina Odd", "", "", "", "", "", "", "35670.00", "", ""]
    bank = ["bank", "Rural bank", "", "", "", "", "", "", "36285.00", "", ""]
    client = as_(village, village.li_na)
    address = send(client, as_csv([*people, odd, bank]))
    checked = client.post(address, answers(address, client)).url
    page = client.get(checked).content.decode().replace("\xa0", " ")
    assert "Row 8, Amina Odd:" in page
    assert "times what is usual in this file" in page
    assert page.count("times what is usual in this file") == 1
    asked = client.post(checked, {"key": "yes"})
    assert asked.status_code == 422
    assert "send a corrected file" in asked.content.decode()
    assert client.post(checked, {"key": "yes", "right": "on"}).status_code == 302


def test_a_large_file_is_looked_at_by_the_worker(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_(village, village.li_na)
    small, address = send(client, as_csv(FEW)), send(client, as_csv(village_file()), "large")
    rows, here = len(village_file()), Membership.objects.filter(until=None).count()
    monkeypatch.setattr(imports, "MOST_AT_ONCE", rows + here - 1)
    assert client.post(small, answers(small, client)).url.startswith("/money/opening/")
    mapped = answers(address, client) | {"key": "map large"}
    assert client.post(address, mapped | {"name": "", "household": "", "surname": ""}).status_code == 422
    with CaptureQueriesContext(connection) as asked:
        watched = client.post(address, mapped)
    assert not any('"paper_upload"."data"' in query["sql"] for query in asked)
    made = Errand.objects.get()
    assert (watched.url, made.back) == (reverse("errand", args=[made.pk]), address)
    assert client.post(address, mapped).url == watched.url
    jobs.run_job.func(*jobs.marked("kernel.errand", [str(made.pk)], f"job:{made.pk}"))
    made.refresh_from_db()
    assert (made.state, made.sentence) == (Errand.State.DONE, "Every row was looked at.")
    assert "The sums agree" in client.get(made.url).content.decode()
    assert client.post(made.url, {"key": "yes"}).status_code == 302


FEW = [
    ["member", "Li", "", "", "", "", "", "", "1.00", "", ""],
    ["member", "Jo", "", "", "", "", "", "", "900", "", ""],
]


@pytest.mark.parametrize("rows", [village_file(), FEW], ids=["alike", "few"])
def test_nothing_is_asked_where_amounts_are_alike_or_too_few(village: Village, rows: list[list[str]]) -> None:
    client = as_(village, village.li_na)
    address = send(client, as_csv(rows))
    checked = client.post(address, answers(address, client)).url
    assert "usual in this file" not in client.get(checked).content.decode()


def test_no_file_breaks_the_page(village: Village) -> None:
    client = as_(village, village.li_na)
    for data in (b"", b"\x00\x01\x02" * 50, b"PK\x03\x04broken", b'"unclosed\n1,2'):
        file = SimpleUploadedFile("x.csv", data)
        answer = client.post("/money/opening/", {"key": "k", "file": file, "on": clock.today().isoformat()})
        assert answer.status_code in (302, 422)
    assert as_(village, village.amina).get("/money/opening/").status_code == 403


LEFT_OUT = [
    ["member", "Li", "", "", "", "", "", "", "much", "", ""],
    ["bank", "Rural bank", "", "", "", "", "", "", "", "", ""],
    ["cash", "Old box", "", "", "", "", "", "", "", "", ""],
]


def test_a_file_of_which_every_row_is_left_out_says_so_and_why(village: Village) -> None:
    client = as_(village, village.li_na)
    address = send(client, as_csv(LEFT_OUT))
    checked = client.post(address, answers(address, client)).url
    page = client.get(checked).content.decode()
    assert "Nothing of this file was read. 2 rows: The balance is missing. 1 row:" in page
    assert "The sums agree" not in page
    assert page.count("Take it over") == 1, "the step of that name, and no button"
    assert client.post(checked, {"key": "yes"}).status_code == 422
    assert not Progress.objects.exists()


def test_what_was_left_out_is_named_at_the_end(village: Village) -> None:
    client = as_(village, village.li_na)
    address = send(client, as_csv([*village_file(), LEFT_OUT[0]]))
    checked = client.post(address, answers(address, client)).url
    done = client.post(checked, {"key": "yes"}).url
    tasks.take_file_over(Upload.objects.get().pk)
    page = client.get(done).content.decode()
    assert f"{len(village_file())} rows are here" in page
    assert "1 row was left out" in page
    assert f"Row {len(village_file()) + 2}, Li:" in page
    assert "It is all here" not in page
