# `make demo` tries it, `make test` proves it, `make check` reads it. Each builds .venv by itself.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-postgres check audit drill fuzz bench lens pictures words clean

demo: .venv/installed
	$(BIN)/dealreview demo $(ARGS)

test: .venv/ready
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

test-postgres: .venv/ready
	$(BIN)/pytest -n auto --dist worksteal --on postgres tests/test_*.py $(ARGS)

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports pyproject.toml

audit: .venv/ready
	$(BIN)/python -m tests.audit

bench: .venv/ready
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: docs
docs: .venv/ready
	$(BIN)/python -m tests.written

drill: .venv/ready
	$(BIN)/python -m tests.drill $(ARGS)

fuzz: .venv/ready
	$(BIN)/python -m tests.fuzz $(ARGS)

words: .venv/installed  # what templates and questions say, into the catalogues under templates/locale
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --add-location file --project Dealreview --version 0.1 \
		--msgid-bugs-address README.md --copyright-holder Dealreview --output .words.pot .
	$(BIN)/pybabel --quiet update --input-file .words.pot --output-dir templates/locale --domain dealreview \
		--ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date --width 100
	rm .words.pot

lens: .venv/ready
	$(BIN)/pip install -q -c constraints.txt -e '.[lens]'
	HF_HUB_OFFLINE=1 $(BIN)/python -m flows.lens.training $(ARGS)

pictures: .venv/ready
	$(BIN)/python -m tests.pictures

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dealreview needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

.venv/ready: .venv/installed
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
