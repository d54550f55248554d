"""Every operation, refusal, job, practice field and setting stands in docs/reference, as the source is."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture import source
from tools import reference, tables

pytestmark = pytest.mark.once


@pytest.mark.parametrize("page", ["operations.md", "refusals.md", "jobs.md", "practice.md", "commands.md", "tables.md"])
def test_page_says_what_the_source_says(page: str) -> None:
    written = (reference.PAGES / page).read_text(encoding="utf-8")
    assert written == reference.pages()[page], "run `make reference`"


def test_a_table_that_stands_nowhere_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    for known, label in ((tables.OPERATIONAL, "agents.Try"), (tables.DERIVED, "account.EmailAddress")):
        with monkeypatch.context() as patch:
            patch.delitem(known, label)
            with pytest.raises(ValueError, match=label):
                tables.page("")
    monkeypatch.setitem(tables.OPERATIONAL, "agents.Role", "no longer sealed?")
    with pytest.raises(ValueError, match=r"agents\.Role"):
        tables.page("")


def test_no_reason_is_left_of_a_table_that_is_gone() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert {*tables.DERIVED, *tables.OPERATIONAL, *tables.VOUCHED} <= labels


def test_every_setting_is_explained_and_every_explained_setting_is_read() -> None:
    text = (reference.PAGES / "settings.md").read_text(encoding="utf-8")
    explained = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert explained == reference.environment()


def test_operations_and_refusals_are_found_by_reading() -> None:
    """The scan sees what Django has loaded, so nothing is declared in a way that it overlooks."""
    from cosmolocal.kernel import operation as kernel_operation

    loaded = {code for code, spec in kernel_operation.declared.items() if ".tests." not in spec.run.__module__}
    assert loaded <= set(reference.declared("operation"))


def test_every_refusal_has_a_literal_code() -> None:
    """A code made at run time can be neither documented nor translated."""
    offenders = []
    for place, path in source.modules():
        for call in _calls(path, "Refusal"):
            if not call.args or not isinstance(call.args[0], ast.Constant):
                offenders.append(f"{place}:{call.lineno}")
    source.complain("Refusal takes a literal code", offenders)


def test_codes_belong_to_the_app_that_says_them() -> None:
    offenders = [
        f"{code} in {place}"
        for kind in ("operation", "job")
        for code, (place, _, _) in reference.declared(kind).items()
        if code.split(".")[0] not in place.split("/")
    ]
    source.complain("A code starts with its app's name", offenders)


def test_every_announced_job_is_there() -> None:
    """A job is named, not imported, so a name that nobody declares fails only when it runs."""
    offenders = []
    for place, path in source.modules():
        for call in [*_calls(path, "announce"), *_calls(path, "enqueue")]:
            name = call.args[0] if call.args else None
            if isinstance(name, ast.Constant) and name.value not in reference.declared("job"):
                offenders.append(f"{place}:{call.lineno}: {name.value}")
    source.complain("No such job", offenders)


def _calls(path: Path, function: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == function
    ]
