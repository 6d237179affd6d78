# The two commands of a fresh machine: `make build` and `make test`. Both install what they need.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: build check test clean

build: $(VENV)/.installed
	$(BIN)/sqlgen build

check: $(VENV)/.installed
	$(BIN)/sqlgen check

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# An editable install: sources are used as they stand, so only new dependencies install again.
$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
