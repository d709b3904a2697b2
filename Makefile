# `make run` tries the service, `make test` checks it. Only Python 3.11 or newer (with venv and pip) is needed.

PYTHON ?= python3
PYTEST_ARGS ?=
LOCK_ARGS ?=
BENCH_ARGS ?=

unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
# What is never imported need not be compiled.
PIP_INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --no-compile
# uv takes a third of pip's time; pip remains for whoever has a mirror or a proxy that only pip was told about.
define INSTALL
@$(PY) -m uv pip install -q --python $(PY) --require-hashes -r $(1) 2> .venv/uv.log || $(PIP_INSTALL) --require-hashes -r $(1)
endef
# More workers than most machines have cores: they wait for databases and for processes that they start. Each gets
# tests that stand together, so that what a module begins with is told in one of them. What is drawn at random is
# drawn anew at each commit, so that each tries fewer and all of them together more.
PYTEST := $(PY) -m pytest -q -n 4 --dist worksteal --hypothesis-seed=$(shell git rev-parse HEAD 2>/dev/null || echo 0)
LOCK = $(PY) -m uv pip compile -q $(LOCK_ARGS) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"

.PHONY: run test test-all collect lint format lock openapi openapi-check release-contract bench bench-growth bench-plots bench-peers bench-writers soak lives image clean
.DELETE_ON_ERROR:

run: .venv/.run
	@$(PY) -m service.cli demo

# Each test on one database, SQLite or PostgreSQL, by a rota that turns with the commit, as what takes long does; tests/rota.py
# says what, and which run on both.
test: .venv/.dev
	@GATEPROOF_TEST_DATABASES=rota $(PYTEST) $(PYTEST_ARGS)

# Compiles the tests once, not in each worker: on a fresh checkout, while something else has the other core.
collect: .venv/.dev
	@$(PY) -m pytest -qq --collect-only > .venv/collected || { cat .venv/collected; exit 1; }

# Each test on both: before a release, and in a soak.
test-all: .venv/.dev
	@GATEPROOF_TEST_DATABASES=both $(PYTEST) $(PYTEST_ARGS)

lint: .venv/.dev
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo

format: .venv/.dev
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

# Keeps the pins that still fit; `make lock LOCK_ARGS=--upgrade` takes the newest.
lock: .venv/bin/python
	@$(LOCK) --group uv -o requirements-uv.txt
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) --group build -c requirements.txt -o requirements-build.txt
	@$(LOCK) pyproject.toml --group dev -c requirements.txt -c requirements-build.txt -o requirements-dev.txt
	@$(LOCK) --group plots -c requirements-dev.txt -o requirements-plots.txt

openapi: .venv/.dev
	@scripts/openapi.sh write

openapi-check: .venv/.dev
	@scripts/openapi.sh check

# Part of a release: from now on clients rely on the contract as it is.
release-contract: openapi test-all
	@$(PY) -m tests.compatibility.released

bench: .venv/.plots
	@$(PY) -m benchmarks $(BENCH_ARGS)

# Minutes, and five gigabytes of disk: a million conversations.
bench-growth: .venv/.dev
	@$(PY) -m benchmarks.growth

# Draws docs/plots.
bench-plots: .venv/.plots
	@$(PY) -m benchmarks.picture

# Needs Node and npm.
bench-peers: .venv/.dev
	@$(PY) -m benchmarks.peers

bench-writers: .venv/.dev
	@$(PY) -m benchmarks.writers

soak: test-all
	@GATEPROOF_SOAK=1 $(PY) -m pytest -q tests/soak $(PYTEST_ARGS)

# Fifty times as many random lives as in the suite: every route says the same of a concept at every moment.
lives: .venv/.dev
	@GATEPROOF_LIVES=50 $(PY) -m pytest -q tests/properties/test_every_route_says_the_same.py $(PYTEST_ARGS)

image:
	@scripts/image.sh

clean:
	@rm -rf .venv .image build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The service runs straight from the checkout, so a first `make run` installs dependencies and builds nothing.
.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing the dependencies into .venv"
	$(call INSTALL,requirements.txt)
	@touch $@

# The development lock holds the runtime's pins too, so either order of `make run` and `make test` is fine.
.venv/.dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing the development tools into .venv"
	$(call INSTALL,requirements-dev.txt)
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch .venv/.run $@

.venv/.plots: requirements-plots.txt .venv/.dev
	$(call INSTALL,requirements-plots.txt)
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv .venv
	@$(PIP_INSTALL) --require-hashes --only-binary :all: -r requirements-uv.txt 2> .venv/uv.log || true
