# `make run` and `make test` work on a fresh clone with nothing but Python 3.11 or newer, make and git.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --quiet --disable-pip-version-check --no-input

# A file's tests stay together: those of a system test share its running stack. The files come in their
# order, the ones that wait a lot first; two processes more than processors fill the time they wait
CORES = $(shell $(PY) -c 'import os; print(min(os.cpu_count() or 1, 4))')
IN_PARALLEL = -n $$(($(CORES) + 2)) --dist loadfile --no-loadscope-reorder

# The first Python that is new enough and can make environments; 3.11 and 3.12 have wheels for everything
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python3.14 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# An environment whose Python is gone is made anew
$(shell $(PY) -c '' 2>/dev/null || rm -f $(VENV)/.runtime $(VENV)/.dev)

# Images often forbid Python to keep what it compiled: each of a run's many processes would compile everything
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-slow bench fmt check lock messages logs browser

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: $(VENV)/.runtime ## Start everything for a look or for development (PORT=8000)
	@$(PY) -m crm.launcher

# The checks run while the first tests wait; whichever of the two fails, all fails
define all-together
	@$(MAKE) --no-print-directory check & checks=$$!; \
	$(PY) -m pytest $(IN_PARALLEL) $(1) $(PYTEST_ARGS); tests=$$?; \
	wait $$checks || { echo "error: 'make check' failed, see above"; exit 1; }; \
	exit $$tests
endef

test: browser ## Lint, types, import contracts and the whole suite
	$(call all-together)

test-slow: browser ## The same with the tests that take minutes
	$(call all-together,-m "")

bench: $(VENV)/.dev ## Measure, each number beside its limit or baseline
	@$(PY) -m bench

check: $(VENV)/.dev
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary .
	@$(VENV)/bin/lint-imports --no-logo
	@$(PY) manage.py makemigrations --check --dry-run --verbosity 0

browser: $(VENV)/.dev
	@$(PY) -m tests.browser.chromium

fmt: $(VENV)/.dev ## Format and fix what can be fixed
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

lock: $(VENV)/.dev ## Compile requirements*.txt from requirements*.in
	@for name in requirements requirements-local requirements-dev; do \
		$(PY) -m uv pip compile --quiet --no-header --annotation-style line --python-version 3.11 $$name.in -o $$name.txt; done

messages: $(VENV)/.dev ## Collect and compile translations (needs gettext)
	@$(PY) manage.py makemessages --all --no-obsolete --no-location --ignore '.venv/*' --ignore 'static/vendor/*'
	@$(PY) manage.py compilemessages --ignore .venv --verbosity 0

logs: ## Follow the logs of `make run`
	@tail -n 20 -F $${DATA_DIR:-.data}/log/*.log

$(VENV)/.runtime: requirements.txt requirements-local.txt
	@$(PY) -c '' 2>/dev/null || { \
		test -n "$(PYTHON)" || { \
			echo "error: no Python 3.11 or newer with venv was found (Debian, Ubuntu: apt install python3-venv)."; exit 1; }; \
		echo "Making $(VENV) with $(PYTHON) …"; umask 022; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing requirements (a minute, only when they change) …"
	@umask 022; $(PIP) install -r requirements.txt -r requirements-local.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what tests need …"
	@umask 022; $(PIP) install -r requirements-dev.txt
	@touch $@
