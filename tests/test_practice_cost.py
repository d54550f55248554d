"""What a practice costs is counted, and nothing that runs names one but the list of what is installed."""

import pytest

from tools import practice_cost

pytestmark = pytest.mark.once
OWN = "src/cosmolocal/practices/mill"
TREE = {
    f"{OWN}/practice.py": "one\ntwo\n",
    f"{OWN}/views/__init__.py": "",
    f"{OWN}/static/mill/mill.css": "a\n",
    f"{OWN}/templates/mill/home.html": "a\nb\nc\n",
    f"{OWN}/tests/test_mill.py": "a\n" * 7,
    f"{OWN}/migrations/0001_mill.py": "a\n" * 11,
    f"{OWN}/README.md": "a\n",
    "docs/practices/mill.md": "a\n" * 4,
    "docs/reference/jobs.md": "`mill.grind`\n",
    "src/cosmolocal/config/settings.py": '    "cosmolocal.practices.mill",\n',
    "src/cosmolocal/look/base.html": '{% button "Grind" to="mill:home" %}\n',
    "src/cosmolocal/website/tests/test_it.py": 'get("/mill/")\n',
    "src/cosmolocal/catalog/demo.py": "# flour of the mill; a treadmill.stop is none\n",
    "tools/tables.py": '"mill.Stone"\n',
}


def test_lines_are_counted_by_kind_and_files_that_name_it_apart() -> None:
    assert practice_cost.practices(TREE) == ["mill"]
    found = practice_cost.cost("mill", TREE)
    assert found.lines == {"code": 3, "templates": 3, "tests": 7, "docs": 5, "migrations": 11}
    assert found.whole == 13
    assert found.named_in == ("src/cosmolocal/config/settings.py", "src/cosmolocal/look/base.html")
    assert found.tested_in == ("src/cosmolocal/website/tests/test_it.py", "tools/tables.py")


def test_nothing_that_runs_names_a_practice_but_the_list_of_what_is_installed() -> None:
    files = practice_cost.checkout()
    there = practice_cost.practices(files)
    assert "shop" in there
    assert {practice: practice_cost.cost(practice, files).named_in for practice in there} == dict.fromkeys(
        there, ("src/cosmolocal/config/settings.py",)
    )


def test_it_prints_a_line_for_each_and_the_files_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert practice_cost.main(["shop"]) == 0
    printed = capsys.readouterr().out
    assert "  src/cosmolocal/config/settings.py\n" in printed
    assert "together" in printed
    assert practice_cost.main(["nothing"]) == 1
    assert "There are: " in capsys.readouterr().out
