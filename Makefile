# Every target sets up what it needs; a fresh machine needs Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links
# Tools that the generator calls by name are found in the environment, not on the machine.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help test demo check lint types check-generated generate build lock clean

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

test: $(READY) ## run every test, with branch coverage
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term $(ARGS)

demo: $(READY) ## show the main job against the fake (or read one token of yours: DEVREV_TOKEN and TOKEN_ID)
	$(BIN)/python examples/demo.py $(TOKEN_ID)

check: lint types check-generated build ## everything that is checked beside the tests

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict and pyright strict, generated code included
	$(BIN)/mypy devrev_auth_client tests/typing tools
	$(BIN)/pyright

generate: $(READY) ## write devrev_auth_client/generated from the description
	$(BIN)/python -m tools.generate

check-generated: $(READY) ## fail unless the generated folder is byte for byte what the description gives
	$(BIN)/python -m tools.generate --check

build: $(READY) ## build sdist and wheel
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .

lock: $(READY) ## renew the hashed pins: newest for development, lowest for the other end of the ranges
	$(LOCK) --upgrade --group dev --extra testing --output-file requirements-dev.txt

clean: ## remove what make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
