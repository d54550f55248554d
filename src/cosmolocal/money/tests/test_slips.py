"""A sum far above what usually goes over an account is asked about before it is booked."""

import pytest
from django.http import QueryDict

from cosmolocal.money import forms, queries
from cosmolocal.money import operations as money
from cosmolocal.money.tests.test_pages import as_
from cosmolocal.money.tests.village import Village


def test_a_sum_far_above_what_is_usual_is_asked_about(village: Village) -> None:
    account = village.account(village.amina)
    village.top_up(village.amina, 3567)
    assert queries.usual_amount(account) == 3567
    sent = QueryDict(mutable=True)
    sent.update({"amount": "3567", "box": village.bank.pk, "account": f"#{account.pk}", "on": ""})
    form = forms.ComeInForm(sent, currency=account.currency)
    assert not form.is_valid()
    assert [answer.value for answer in form.fields["amount"].question.answers] == ["amount=3567", "amount=356700"]
    sent["sure"] = "amount=3567"
    form = forms.ComeInForm(sent, currency=account.currency)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == 3567


def test_a_limit_far_from_what_all_others_have_is_asked_about(village: Village) -> None:
    for holder in (village.amina, village.wei):
        money.set_limits(by=village.house, account=village.account(holder), warn_below=0, floor=-300_000)
    account = village.account(village.li_na)
    page = f"/money/accounts/{account.pk}/limits/"
    client = as_(village, village.wei)
    sent = {"key": "l", "warn_below": "0", "floor": "-500000"}
    asked = client.post(page, sent)
    assert asked.status_code == 422
    assert [answer.value for answer in asked.context["form"].fields["floor"].question.answers] == [
        "floor=-50000",
        "floor=-500000",
        "floor=-50000000",
    ]
    assert queries.balance(account).floor == 0
    assert client.post(page, {**sent, "sure": "floor=-500000"}).status_code == 302
    assert queries.balance(account).floor == -500_000
    assert client.post(page, {**sent, "key": "m", "floor": "-500000", "sure": "floor=-50000000"}).status_code == 302
    assert queries.balance(account).floor == -50_000_000


@pytest.mark.parametrize(("floor", "warn"), [("-3000", "0"), ("-8000", "-20"), ("0", "50"), ("5", "10")])
def test_a_limit_like_the_others_is_not_asked_about(village: Village, floor: str, warn: str) -> None:
    money.set_limits(by=village.house, account=village.account(village.amina), warn_below=0, floor=-300_000)
    account = village.account(village.li_na)
    sent = {"key": "l", "warn_below": warn, "floor": floor}
    assert as_(village, village.wei).post(f"/money/accounts/{account.pk}/limits/", sent).status_code == 302


@pytest.mark.parametrize(("name", "typed"), [("start_floor", "-500000"), ("warn_below", "500000")])
def test_a_level_far_from_what_stands_is_asked_about(village: Village, name: str, typed: str) -> None:
    money.change_levels(by=village.house, currency=village.currency, warn_below=0, start_floor=-300_000)
    sent = {"key": "l", "warn_below": "0", "start_floor": "-3000", name: typed}
    client = as_(village, village.li_na)
    asked = client.post("/money/levels/", sent)
    assert asked.status_code == 422
    meant = typed  # 5,000.00 in minor units, typed without its mark
    assert f'name="sure" value="{name}={meant}"' in asked.content.decode()
    assert queries.default_currency().start_floor == -300_000
    assert client.post("/money/levels/", {**sent, "sure": f"{name}={meant}"}).status_code == 302
    village.currency.refresh_from_db()
    assert getattr(village.currency, name) == int(meant)
