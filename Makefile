# Every target sets up what it needs; a fresh machine needs Python 3.11+ and make.
PYTHON ?= python3
# One environment for each lock in requirements/, named after it. None is called .venv: that name is yours.
ENVS ?= .envs
READY := $(ENVS)/dev/.ready
BIN := $(ENVS)/dev/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --upgrade
# Tools that the generator calls by name are found in the environment, not on the machine.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help test coverage test-slow test-lowest faults demo check lint types docs docs-serve check-generated check-version generate try-description compare-description surface build test-matrix release-check bench bench-quick lock clean

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

# A lock is complete, so pip must not resolve: older ones then ask for versions that are not in it.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps
$(ENVS)/%/.ready: requirements/%.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed; this is %d.%d. Name one: make PYTHON=python3.12' % sys.version_info[:2] if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes --requirement $<
	$(@D)/bin/python $(PIP_INSTALL) --no-build-isolation --editable .
	$(@D)/bin/python -m pip check
	touch $@

test: $(READY) ## run every test but the slow ones
	$(BIN)/python -m pytest -n 4 $(ARGS)

coverage: $(READY) ## run the same tests and fail where too many branches of the package are not reached
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term $(ARGS)

test-slow: $(READY) ## run the tests that take long: type checkers on regenerated and vendored code, real nginx and haproxy, the benchmarks' harness
	$(BIN)/python -m pytest -n 2 -m slow $(ARGS)

test-lowest: $(ENVS)/lowest/.ready ## run what concerns running programs, against the lowest versions of the dependencies
	$(ENVS)/lowest/bin/python -m pytest -n 2 tests/unit tests/behaviour tests/faults tests/contract tests/cli tests/testing $(ARGS)

faults: $(READY) ## play broken networks and servers for longer than a test may take
	$(BIN)/python -m tests.faults.long_run $(ARGS)

demo: $(ENVS)/demo/.ready ## show the main job against the fake (or read one token of yours: DEVREV_TOKEN and TOKEN_ID)
	$(ENVS)/demo/bin/python examples/demo.py $(TOKEN_ID)

check: lint types docs check-generated check-version build test-slow ## everything that is checked beside the tests

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict (tests and benchmarks too) and pyright strict, generated code included
	$(BIN)/mypy devrev_auth_client examples tests tools benchmarks
	$(BIN)/pyright

# The variable silences a notice about another generator of sites, which is no warning of ours.
docs: $(READY) ## build the documentation into build/docs; any warning fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: $(READY) ## show the documentation at http://127.0.0.1:8000, and anew after each edit
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

generate: $(READY) ## write devrev_auth_client/generated from the description, and say what changed for callers
	$(BIN)/python -m tools.generate
	$(BIN)/python -m tools.public_surface

try-description: $(READY) ## try any OpenAPI description on a copy of the package: DESCRIPTION=file, INTO=folder to keep the code
	@test -n "$(DESCRIPTION)" || { echo "make try-description DESCRIPTION=file.yaml" >&2; exit 2; }
	$(BIN)/python -m tools.try_description "$(DESCRIPTION)" $(if $(INTO),--into "$(INTO)")

compare-description: $(READY) ## say where our operations differ from somebody else's DESCRIPTION=file of them
	@test -n "$(DESCRIPTION)" || { echo "make compare-description DESCRIPTION=file.yaml" >&2; exit 2; }
	$(BIN)/python -m tools.compare_description "$(DESCRIPTION)"

check-generated: $(READY) ## fail unless the generated folder is byte for byte what the description gives
	$(BIN)/python -m tools.generate --check

check-version: $(READY) ## fail unless version and changelog follow from what changed since the last release
	$(BIN)/python -m tools.public_surface --check

surface: $(READY) ## write the list of public names anew, and say what changed for callers
	$(BIN)/python -m tools.public_surface

build: $(READY) ## build the sdist, which holds every file of the repository, and from it the wheel
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	git ls-files --cached --others --exclude-standard -- . ':!.ci' | LC_ALL=C sort > dist/expected
	tar -tzf dist/*.tar.gz | sed 's,^[^/]*/,,; /^PKG-INFO$$/d' | LC_ALL=C sort | diff dist/expected -
	rm dist/expected

test-matrix: build $(ENVS)/release/.ready ## run the tests from the wheel on each Python, with lowest and newest dependencies
	$(ENVS)/release/bin/nox $(ARGS)

release-check: $(ENVS)/release/.ready ## build the last commit twice, compare, look it over, write an SBOM, test the wheel
	$(ENVS)/release/bin/nox --session release
	$(ENVS)/release/bin/nox $(ARGS)

bench: $(ENVS)/bench/.ready ## measure what a call costs, beside other clients; about half an hour on an idle machine
	$(ENVS)/bench/bin/python -m benchmarks $(ARGS)

bench-quick: $(ENVS)/bench/.ready ## the same with few rounds, for a look; leaves the kept results and the chart alone
	$(ENVS)/bench/bin/python -m benchmarks --quick --json build/benchmark.json --chart build/benchmark.svg $(ARGS)

lock: $(READY) ## renew the hashed pins: newest for development, lowest for the other end of the ranges
	$(LOCK) --group dev --extra testing --extra cli --output-file requirements/dev.txt
	$(LOCK) --resolution lowest-direct --no-deps --extra testing --extra cli --output-file $(ENVS)/lowest-direct.txt
	$(LOCK) --constraints $(ENVS)/lowest-direct.txt --group test --extra testing --extra cli --output-file requirements/lowest.txt
	$(LOCK) --constraints requirements/dev.txt --group build --extra testing --output-file requirements/demo.txt
	$(LOCK) --constraints requirements/dev.txt --group release --output-file requirements/release.txt
	$(LOCK) --constraints requirements/dev.txt --group bench --output-file requirements/bench.txt

clean: ## remove what make made
	rm -rf $(ENVS) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
