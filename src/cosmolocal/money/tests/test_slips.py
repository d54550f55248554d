"""A sum far above what usually goes over an account is asked about before it is booked."""

from django.http import QueryDict

from cosmolocal.money import forms, queries
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
