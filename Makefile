# Needs GNU make and Python 3.11 or newer, and the network once: everything else comes from pip into
# .venv, pinned by hash in requirements/. After that all but `make lock` work offline.
#   make PYTHON=/path/to/python3.12 test      to choose the Python of a new .venv

VENV := .venv
BIN := $(VENV)/bin
# Files of tests are dealt out to three processes, so that two processors have work while one waits for
# a server, a screen or Spark. What a file sets up serves all of its tests; see tests/conftest.py for the
# order of files.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder
DEMONSTRATION := build/demonstration.db
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Tried by running, since a version manager leaves commands behind that only say "not installed".
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; break; fi; done)

.PHONY: help run worked test check bench messages format lock clean distclean

help:
	@echo 'make run        open the interface on a register of made-up people; without a terminal,'
	@echo '                settle one case and a small file of sample claims'
	@echo 'make test       make check, then the tests'
	@echo 'make check      lint, formatting, types, import direction, Chinese messages'
	@echo 'make bench      the benchmarks'
	@echo 'make messages   take new messages from the code into the Chinese catalogue; compile it'
	@echo 'make format     format the code'
	@echo 'make lock       pin the requirements again (UPGRADE=1: take newer versions)'
	@echo 'make clean      remove what the above leave behind; make distclean: and .venv'

# What is tried here stays in build/: drafts and settings too.
run: $(VENV)/.installed-run
	@if [ -t 0 ] && [ -t 1 ] && [ "$$TERM" != dumb ]; then \
		$(MAKE) --no-print-directory $(DEMONSTRATION) && \
		MEDIAID_STATE=build/demonstration $(BIN)/mediaid --register $(DEMONSTRATION); \
	else \
		$(MAKE) --no-print-directory worked; \
	fi

worked: $(VENV)/.installed-run
	@echo 'There is no terminal to open the interface on: here are a worked case and a file of claims.'
	$(BIN)/mediaid calc --category dibao --setting inpatient --insurance resident --self-paid 8000 --date 2023-05-01
	@mkdir -p build
	$(BIN)/mediaid batch examples/claims-2023.csv -o build/aid-lines.csv

# Made anew when the tables are others than before.
$(DEMONSTRATION): $(wildcard src/mediaid/register/schema/*.py src/mediaid/register/migrations/versions/*.py)
	@mkdir -p build
	@rm -f $@ $@-wal $@-shm
	$(BIN)/mediaid register demo --register $@

# The tests run even when a check fails: their closing line is always there to be read.
test: $(VENV)/.installed-test
	@checked=0; $(MAKE) --no-print-directory check || checked=$$?; \
	echo '$(BIN)/python -m pytest $(PARALLEL) $(ARGS)'; $(BIN)/python -m pytest $(PARALLEL) $(ARGS) || exit $$?; \
	[ $$checked -eq 0 ] || echo 'make check failed: see above the tests' >&2; \
	exit $$checked

check: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/catalogue.py check

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks $(ARGS)

messages: $(VENV)/.installed-test
	$(BIN)/python tools/catalogue.py extract update compile

format: $(VENV)/.installed-test
	$(BIN)/ruff check --select I --fix
	$(BIN)/ruff format

lock:
	$(call need-python)
	tools/lock.sh $(PYTHON)

clean:
	rm -rf build dist .hypothesis .import_linter_cache .grimp_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean
	rm -rf $(VENV)

# --- the environment -----------------------------------------------------------------------------

define need-python
	@if [ -z "$(PYTHON)" ]; then \
		echo 'No Python 3.11 or newer found (tried python3.13, python3.12, python3.11, python3, python).' >&2; \
		echo 'Install one, for example "sudo apt install python3 python3-venv" on Debian 12 or' >&2; \
		echo 'Ubuntu 24.04, or name it: make PYTHON=/path/to/python3.12 …' >&2; \
		exit 1; \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo '$(PYTHON) does not run or is older than Python 3.11: make PYTHON=/path/to/python3.12 …' >&2; \
		exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo '$(PYTHON) cannot make virtual environments (it has no venv or ensurepip).' >&2; \
		echo 'On Debian and Ubuntu: sudo apt install python3-venv (for another than the' >&2; \
		echo 'system Python, say python3.12-venv); then run make again.' >&2; \
		exit 1; \
	fi
endef

$(BIN)/python:
	$(call need-python)
	$(PYTHON) -m venv --clear $(VENV)

define install
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo '$(VENV) is of a Python older than 3.11: run make distclean, then this again.' >&2; \
		exit 1; \
	fi
	@echo 'Installing into $(VENV): $(filter requirements/%,$^)'
	@$(PIP) install --quiet --require-hashes $(patsubst %,-r %,$(filter requirements/%,$^))
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@
endef

$(VENV)/.installed-run: requirements/run.txt pyproject.toml $(BIN)/python
	$(install)

$(VENV)/.installed-test: requirements/test.txt pyproject.toml $(BIN)/python
	$(install)

$(VENV)/.installed-bench: requirements/bench.txt requirements/bench-openfisca.txt pyproject.toml $(BIN)/python
	$(install)
