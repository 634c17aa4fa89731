.DEFAULT_GOAL := help
PYTHON ?= python3
# Our own programs are started again and again, and are to be compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: .venv/runtime ## Install into .venv; the other targets do it by themselves

.PHONY: up
up: .venv/runtime ## Run everything on this machine; ARGS="--data-dir DIR --port N --no-demo"
	@.venv/bin/portal up $(ARGS)

.PHONY: test
test: .venv/dev ## Run all tests, three at a time, because many wait; ARGS="-n 0 tests/keys -k claim" for some of them
	@.venv/bin/python -m pytest --numprocesses 3 --dist loadfile $(ARGS)

.PHONY: check
check: .venv/dev ## Check format, lint, types, import rules and dependencies
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/deptry .

.PHONY: bench
bench: .venv/runtime ## Compare with LiteLLM as installed, in 16 minutes; ARGS="--quick --scenario plain --json"
	@.venv/bin/portal bench $(ARGS)

.PHONY: upgrade-litellm
upgrade-litellm: .venv/dev ## Rehearse another LiteLLM, in ten minutes; VERSION=1.108.14 BACKUP=FILE
	@.venv/bin/python -m deployment.upgrade $(VERSION) $(if $(BACKUP),--backup $(BACKUP)) $(ARGS)

.PHONY: format
format: .venv/dev ## Format and mend what can be mended
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

.PHONY: lock
lock: .venv/uv ## Write the lock files; ARGS=--upgrade chooses the newest allowed versions
	$(LOCK) --group install --output-file requirements-uv.lock
	$(LOCK) --group build --output-file requirements.lock pyproject.toml
	$(LOCK) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# One lock for every Python and platform that README names.
LOCK = .venv/bin/uv pip compile $(ARGS) --quiet --universal --python-version 3.11 --generate-hashes --strip-extras \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

define INSTALL
@command -v $(PYTHON) > /dev/null || \
	{ echo "Not installed: there is no $(PYTHON); install Python 3.11 to 3.14, or choose one: make PYTHON=python3.13"; exit 1; } >&2
@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) and \
	"Not installed: Python 3.11 to 3.14 is needed and $(PYTHON) is %d.%d; choose another: make PYTHON=python3.13" % sys.version_info[:2])'
@$(PYTHON) deployment/install.py
endef

.venv/uv: requirements-uv.lock
	$(INSTALL) uv
	@touch $@

.venv/runtime: requirements.lock requirements-uv.lock pyproject.toml portal/vendor/package-lock.json
	$(INSTALL) runtime

.venv/dev: requirements-dev.lock requirements-uv.lock pyproject.toml portal/vendor/package-lock.json
	$(INSTALL) dev
