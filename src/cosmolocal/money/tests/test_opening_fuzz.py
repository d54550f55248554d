"""Whatever somebody sends in as opening books: a sentence, a verdict for each row, and never a crash."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import imports
from cosmolocal.money.tests.test_opening import HEADER, as_csv, bring_in, village_file
from cosmolocal.money.tests.village import Village

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["1,234", "1.234,50", "-0", "٣٫٥", "１２", "1e9", "9" * 40, "=1+1", "<b>", "2024-02-30", "bank", "\x00"]
    ),
)
PLACES = st.tuples(st.integers(0, 26), st.integers(0, 10), CELLS)


def judged(village: Village, data: bytes) -> imports.Outcome | None:
    with contextlib.suppress(Refusal):
        return bring_in(village, data, dry_run=True)
    return None


@given(data=st.binary(max_size=400))
def test_bytes_are_refused_in_words(village: Village, data: bytes) -> None:
    judged(village, data)


@settings(max_examples=40)
@given(wrong=st.lists(PLACES, min_size=1, max_size=12), column=st.integers(0, 10), title=CELLS)
def test_a_mangled_file_gets_a_verdict_for_each_row(
    village: Village, wrong: list[tuple[int, int, str]], column: int, title: str
) -> None:
    rows, header = village_file(), list(HEADER)
    for row, place, text in wrong:
        rows[row][place] = text
    header[column] = title
    outcome = judged(village, as_csv(rows, header))
    if outcome is not None:
        assert {row.verdict for row in outcome.rows} <= {"new", "changed", "same", "refused"}
        assert outcome.lines()
