# One virtual environment, made on first use; every other target stands on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

report: $(READY) ## run `ctxguard report` on sample_repo
	$(BIN)/ctxguard report sample_repo

test: $(READY) ## run the tests, without the slow ones
	$(BIN)/pytest -q -n auto -m "not slow"

test-all: test $(VENV)/.consumers ## run all tests
	$(BIN)/pytest -q -n auto -m slow

lint: $(READY) ## ruff, mypy and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench ## compare with du, docker and others on large trees (minutes)
	$(BIN)/python -m benchmarks

conformance: $(READY) ## compare with a real docker, on random trees
	$(BIN)/python -m tests.conformance.live

clean: ## remove the environment and the caches
	rm -rf $(VENV) .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ctxguard needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install -q --editable . --group dev
	@touch $@

$(VENV)/.bench: $(READY)
	$(BIN)/python -m pip install -q --group bench
	@touch $@

# Without npm, the tests of what it brings are skipped.
$(VENV)/.consumers: $(READY) tests/consumers/package.json
	@mkdir -p $(VENV)/consumers
	@cp tests/consumers/package.json $(VENV)/consumers/
	@command -v npm >/dev/null || { echo "npm is missing, so its tests are skipped" >&2; exit 0; }; \
	  npm install --prefix $(VENV)/consumers --no-package-lock --no-audit --no-fund --silent
	@touch $@

.PHONY: help report test test-all lint format bench conformance clean
