# Photo Sync. `make demo` and `make test` each do all of their own set-up.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

# Where `make demo` keeps its school, and what else to tell it: make demo DEMO_ARGS="--students 60 --no-serve"
PHOTOSYNC_DATA ?= ./photosync-data
DEMO_ARGS ?=
# Further words for pytest: make test PYTEST_ARGS="-k forecast"
PYTEST_ARGS ?=
BENCH_ARGS ?=
export PHOTOSYNC_DATA

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format chaos bench docs lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(READY) ## Make the Python environment in .venv

$(READY): requirements/all.txt pyproject.toml tools/setup.sh tools/debian-packages.sh
	@sh tools/setup.sh

demo: setup ## Make a fictional school, run its first sync and show it in the browser
	@$(VENV)/bin/photosync demo $(DEMO_ARGS)

test: setup ## Run every test, on SQLite and on PostgreSQL
	@sh tools/debian-packages.sh tests
	@$(PYTHON) tools/suite.py $(PYTEST_ARGS)

check: setup ## Check style, types, layers, migrations and documents
	@sh tools/check.sh

format: setup ## Lay the code out the way `make check` expects it
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format --quiet .

chaos: setup ## Kill the sync 200 times at random points on each database
	@sh tools/debian-packages.sh tests
	@PHOTOSYNC_CHAOS_KILLS=200 $(PYTHON) tools/suite.py tests/chaos

bench: setup ## Measure the speed beside other programs; writes docs/benchmarks.md
	@sh tools/debian-packages.sh bench
	@$(PYTHON) -m bench $(BENCH_ARGS)

docs: setup ## Check the documents against the program
	@$(PYTHON) -m pytest -q tests/docs

lock: ## Resolve the dependencies anew (needs uv); writes uv.lock and requirements/
	@sh tools/lock.sh

clean: ## Remove everything that was made here, except the data in photosync-data
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
