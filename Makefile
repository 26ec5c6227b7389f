# make run and make test are all one needs; the rest is for those who change the cockpit.
# PYTHON=… chooses the interpreter (3.11 or newer) that .venv is made from.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8501
CORPUS ?=
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
CHECK := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do if $$p -c '$(CHECK)' >/dev/null 2>&1; then echo $$p; break; fi; done)
PIP := $(PY) -m pip --quiet --quiet --disable-pip-version-check
PYTEST := $(PY) -m pytest -rs

.PHONY: run test lint bench corpus fuzz kill help
.DEFAULT_GOAL := help

help:
	@echo "make run      start the cockpit on http://127.0.0.1:$(PORT)"
	@echo "make test     every test        make lint     format, rules, types, floors, translations"
	@echo "make bench    benchmarks        make corpus   every file of CORPUS=folder"
	@echo "make fuzz     long random runs  make kill     long kill -9 loops"

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer (with its venv module) was not found. Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 2; fi
	@$(PYTHON) -c '$(CHECK)' || { echo "$(PYTHON) is older than Python 3.11 or lacks its venv module" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(PY)
	@echo "Installing what the cockpit needs (once) ..."
	@$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(PY)
	@echo "Installing what development needs (once) ..."
	@$(PIP) install -r requirements-dev.txt
	@touch $@ $(VENV)/.run

run: $(VENV)/.run
	@PORT=$(PORT) exec $(PY) app.py

# Browser tests come alone: two browsers beside each other on a small machine time each other out.
test: $(VENV)/.dev
	@bash .ci/machine
	@status=0; \
	$(PYTEST) tests --ignore=tests/browser -n 2 --dist loadfile -q || status=1; \
	if [ -d tests/browser ]; then $(PYTEST) tests/browser -q || status=1; fi; \
	exit $$status

lint: $(VENV)/.dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PYTEST) tests/house -q

bench: $(VENV)/.dev
	@$(PY) -m bench

corpus: $(VENV)/.dev
	@CORPUS="$(CORPUS)" $(PYTEST) tests -m corpus -q

fuzz: $(VENV)/.dev
	@HYPOTHESIS_PROFILE=fuzz $(PYTEST) tests -m fuzz -q

kill: $(VENV)/.dev
	@$(PYTEST) tests -m kill -q
