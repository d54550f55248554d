#!/bin/sh
# Everything about the source that needs no test run. Goes through all checks and names those that failed.
set -u
cd "$(dirname "$0")/.."
failed=
# Settings make a folder, a key and a node id; a check leaves none of them behind.
folder=$(mktemp -d)
COSMOLOCAL_HOME=$folder/home
export COSMOLOCAL_HOME COSMOLOCAL_TEST=1
trap 'rm -rf "$folder"' EXIT

check() {
    name=$1
    shift
    if "$@" >"$folder/out" 2>&1; then
        echo "ok       $name"
    else
        failed="$failed $name"
        echo "FAILED   $name"
        cat "$folder/out"
    fi
}

check format .venv/bin/ruff format --check .
check templates .venv/bin/djhtml --tabwidth 2 --check src
check lint .venv/bin/ruff check .
check spelling .venv/bin/codespell
check types .venv/bin/mypy
check layers .venv/bin/lint-imports --no-logo
check migrations .venv/bin/django-admin makemigrations --check --dry-run --settings cosmolocal.config.settings
check tree .venv/bin/python tools/tree.py
check reference .venv/bin/python tools/reference.py --check

if [ -n "$failed" ]; then
    echo
    echo "make check failed:$failed"
    exit 1
fi
