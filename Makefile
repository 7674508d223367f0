# `make run` and `make test` need Python 3.11 or later and a package index, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PEERS := bench/comparison/peers

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench measure
.DELETE_ON_ERROR:

help: ## show these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

run: $(VENV)/runs ## start the API for development, with an embedded issuer
	@$(BIN)/python manage.py run

test: lint ## check style and types, then run all tests
	$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile

lint: $(VENV)/tests ## check style (ruff) and types (mypy)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(VENV)/tests ## format the code, and correct what ruff can correct
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/tests $(PEERS)/.venv/peers ## compare with other APIs, side by side, and draw the plot
	@$(BIN)/python -m bench.comparison.run

measure: $(VENV)/tests ## measure requests and pages, and what rotations, outages and unfinished bodies cost
	@$(BIN)/python -m bench.request
	@$(BIN)/python -m bench.pages
	@$(BIN)/python -m bench.rotation
	@$(BIN)/python -m bench.outage
	@$(BIN)/python -m bench.bodies

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

$(PEERS)/.venv/peers: $(PEERS)/requirements.txt $(PEERS)/package-lock.json
	@echo "Installing what this project is compared with …"
	@$(PYTHON) -m venv $(PEERS)/.venv
	@$(PEERS)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@if command -v npm >/dev/null; then npm ci --prefix $(PEERS) --silent; else echo "Without Node, Express is left out."; fi
	@touch $@
