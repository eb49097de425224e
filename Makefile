# 'make demo' and 'make test' set up what they need in .venv; no root, nothing else running.
PYTHON ?= python3
BIN := .venv/bin
DEMO ?= demo-data
# Tests wait more than they work: two cores are busy with four workers.
JOBS ?= 4
SEEDS ?= 200
CASE ?= kill
CODE := src tests tools bench

# Tests start some hundred processes; each would compile the whole program for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint seeds storm storm-mutants storm-compare bench faults wordpress plugin clean

setup: .venv/.done

.venv/.done: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or set PYTHON=…"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed. Set PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python cannot make virtual environments here. On Debian: apt install python3-venv"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

demo: setup
	$(BIN)/shopweave demo --dir $(DEMO)

test: setup
	@$(BIN)/python -m tools.wordpress --if-possible
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered \
		--seeds-report=.cache/proven.json

lint: setup
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy src/shopweave tests tools bench
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m tools.seams

seeds: setup
	@$(BIN)/python -m tools.wordpress --if-possible
	@$(BIN)/python -m tools.seeds $(if $(LAST),--last)

storm: setup
	@$(BIN)/python -m shopweave.storms $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) $(if $(ITEMS),--items) $(if $(TRADE),--trade))

storm-mutants: setup
	@$(BIN)/python -m shopweave.storms --mutants

storm-compare: setup
	@$(BIN)/python -m shopweave.storms --compare --seeds $(SEEDS)

wordpress: setup
	@$(BIN)/python -m tools.wordpress

plugin: setup
	@$(BIN)/python -m tools.plugin

bench: setup
	@$(BIN)/python -m bench

faults: setup
	@$(BIN)/python -m bench.faults --case $(CASE) $(if $(JSON),--json)

clean:
	rm -rf .venv $(DEMO) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
