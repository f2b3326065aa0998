# Everything a newcomer types. `make demo` and `make test` need Python ≥ 3.11 and nothing else of ours.
SHELL := /bin/sh
PYTHON ?= $(shell .ci/python)
VENV := .venv
RUN := $(VENV)/bin/python
ARGS ?=

.PHONY: help setup demo test test-stores lint check bench soak doctor lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## create .venv with the locked dependencies

$(VENV)/.installed: requirements.lock .ci/system-packages
	@.ci/system-packages runtime
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@.ci/system-packages test
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements-dev.lock
	@touch $@

demo: setup ## serve the practice chat with the demo company on http://127.0.0.1:8000/
	@$(RUN) -m bot demo $(ARGS)

test: $(VENV)/.installed-dev ## install what the tests need and run them
	@$(RUN) -m pytest $(ARGS)

test-stores: $(VENV)/.installed-dev ## play every company on SQLite and on PostgreSQL (20 minutes)
	@SALES_BOT_TEST_STORE=sqlite,postgres $(RUN) -m pytest $(ARGS)

lint: $(VENV)/.installed-dev ## format, lint, types, layers
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports

check: lint test ## everything CI checks

bench: $(VENV)/.installed-dev ## print the tables of accuracy and speed (minutes)
	@$(RUN) -m bench $(ARGS)

soak: $(VENV)/.installed-dev ## steady load with faults, 30 minutes
	@$(RUN) -m bench.soak $(ARGS)

doctor: setup ## check everything a deployer can get wrong
	@$(RUN) -m bot doctor $(ARGS)

lock: ## renew the lock files (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --no-emit-index-url -q -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev --no-emit-index-url -q -o requirements-dev.lock

clean: ## remove .venv and caches; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
