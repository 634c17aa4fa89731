.DEFAULT_GOAL := help
PYTHON ?= python3
PIP := .venv/bin/python -m pip --disable-pip-version-check
# What pip does one file after the other. Some packages carry files that no Python compiles, which pip passes over too.
COMPILE = @.venv/bin/python -m compileall -q --workers 0 .venv/lib > .venv/compile.log || true
# Our own programs are started again and again, and are to be compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: up
up: .venv/runtime ## Run everything on this machine; ARGS="--data-dir DIR --port N --no-demo"
	@.venv/bin/portal up $(ARGS)

.PHONY: test
test: .venv/dev ## Run all tests, three at a time, because many wait; ARGS="-n 0 tests/keys -k claim" for some of them
	@.venv/bin/python -m pytest --numprocesses 3 --dist loadfile $(ARGS)

.PHONY: check
check: .venv/dev ## Check format, lint, types and import rules
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

.PHONY: bench
bench: .venv/runtime ## Compare with LiteLLM as installed, in 16 minutes; ARGS="--quick --scenario plain --json"
	@.venv/bin/portal bench $(ARGS)

.PHONY: format
format: .venv/dev ## Format and mend what can be mended
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

.PHONY: lock
lock: ## Write the lock files; ARGS=--upgrade chooses the newest allowed versions
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip install --quiet pip-tools
	.venv/lock/bin/pip-compile $(LOCK) --output-file=requirements.lock pyproject.toml
	.venv/lock/bin/pip-compile $(LOCK) --extra=dev --constraint=requirements.lock --output-file=requirements-dev.lock pyproject.toml

LOCK = $(ARGS) --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.venv/runtime: requirements.lock pyproject.toml portal/vendor/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; choose one with make PYTHON=python3.11")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet --no-compile --require-hashes --requirement requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(COMPILE)
	@.venv/bin/portal assets
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	$(PIP) install --quiet --no-compile --require-hashes --requirement requirements-dev.lock
	$(COMPILE)
	@touch $@
