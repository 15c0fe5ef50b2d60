# Two commands do everything for a newcomer: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
# Only the lock files say what is installed; each stamp is a set of packages that is in the environment.
BASE   := $(VENV)/base.stamp
DEV    := $(VENV)/dev.stamp
BENCH  := $(VENV)/bench.stamp
# The Chinese of the pages: `make messages` collects its texts, and the compiled catalogue is made where it is needed.
PO     := supermarket/locale/zh_Hans/LC_MESSAGES/django.po
MO     := $(PO:.po=.mo)

# The demo: how many enterprises, which town, and the day on which most of the sample policies are in force.
TOWN   ?= 2000
SEED   ?= 1
AS_OF  ?= 2023-06-15
SEEDS  ?= 200
FIRST  ?= 0

.DEFAULT_GOAL := help
.PHONY: help env dev demo test lint format lock bench soak messages clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(UV): requirements/uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $(UV)

$(BASE): $(UV) requirements/base.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/base.lock
	$(BIN)/python -m policies.engine.warm
	@touch $@

$(DEV): $(BASE) requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

$(BENCH): $(DEV) requirements/bench.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.lock
	@touch $@

$(MO): $(PO) $(BASE)
	$(BIN)/python -m supermarket.messages compile

env: $(BASE) $(MO) ## make .venv from the locked requirements
dev: $(DEV) ## the same, with what tests and linters need

lint: $(DEV) ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## let ruff format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(BASE) $(MO) ## the whole store with a synthetic town (TOWN=2000) and a bank; Ctrl-C stops all of it
	@SAMPLES=1 AS_OF=$(AS_OF) $(BIN)/python manage.py demo --town $(TOWN) --seed $(SEED)

test: $(DEV) $(MO) ## everything a test needs, then linters and all tests, the browser ones too
	tests/browser/setup.sh
	$(MAKE) lint
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: $(BENCH) ## the engine and the data path beside their peers, ratios printed
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.data
	$(BIN)/python -m tests.benchmarks.payouts
	$(BIN)/python -m tests.benchmarks.click

soak: $(DEV) ## seeded faults between the store and its bank (SEEDS=200 from FIRST=0); goes on where it was interrupted
	$(BIN)/python -m tests.faults.soak --seeds $(SEEDS) --first $(FIRST)

messages: $(BASE) ## collect the texts of pages and code for translation
	$(BIN)/python -m supermarket.messages update

lock: $(UV) ## resolve the requirements anew (hashes, no addresses)
	cd requirements && for set in uv base dev bench; do \
	  ../$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header $$set.in -o $$set.lock; done

clean: ## remove the environment and everything that the demo made
	rm -rf $(VENV) var
