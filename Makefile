# Every command of the project; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run demo test e2e check lint fast format bench races ledger docs lock assets setup clean

PORT ?= 8080
PYTHON ?= python3
PY := .venv/bin/python
UV := uv==0.13.9
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

help: ## List the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

run: ## Set up and serve the demo practice (PORT=8080)
	@$(PYTHON) tools/setup.py run
	@exec $(PY) main.py demo --port $(PORT)

demo: run ## The same as run

test: setup ## Set up and run the whole suite, browser tests included
	@$(PY) tools/suite.py

setup:
	@$(PYTHON) tools/setup.py test

e2e: setup ## Browser tests alone
	@$(PY) -m pytest tests/e2e

fast: setup ## Tests without a browser
	@$(PY) -m pytest

lint: setup ## Lint, format, types and import contracts
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	.venv/bin/lint-imports

check: lint fast ## Lint, types, contracts and the fast tests

format: setup ## Format, and mend what can be mended
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: setup ## Measure the speed goals
	$(PY) -m pytest tests/bench --capture=no

races: setup ## 10,000 racing attempts to book, on every database
	RACES=10000 $(PY) -m pytest tests/services/schedule/test_races.py

ledger: setup ## 5,000 histories of money against the books of another hand
	LEDGER=5000 $(PY) -m pytest tests/services/billing/test_ledger_machine.py

docs: setup ## Write the pages that come from the code
	$(PY) tools/configuration.py

lock: setup ## Resolve the dependencies again (UPGRADE=--upgrade raises them all)
	$(PY) -m pip install --quiet $(UV)
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

assets: setup ## Build fonts and icons from their packages
	$(PY) tools/assets.py

clean: ## Remove the environment and the caches; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
