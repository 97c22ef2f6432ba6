# One environment, .venv, in two steps: what a build needs, then what tests and checks need.
# Versions come from requirements.lock, which pins every package for both. It holds no hashes: the
# wheels of one version differ by platform and Python.

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help build test test-all check format bench mutation lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

build: $(VENV)/.ready ## Write the workbook into outputs/
	@$(VENV)/bin/workbook build

test: $(VENV)/.ready-dev ## Run the tests, one process for each core
	@$(VENV)/bin/python -m pytest -n auto $(PYTEST_ARGS)

test-all: $(VENV)/.ready-dev ## Run the tests, with every case of those that take long
	@$(VENV)/bin/python -m pytest -n auto -m "" $(PYTEST_ARGS)

check: $(VENV)/.ready-dev ## Format, lint, types and the direction of imports
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

format: $(VENV)/.ready-dev ## Format the code and put right what ruff can
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

bench: $(VENV)/.ready-dev ## Time the build and the simulation against other programs
	@$(VENV)/bin/python bench/run.py $(BENCH_ARGS)
	@$(VENV)/bin/python bench/sim_speed.py $(BENCH_ARGS)

mutation: $(VENV)/.ready-dev ## Change formulas of the workbook one at a time, and count who notices
	@$(VENV)/bin/python tests/mutation.py $(MUTATION_ARGS)

# Made with the oldest Python supported, so that every version pinned exists for the later ones.
lock: ## Pin the newest versions that pyproject.toml allows (needs Python 3.11)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "make lock needs Python 3.11, the oldest supported: make lock PYTHON=python3.11" >&2; exit 2; }
	@rm -rf .bench/lock && $(PYTHON) -m venv .bench/lock
	@.bench/lock/bin/python -m pip --disable-pip-version-check install --quiet --upgrade setuptools
	@.bench/lock/bin/python -m pip --disable-pip-version-check install --quiet --no-build-isolation --editable '.[dev]'
	@{ echo "# Every package that this project can install, pinned. Made by: make lock"; \
	   .bench/lock/bin/python -m pip --disable-pip-version-check list --format freeze --exclude pip --exclude-editable; \
	 } > requirements.lock.new && mv requirements.lock.new requirements.lock
	@rm -rf .bench/lock

clean: ## Remove environments and caches; outputs/ stays as it is
	rm -rf $(VENV) .bench .cache build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@command -v '$(PYTHON)' >/dev/null || { \
	  echo "$(PYTHON) is not found. Install Python 3.11 or later, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 2; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$('$(PYTHON)' -c 'import platform; print(platform.python_version())'); Python 3.11 or later is needed. Name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up $(VENV), once" >&2
	@'$(PYTHON)' -m venv --clear $(VENV)

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@$(PIP) --constraint requirements.lock setuptools
	@$(PIP) --constraint requirements.lock --no-build-isolation --editable .
	@$(VENV)/bin/python -m compileall -q workbook simcore
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "Adding what tests and checks need" >&2
	@$(PIP) --constraint requirements.lock --no-build-isolation --editable '.[dev]'
	@touch $@
