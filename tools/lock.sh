#!/bin/sh
# Resolves pyproject.toml into the two hashed locks; dev first, so that run has the very same versions.
# uv is taken from the PATH, or from an environment of its own that is thrown away.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    "${PYTHON:-python3}" -m venv "$scratch"
    "$scratch/bin/python" -m pip --quiet --disable-pip-version-check install uv
    uv="$scratch/bin/uv"
fi
# uv lock would write addresses into its file; pip compile without annotations writes none.
compile="$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links"
$compile --extra build --extra dev pyproject.toml -o requirements/dev.txt
$compile --extra build -c requirements/dev.txt pyproject.toml -o requirements/run.txt
echo "requirements/run.txt: $(grep -c '==' requirements/run.txt) packages, requirements/dev.txt: $(grep -c '==' requirements/dev.txt)"
