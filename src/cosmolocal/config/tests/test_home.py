"""A folder that cannot hold a node is a sentence at every command, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once


def said(home: Path, *words: str) -> tuple[int, str]:
    command = [Path(sys.executable).with_name("cosmolocal"), *words, "--home", home]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("up", "--port", "1"), ("doctor",), ("backup",), ("code", "Amina")])
def test_a_folder_that_is_none_is_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    for home in (file, file / "below", Path("/proc/nowhere")):
        status, text = said(home, *words)
        assert status == 1
        assert "cannot be used" in text
        assert "Traceback" not in text


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator reads and writes everything")
@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_folder_of_somebody_else_is_a_sentence(tmp_path: Path, mode: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    try:
        status, text = said(home, "doctor")
    finally:
        home.chmod(0o700)
    assert status == 1
    assert "Traceback" not in text
