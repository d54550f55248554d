#!/bin/sh
# Makes .venv and installs one of the two locks into it: `tools/venv.sh run` or `tools/venv.sh dev`.
# Says nothing and takes no time when that lock is already installed.
set -eu
cd "$(dirname "$0")/.."
lock="${1:-dev}"

# What pyproject.toml says about tools installs nothing.
sum_of() { { cat "requirements/$1.txt"; sed '/^\[tool/,$d' pyproject.toml; } | cksum; }
installed() { [ -f ".venv/installed-$1" ] && [ "$(cat ".venv/installed-$1")" = "$(sum_of "$1")" ]; }
works() { [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null; }

if works; then
    if installed dev || { [ "$lock" = run ] && installed run; }; then exit 0; fi
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
if ! works; then
    python=
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "cosmolocal needs Python 3.11 or newer, and found none. Install it, or name it: make PYTHON=/path/to/python3.11" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)"
    # Debian keeps the part of Python that fills a new environment in a package of its own.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        tools/system.sh "python$version-venv"
    fi
    "$python" -m venv --clear .venv
fi

echo "Installing requirements/$lock.txt (once; later runs skip this)"
rm -f .venv/installed-run .venv/installed-dev
pip="$(pwd)/.venv/bin/python -m pip --disable-pip-version-check -qq install"
$pip --require-hashes -r "requirements/$lock.txt"
$pip --no-deps --no-build-isolation -e .
sum_of "$lock" >".venv/installed-$lock"
