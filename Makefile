# Needs Python 3.10 or later, Node 20 or later, and make. Everything else is set up in .venv/ and node_modules/, and what
# benchmarks compare with in .venv-bench/.
#   make demo    JupyterLab on the quickstart         make test    all tests, in a real Chromium too
#   make lint    make types    make format    make bench    make wheel-check    make size    make clean

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup browser demo test bench lint format types wheel-check size clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
# Gradio does not get on with the newest Pillow, so it does not come near the tests.
BENCH_VENV := .venv-bench
VSCODE := tests/browser/hosts/vscode
BENCH_PAGE := tests/benchmarks/page.js
# The stylesheet beside it is written in the same run.
BUNDLE := src/nbgallery/static/widget.js
FRONT_END := js/build.mjs $(shell find js/src -type f 2>/dev/null)
INSTALLED := $(STAMPS)/python js/node_modules/.package-lock.json $(VSCODE)/node_modules/.package-lock.json
DEMO_ARGS ?=
PYTEST_ARGS ?=
# A part: make bench BENCH_ARGS='-k memory'
BENCH_ARGS ?=

help:
	@sed -n 's/^#   //p' Makefile

setup: $(INSTALLED) $(BUNDLE)

browser: $(STAMPS)/browser

demo: $(STAMPS)/python $(BUNDLE)
	exec $(BIN)/python notebooks/serve.py $(DEMO_ARGS)

test: setup browser
	cd js && npm test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

bench: $(BENCH_VENV)/stamps/python $(BENCH_VENV)/stamps/browser $(BUNDLE)
	$(BENCH_VENV)/bin/python -m pytest -o python_files='bench_*.py' -o timeout=1200 tests/benchmarks \
	  --bench-plot notebooks/images/first-screen.svg $(BENCH_ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd js && npm run lint -- ../$(VSCODE) ../$(BENCH_PAGE)

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd js && npm run format -- ../$(VSCODE) ../$(BENCH_PAGE)

types: $(INSTALLED)
	$(BIN)/mypy
	cd js && npm run types
	js/node_modules/.bin/tsc -p $(VSCODE)

wheel-check: $(INSTALLED) $(BUNDLE)
	$(BIN)/python tests/wheel_check.py

size: js/node_modules/.package-lock.json
	cd js && npm run size

clean:
	rm -rf $(VENV) $(BENCH_VENV) bench-results js/node_modules $(VSCODE)/node_modules src/nbgallery/static dist test-results
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests notebooks -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python $(BENCH_VENV)/bin/python: %/bin/python:
	if command -v uv >/dev/null; then uv venv --seed --python $(PYTHON) $*; else $(PYTHON) -m venv $*; fi

# The editable install builds the bundle when it is missing, so the bundle comes first and is built once.
$(BENCH_VENV)/stamps/python: GROUP := bench
$(STAMPS)/python: GROUP := dev
$(STAMPS)/python $(BENCH_VENV)/stamps/python: %/stamps/python: pyproject.toml hatch_build.py | %/bin/python $(BUNDLE)
	if command -v uv >/dev/null; then \
	  uv pip install --python $*/bin/python --editable . --group $(GROUP); \
	else \
	  $*/bin/python -m pip install --quiet --upgrade 'pip>=25.1'; \
	  $*/bin/python -m pip install --quiet --editable . --group $(GROUP); \
	fi
	mkdir -p $(@D) && touch $@

# npm writes this file last, so it is there only after a complete install.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(BUNDLE): $(FRONT_END) js/node_modules/.package-lock.json
	cd js && npm run build
	touch $(BUNDLE)

$(STAMPS)/browser $(BENCH_VENV)/stamps/browser: %/stamps/browser: | %/stamps/python
	if command -v chromium google-chrome google-chrome-stable >/dev/null; then \
	  :; \
	elif [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; then \
	  :; \
	else \
	  $*/bin/playwright install chromium; \
	fi
	touch $@
