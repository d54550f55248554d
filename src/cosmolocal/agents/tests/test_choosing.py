"""Of few people one is chosen from a list; of many her name or number is typed, and no page sends them all."""

import pytest
from django.core.exceptions import ValidationError

from cosmolocal.agents import choosing, forms, queries
from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def households() -> dict[str, Agent]:
    local = agents.found_local(by=queries.system(), draft=agents.LocalDraft("Here"))
    for name, number in (("Miller", "23"), ("Miller-Wu", "H7"), ("Okafor", "")):
        agents.add_member(by=local, name=f"{name} one", household_name=name, code=number)
    return {group.name: group for group in Agent.objects.filter(kind=Agent.Kind.HOUSEHOLD)}


def _sentence(typed: str) -> str:
    with pytest.raises(ValidationError) as refused:
        choosing.called(Agent.objects.filter(kind=Agent.Kind.HOUSEHOLD), typed)
    return refused.value.messages[0]


def test_somebody_is_found_by_name_number_and_as_she_is_written(households: dict[str, Agent]) -> None:
    everybody = Agent.objects.filter(kind=Agent.Kind.HOUSEHOLD)
    for name, typed in (("Miller", "miller"), ("Miller", "23"), ("Miller-Wu", " h7 "), ("Okafor", "kafo")):
        assert choosing.called(everybody, typed) == households[name]
    for household in households.values():
        assert choosing.called(everybody, choosing.written(household)) == household


def test_who_does_not_fit_is_said_in_words(households: dict[str, Agent]) -> None:
    assert "Several fit: Miller · 23" in _sentence("mill")
    assert "Nobody here is called “Nobody”" in _sentence("Nobody")
    for awkward in ("", "  ", "#", "#999999999999999999", "\x00", "²", "x" * 5000):
        assert "Nobody" in _sentence(awkward)


def test_many_people_are_typed_and_not_listed(households: dict[str, Agent], monkeypatch: pytest.MonkeyPatch) -> None:
    few = forms.PersonForm()
    assert "Okafor</option>" in str(few)
    monkeypatch.setattr(choosing, "MOST_LISTED", 2)
    many = forms.PersonForm()
    assert "Okafor" not in str(many)
    sent = forms.PersonForm({"name": "New", "role": "member", "household": "okafor"})
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["household"] == households["Okafor"]
    wrong = forms.PersonForm({"name": "New", "role": "member", "household": "Mill"})
    assert "Several fit" in wrong.errors["household"][0]
    assert 'value="Mill"' in str(wrong)
    assert forms.PersonForm({"name": "New", "role": "member"}).is_valid()
