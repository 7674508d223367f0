# `make run` and `make test` need Python 3.11 or later and a package index, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint bench
.DELETE_ON_ERROR:

run: $(VENV)/runs
	@$(BIN)/python manage.py run

test: lint
	$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile

lint: $(VENV)/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/tests
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.rotation

$(VENV)/runs: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is %s. Name another: make run PYTHON=python3.12" % sys.version.split()[0])'
	@echo "Installing into $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --requirement requirements.txt
	@touch $@

$(VENV)/tests: $(VENV)/runs requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(PIP) --requirement requirements-dev.txt
	@touch $@
