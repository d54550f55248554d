"""A list of thousands of payees: a page sends what was changed and no more, each tab keeps its own."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from cosmolocal.agents import operations as agents
from cosmolocal.money import operations as money
from cosmolocal.money import payees
from cosmolocal.money.models import Account, PaymentList
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village
from cosmolocal.money.views import payouts

ADDRESS = "/money/payouts/new/"


@pytest.fixture
def farms(village: Village) -> list[Account]:
    """Seven farms, to which 1.00, 2.00 ... 7.00 are owed."""
    found = []
    for number in range(1, 8):
        farm = agents.add_producer(by=village.house, name=f"Farm {number}")
        account = money.open_account(by=village.house, holder=farm, kind="producer")
        village.top_up(village.amina, number * 100)
        source = village.account(village.amina)
        money.transfer(by=village.wei, source=source, target=account, amount=number * 100, reason="producer")
        found.append(account)
    return found


@pytest.fixture
def wei(village: Village, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(payouts, "PAYEES", 3)
    return as_(village, village.wei)


def form_of(page: str) -> dict[str, str]:
    """What the button sends."""
    [form] = re.findall(r'<form class="form" method="post".*?</form>', page, re.DOTALL)
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", form)]
    kept = [one for one in inputs if one.get("type") not in ("radio", "submit")]
    return {one["name"]: one.get("value", "") for one in kept}


def names(page: str) -> list[str]:
    return re.findall(r">(Farm \d)</a>", page)


def lines(made: PaymentList) -> dict[str, int]:
    return {str(line.account): line.amount for line in made.payments.select_related("account__holder")}


def test_a_page_sends_no_field_for_whom_it_did_not_change(village: Village, farms: list[Account], wei: Client) -> None:
    page = wei.get(ADDRESS).content.decode()
    assert names(page) == ["Farm 1", "Farm 2", "Farm 3"]
    assert "7 are paid" in page
    assert set(form_of(page)) - {"csrfmiddlewaretoken"} == {"key", "begin", "changed", "seen", "name"}
    assert names(wei.get(f"{ADDRESS}?page=3").content.decode()) == ["Farm 7"]
    assert names(wei.get(f"{ADDRESS}?q=farm+5").content.decode()) == ["Farm 5"]


def test_amounts_are_changed_on_any_page_and_two_tabs_keep_their_own(
    village: Village, farms: list[Account], wei: Client
) -> None:
    first = wei.get(ADDRESS, {"who": farms[6].pk, "amount": "1.50", "page": "3"})["Location"]
    assert parse_qs(urlsplit(first).query)["page"] == ["3"]
    first = wei.get(f"{first}&who={farms[0].pk}&amount=0")["Location"]
    other = wei.get(f"{ADDRESS}?begin=nobody&who={farms[1].pk}&full=1")["Location"]
    assert "6 are paid" in wei.get(first).content.decode()
    assert "1 is paid" in wei.get(other).content.decode()
    sent = form_of(wei.get(other).content.decode()) | {"box": str(village.bank.pk)}
    late = form_of(wei.get(first).content.decode()) | {"box": str(village.bank.pk)}
    for _click in range(2):
        assert wei.post(ADDRESS, sent).status_code == 302
    [made] = PaymentList.objects.all()
    assert lines(made) == {"Farm 2": 200}
    answer = wei.post(ADDRESS, late)  # what it shows is not so any more
    assert answer.status_code == 422
    assert "Look at the amounts once more" in answer.content.decode()
    again = form_of(answer.content.decode())
    assert again["changed"] == late["changed"]
    assert wei.post(ADDRESS, again | {"box": str(village.bank.pk)}).status_code == 302
    made = PaymentList.objects.exclude(pk=made.pk).get()
    assert lines(made) == {"Farm 3": 300, "Farm 4": 400, "Farm 5": 500, "Farm 6": 600, "Farm 7": 150}
    whole = wei.get(f"/money/payouts/{made.pk}/").content.decode()
    assert names(whole) == ["Farm 3", "Farm 4", "Farm 5"]
    assert names(wei.get(f"/money/payouts/{made.pk}/?q=7").content.decode()) == ["Farm 7"]


def test_a_number_that_is_too_large_or_none_keeps_the_rest(village: Village, farms: list[Account], wei: Client) -> None:
    for typed in ("7.01", "many", "-1"):
        state = {"who": farms[2].pk, "amount": typed, "changed": f"{farms[0].pk}-50"}
        answer = wei.get(ADDRESS, state)
        assert answer.status_code == 422
        assert form_of(answer.content.decode())["changed"] == f"{farms[0].pk}-50"
        assert typed in answer.content.decode()
    assert wei.get(ADDRESS, {"changed": "x-1.2-", "who": "9" * 30, "amount": "1"}).status_code == 200


def test_more_changes_than_an_address_holds_are_refused_in_words(
    village: Village, farms: list[Account], wei: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payees, "MOST_CHANGED", 1)
    answer = wei.get(ADDRESS, {"changed": f"{farms[0].pk}-50", "who": farms[1].pk, "amount": "1"})
    assert answer.status_code == 200
    assert "Many amounts were changed" in answer.content.decode()
    assert form_of(answer.content.decode())["changed"] == f"{farms[0].pk}-50"
