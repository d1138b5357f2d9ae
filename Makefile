# make demo: set up, make the sample clip, dub it, say where the result is.   make test: every check.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# tests side by side; each takes up to 3 GB
TESTERS ?= 2
FAST := tests/docs tests/language tests/timing tests/translation/test_passages.py tests/unit/test_timeline.py tests/unit/test_settings.py tests/unit/test_metrics.py tests/unit/test_workspace.py tests/unit/test_outputs.py tests/unit/test_errors.py
# of fuzzing; a seed of 0 is taken from the clock
FUZZ_SECONDS ?= 3600
FUZZ_SEED ?= 0
# the linters work while the models are made ready
MAKEFLAGS += --jobs=2

.PHONY: demo strong test check fast fuzz lint bench figures figures-readme docs docs-cli setup samples

demo: samples strong
	$(BIN)/dub samples/portrait.mp4 --to zh -o samples/portrait.zh.mp4 --force

setup: $(VENV)/.ready

# one install with everything, so that `make demo` and `make test` share it
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or 3.12 is needed" if not (3, 11) <= sys.version_info[:2] < (3, 13) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,samples,train]'
	touch $@

$(VENV)/.ready: $(VENV)/.installed
	$(BIN)/dub models prepare
	touch $@

# the strong translator where there is room for it (1.1 GB of packages, a minute or two); the checks need none
strong: $(VENV)/.strong

$(VENV)/.strong: samples
	test $@ -nt $(VENV)/.installed || ! $(BIN)/dub models room || \
	{ $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,samples,train,qwen]' && \
	$(BIN)/dub models prepare && touch $@; } || \
	echo "The strong translator could not be installed; the small ones are used."

samples: setup
	$(BIN)/python samples/make_samples.py

test: lint check

check: samples
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile

# what needs no weights: pure functions, files and documents
fast: $(VENV)/.installed
	$(BIN)/python -m pytest -q -n $(TESTERS) --dist loadfile $(FAST)

# damaged inputs for everything that reads a stranger's file; repeat a run with FUZZ_SEED
fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.odd.fuzz --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED) --json fuzz.json

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: samples
	$(BIN)/python -m benchmarks.main_job

# measure every figure that is out of date; FIGURES="lips films" for some
figures: samples
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python -m benchmarks $(FIGURES)

# write the measured parts of README and the benchmark pages from benchmarks/*.json
figures-readme: $(VENV)/.installed
	$(BIN)/python -m benchmarks.readme

# write the page of all commands and options from the program
docs-cli: $(VENV)/.installed
	$(BIN)/python scripts/make_cli_reference.py

# build the documentation as a site: build/site/index.html
docs: $(VENV)/.installed figures-readme docs-cli
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet
	@echo "Documentation: build/site/index.html"
