"""Benchmarks still run when what they measure has moved: they reach into the house by its names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALL = """
import django
django.setup()
from django.utils.module_loading import import_string
from benchmarks.catalogue import BENCHMARKS
for benchmark in BENCHMARKS:
    assert callable(import_string(benchmark.run)), benchmark.name
"""


@pytest.mark.once
def test_each_benchmark_is_there(tmp_path: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.empty_settings", "COSMOLOCAL_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", ALL]
    environment = os.environ | settings
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.processes
@pytest.mark.once
def test_orders_are_placed_and_counted_beside_an_empty_page() -> None:
    command = [sys.executable, "-m", "benchmarks", "order", "--quick", "--json", "--database", "SQLite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"name"')]
    assert row["name"] == "order"
    assert row["ours"] > 0
    assert row["limit"] > 0
