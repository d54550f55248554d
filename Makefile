# Every command of the project. Everything is installed in .venv; nothing is asked.
PORT ?= 8000
python := .venv/bin/python

.PHONY: help run demo test test-fast test-all check bench bench-peers reference lock format clean dev

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

run:  ## serve the demo local at http://localhost:8000 (PORT=8001 changes it)
	@tools/venv.sh run
	@exec .venv/bin/cosmolocal demo --port $(PORT)

demo:  ## make the data of the demo local anew; then make run
	@tools/venv.sh run
	@.venv/bin/cosmolocal demo --fresh --no-serve

test: dev  ## what a landing needs: SQLite with a real browser, then PostgreSQL
	@tools/system.sh chromium postgresql fonts poppler || [ "$$CI" != true ]
	@[ "$$CI" != true ] || tools/system.sh nginx caddy || true
	@tools/test.sh landing

test-fast: dev  ## SQLite, no browser: under two minutes
	@tools/test.sh fast

test-all: dev  ## the long runs: all seeds, the full access matrix, fuzzing, breaks that a test must notice
	@tools/system.sh chromium postgresql fonts poppler || [ "$$CI" != true ]
	@[ "$$CI" != true ] || tools/system.sh nginx caddy || true
	@tools/test.sh all

check: dev  ## format, lint, types, layers, migrations, reference
	@tools/check.sh

bench: dev  ## every benchmark, both databases, one row each
	@tools/system.sh postgresql || true
	@$(python) -m benchmarks

bench-peers: dev  ## the peers' own environment, for the peer columns
	@$(python) -m benchmarks --install-peers

reference: dev  ## write docs/reference from the source
	@$(python) tools/reference.py

format: dev  ## put every Python file and template into the house format
	@.venv/bin/ruff check --quiet --select I --fix . && .venv/bin/ruff format .
	@.venv/bin/djhtml --tabwidth 2 src

lock:  ## resolve pyproject.toml into requirements/*.txt
	@tools/lock.sh

clean:  ## remove what was built (never ./data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build

dev:
	@tools/venv.sh dev
