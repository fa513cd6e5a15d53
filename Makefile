# Two commands are enough: `make demo` shows the whole system, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
WORKERS ?= 2

.PHONY: demo run test check static bench journeys messages picture lock clean

demo: $(READY)
	$(BIN)/vejviser demo

run: $(READY)
	$(BIN)/vejviser run

test: static
	$(BIN)/python -m tests.support.chromium
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# The quick part: what reads the tree, and the tests that start nothing.
check: static
	$(BIN)/pytest -q -n $(WORKERS) -m "not slow and not postgres and not browser"

# Format, lint, types, floors and content.
static: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vejviser check

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

# Rewrite what the journeys expect, then read the diff.
journeys: $(READY)
	$(BIN)/pytest -q tests/journeys --update-journeys

# Bring the PO catalogs in step with the Danish source texts.
messages: $(READY)
	$(BIN)/vejviser extract

# The README's picture, from the running product.
picture: $(READY)
	$(BIN)/python -m tests.support.picture

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url -q -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vejviser needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)
