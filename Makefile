# Yiwang. `make help` explains itself.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

help: ## what each target does
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: packages .venv/.ready assets ## prepare everything: system packages where allowed, virtual environment, pages' assets

packages: ## system packages; installs them as root, otherwise names what is missing
	@.ci/packages running

.venv/.ready: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Missing: python3-venv. Install it with: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

assets: .venv/.ready ## pages' styles and scripts, and the fonts of printed documents, into ignored folders
	@.ci/node
	@$(BIN)/python portal/assets/build.py
	@$(BIN)/python -m licensing.build_fonts

demo: setup ## the whole portal on this machine, with sample data; ends in `ready http://127.0.0.1:8000`
	@exec $(BIN)/yiwang demo

test: setup ## the whole test suite, browser tests included; what is killed on purpose is killed when all else is done
	@.ci/packages testing
	$(BIN)/pytest tests --ignore tests/faults -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest tests/faults -n 2 --dist loadfile --no-loadscope-reorder

unit: .venv/.ready ## the fast tests only
	$(BIN)/pytest tests/unit

endurance: setup ## the great numbers: every item to its result, 1,000 faulty calls, 500 decisions, 100,000 random deeds, 1,000 races; takes a while
	@.ci/packages testing
	YIWANG_WALK=all $(BIN)/pytest tests/browser/test_every_result.py
	YIWANG_CALLS=1000 $(BIN)/pytest tests/integration/sharing/test_call_faults.py
	YIWANG_BYTES=1000 YIWANG_GUESSES=10000 YIWANG_DECISIONS=500 $(BIN)/pytest tests/integration/printing/test_verifying.py tests/integration/licensing/test_showing.py tests/integration/licensing/test_exactly_once.py
	YIWANG_XES_MB=500 $(BIN)/pytest tests/unit/oversight/mining/test_foreign_logs.py
	YIWANG_CITY_CASES=20000 $(BIN)/pytest tests/integration/oversight/test_from_the_ledger.py
	YIWANG_BENT=2000 $(BIN)/pytest tests/unit/storage/test_bent_evidence.py
	YIWANG_WALL_MINUTES=14 $(BIN)/python -m tests.bench.wall
	YIWANG_PATIENT=yes $(BIN)/pytest tests/contracts/test_s3_faults.py
	YIWANG_ATTEMPTS=10000 $(BIN)/pytest tests/integration/identity/test_guessing.py
	YIWANG_EXPLORE=yes YIWANG_STEPS=100000 YIWANG_RACES=1000 $(BIN)/pytest tests/integration/applications/test_any_deed.py tests/integration/applications/test_any_deed_for_real.py tests/integration/applications/test_races.py

check: .venv/.ready ## style, types, arrows between packages, no surprises in migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/architecture

bench: setup ## speed and memory, printed as ratios; asserts nothing
	@.ci/packages testing
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.ledger_proofs

bench-oversight: setup ## a generated city with planted misconduct: what the measures find, and how fast the board is (YIWANG_CITY=1000000, YIWANG_PLANT=yes|no)
	$(BIN)/python -m tests.bench.oversight
	$(BIN)/python -m tests.bench.board

lock: ## pin every dependency anew, with hashes and without addresses (needs `uv` on the path)
	uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade -o requirements.txt

clean: ## remove what was built; keeps ./var
	rm -rf .venv portal/static licensing/fonts portal/assets/node_modules .mypy_cache .ruff_cache .import_linter_cache

.PHONY: help setup packages assets demo test unit check endurance bench bench-oversight lock clean
