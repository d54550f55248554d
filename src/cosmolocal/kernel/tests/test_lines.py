"""Names are one line of visible letters, whichever deed writes them."""

import unicodedata

import pytest
from django.apps import apps
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from cosmolocal.kernel.columns import LineField
from cosmolocal.kernel.lines import one_line

pytestmark = pytest.mark.once

# Columns with such a name hold a line somebody typed; codes of ours, and what only we write, are listed below.
TYPED = {"name", "label", "subject", "number", "reference", "payer", "phone", "bank_name", "place_name", "sku", "lot"}
OURS = {
    "agents.Role.name",
    "agents.Try.name",
    "catalog.PackVersion.label",
    "catalog.PackVersion.name",
    "flows.Unit.label",
    "kernel.JobTrouble.name",
    "kernel.TimerRun.name",
}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Huang\r\nBcc: all@example.org", "Huang Bcc: all@example.org"),
        ("  two \t words\x0b\u2028here ", "two words here"),
        ("a\x00b\x7f\x1b[31m", "a b [31m"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2066iso\u2069late\u200b\ufeff", "isolate"),
        ("Gar\u0061\u0301ge", "Garáge"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🌾 Amina", "👩\u200d🌾 Amina"),
        ("黄大成 Huang", "黄大成 Huang"),
        ("\u200b\u202e\n\x00", ""),
        ("\u200d\u200e", ""),
        ("\ud800x", "x"),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@given(st.text())
def test_nothing_hides_and_twice_is_once(typed: str) -> None:
    kept = one_line(typed)
    assert one_line(kept) == kept
    assert kept == kept.strip()
    assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") for letter in kept)
    assert not any("\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069" for letter in kept)


def test_each_column_for_a_name_keeps_one_line_only() -> None:
    plain = [
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        if model.__module__.startswith("cosmolocal.")
        for column in model._meta.local_fields
        if column.name in TYPED and isinstance(column, models.CharField) and not isinstance(column, LineField)
    ]
    assert set(plain) == OURS
