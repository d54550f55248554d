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
# depend on the time: tests that stand at one of their own (the fixture `timeless`) run once on each database, and what
# asks no database (`once`) runs once.
new_year="2026-12-31T23:30:00+08:00"
leap_day="2028-02-29T00:30:00+08:00"
# In which zone the machine stands must not matter either: far in the west at New Year, far in the east on the leap day.
west="America/Los_Angeles"
east="Asia/Shanghai"

if [ "$kind" = fast ]; then
    exec $pytest -m "not browser and not long" "$@"
fi

said="" failed=0

# part NAME COMMAND…: run it; `status` is what it ended with. What it said and how long it took is told at the end.
part() {
    name="$1" began=$(date +%s)
    shift
    echo "== $name =="
    "$@"
    status=$?
    if [ "$status" = 77 ] && [ "${CI:-}" != true ]; then
        result="NOT TESTED"
    elif [ "$status" = 0 ]; then
        result=passed
    else
        result="FAILED ($status)"
        [ "$failed" != 0 ] || failed=$status
    fi
    took=$(($(date +%s) - began))
    said="$said$(printf '%-46s %-13s %3d min %02d s' "$name" "$result" $((took / 60)) $((took % 60)))
"
}

part "SQLite, with browser" $pytest "$@"
part "SQLite, at $new_year" env TZ=$west COSMOLOCAL_TEST_AT=$new_year COSMOLOCAL_TEST_OTHER_TIME_ONLY=1 COSMOLOCAL_TEST_ALL=0 \
    $pytest -m "not browser and not long and not processes and not once" "$@"
part "PostgreSQL, at $leap_day" env TZ=$east COSMOLOCAL_TEST_AT=$leap_day \
    .venv/bin/python tools/postgres.py -- $pytest -m "not browser and not once" "$@"
if [ "$status" = 77 ]; then
    echo
    echo "!!! NOT TESTED ON POSTGRESQL: it is not on this machine. A third of what a landing needs did not run. !!!"
    echo "!!! Install it (Debian: apt-get install postgresql) and run make test again.                          !!!"
fi
if [ "$kind" = all ]; then
    part "Breaks that a test must notice" env COSMOLOCAL_TEST_ALL=0 .venv/bin/python tools/mutate.py
fi

printf '\n%s' "$said"
exit "$failed"
