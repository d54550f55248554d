#!/bin/sh
# Runs the tests: `fast` (SQLite, no browser), `landing` (SQLite with browser, SQLite at another time, PostgreSQL at a
# third one), `all` (with the long runs, and with breaks of the source that a test must notice). Further arguments go to
# pytest. Every part is run, whatever the others say.
set -u
cd "$(dirname "$0")/.."
kind="${1:-landing}"
[ $# -eq 0 ] || shift
workers="${TEST_WORKERS:-2}"
pytest=".venv/bin/python -m pytest -q -n $workers --dist worksteal --durations 10 --durations-min 10"
[ "$kind" = all ] && export COSMOLOCAL_TEST_ALL=1
unset DATABASE_URL

# Each test begins there (tests/harness.py): the last half hour of a year, where UTC has the same day; and the first
# half hour of a leap day, where UTC still has the day before. Most tests live in China. At New Year runs only what may
# depend on the time: tests that stand at one of their own (the fixture `timeless`) run once on each database.
new_year="2026-12-31T23:30:00+08:00"
leap_day="2028-02-29T00:30:00+08:00"

if [ "$kind" = fast ]; then
    exec $pytest -m "not browser and not long" "$@"
fi

echo "== SQLite, with browser =="
$pytest "$@"
sqlite=$?

echo "== SQLite, at $new_year =="
COSMOLOCAL_TEST_AT=$new_year COSMOLOCAL_TEST_OTHER_TIME_ONLY=1 COSMOLOCAL_TEST_ALL=0 \
    $pytest -m "not browser and not long and not processes" "$@"
later=$?

echo "== PostgreSQL, at $leap_day =="
export COSMOLOCAL_TEST_AT=$leap_day
.venv/bin/python tools/postgres.py -- $pytest -m "not browser and not once" "$@"
postgres=$?
if [ "$postgres" = 77 ]; then
    echo
    echo "!!! NOT TESTED ON POSTGRESQL: it is not on this machine. A third of what a landing needs did not run. !!!"
    echo "!!! Install it (Debian: apt-get install postgresql) and run make test again.                          !!!"
    [ "${CI:-}" = true ] || postgres=0
fi

breaks=0
if [ "$kind" = all ]; then
    echo "== Breaks that a test must notice =="
    unset COSMOLOCAL_TEST_AT
    COSMOLOCAL_TEST_ALL=0 .venv/bin/python tools/mutate.py
    breaks=$?
fi

said() { [ "$1" = 0 ] && echo passed || echo "FAILED ($1)"; }
echo
echo "SQLite: $(said $sqlite)   SQLite at another time: $(said $later)   PostgreSQL: $(said $postgres)"
[ "$kind" != all ] || echo "Breaks: $(said $breaks)"
for status in $sqlite $later $postgres $breaks; do
    [ "$status" = 0 ] || exit "$status"
done
