#!/bin/sh
# Runs the tests: `fast` (SQLite, no browser), `landing` (SQLite with browser, then PostgreSQL), `all` (with the long runs).
# Further arguments go to pytest. Both databases are always run; the first failure decides the status.
set -u
cd "$(dirname "$0")/.."
kind="${1:-landing}"
[ $# -eq 0 ] || shift
workers="${TEST_WORKERS:-2}"
pytest=".venv/bin/python -m pytest -q -n $workers --dist worksteal --durations 10 --durations-min 10"
[ "$kind" = all ] && export COSMOLOCAL_TEST_ALL=1
unset DATABASE_URL

if [ "$kind" = fast ]; then
    exec $pytest -m "not browser and not long" "$@"
fi

echo "== SQLite, with browser =="
$pytest "$@"
sqlite=$?

echo "== PostgreSQL =="
.venv/bin/python tools/postgres.py -- $pytest -m "not browser and not once" "$@"
postgres=$?
if [ "$postgres" = 77 ]; then
    echo
    echo "!!! NOT TESTED ON POSTGRESQL: it is not on this machine. Half of what a landing needs did not run. !!!"
    echo "!!! Install it (Debian: apt-get install postgresql) and run make test again.                        !!!"
    [ "${CI:-}" = true ] || postgres=0
fi

echo
echo "SQLite: $([ $sqlite = 0 ] && echo passed || echo "FAILED ($sqlite)")   PostgreSQL: $([ $postgres = 0 ] && echo passed || echo "FAILED ($postgres)")"
[ "$sqlite" = 0 ] || exit "$sqlite"
exit "$postgres"
