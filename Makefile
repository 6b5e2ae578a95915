# The habits of this project. Each target sets up what it needs, from package registries alone, and can be run again.
PYTHON ?= python3
VENV   := .venv

# Another Python than that of .venv has an environment of its own: make test PYTHON=python3.13
version_of = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
ifneq ($(origin PYTHON),file)
NAMED := $(call version_of,$(PYTHON))
ifeq ($(NAMED),)
$(error there is no Python '$(PYTHON)')
endif
ifneq ($(filter-out $(NAMED),$(call version_of,$(VENV)/bin/python)),)
VENV := .venvs/$(NAMED)
endif
endif
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-pythons test-lowest fuzz faults covered mutants testenv lint format schemas coverage capabilities measure bench bench-fleet growth scaffold-accuracy plugin-lines plugin-renders bench-engine bench-upgrade release-record engine-test engine-soak docs browser-test pictures bench-ui dist clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.package: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.develop: $(VENV)/.package
	@echo "Setting up the tools for tests and checks ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group lint
	@touch $@

demo: $(VENV)/.package ## Preview the quickstart: the whole set-up and the objects of a sharded MongoDB cluster
	@$(BIN)/everest preview examples/quickstart
	@printf '%s\n' '' 'That is what examples/quickstart/__main__.py becomes, without a cluster and without pulumi. Next:' \
	  '  change the program, say "prxy" for "proxy", and run   make demo' \
	  '  see what such a cluster takes                         $(BIN)/everest explain psmdb-operator' \
	  '  write one of your own, and bring it into a cluster    docs/quickstart.md'

test: $(VENV)/.develop ## Run the tests (TESTS=tests/core: those); those that need a part which is not there are skipped
	@$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

# What a version of Python or of a dependency can break. The other half of the tests' time asks about templates of plugins.
QUICK := $(addprefix tests/,authoring cli core emit examples expressions form live model program resources review scaffold serving typing ui workspace)

test-pythons: ## Run the quick part of the tests with each Python of those supported that this machine has
	@for python in $$($(PYTHON) tools/pythons.py); do \
		echo "== $$python"; $(MAKE) --no-print-directory test PYTHON=$$python TESTS="$(or $(TESTS),$(QUICK))" || exit 1; done

$(VENV)-lowest/.develop: pyproject.toml tools/lowest_versions.py
	@echo "Setting up $(VENV)-lowest with the lowest versions of all dependencies ..."
	@$(PYTHON) -m venv --clear $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(PYTHON) tools/lowest_versions.py > $(VENV)-lowest/constraints.txt
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint $(VENV)-lowest/constraints.txt --editable . --group test
	@touch $@

test-lowest: $(VENV)-lowest/.develop ## Run the quick part of the tests with the lowest versions that pyproject.toml allows
	@$(VENV)-lowest/bin/python -m pytest -n auto --dist loadfile $(or $(TESTS),$(QUICK))

# A seed that is not given is drawn once, and printed.
ifneq ($(filter fuzz mutants,$(MAKECMDGOALS)),)
SEED     := $(or $(SEED),$(shell $(PYTHON) -c 'import secrets; print(secrets.randbelow(2**31))'))
EXAMPLES ?= 2000
endif

fuzz: $(VENV)/.develop ## Run the tests that make random examples with many of them: EXAMPLES=2000 (usually 100), SEED=...
	@EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n auto --dist worksteal -m "hypothesis or fuzz" \
	  --hypothesis-profile fuzz --hypothesis-seed $(SEED) $(TESTS)

faults: $(VENV)/.develop ## Leave out each line of the built-in templates, one at a time: does the kit or an example notice? (minutes)
	@$(BIN)/python -m pytest -n auto --dist worksteal -m faults tests/plugins/test_seeded_faults.py

covered: $(VENV)/.develop ## Run the tests and say what part of the lines they run, and which modules have the smallest part
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n auto --dist loadfile $(TESTS) || echo "some tests failed; what ran is counted"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report | awk 'NR <= 22 || /^TOTAL/'

mutants: $(VENV)/.develop ## Change the code in 300 small ways, and see which the tests notice: COUNT=, SEED=, ONLY=core/images.py
	@nice -n 10 $(BIN)/python tests/mutants/run_mutants.py --count $(or $(COUNT),300) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

testenv: $(VENV)/.develop ## Build the Kubernetes API server that tests run, unless it is there (some minutes with Go, once)
	@$(BIN)/python tests/apiserver/build.py

lint: $(VENV)/.develop ## Check style, types and the direction of imports
	@$(BIN)/ruff format --check --quiet . || { echo "run 'make format'"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.develop ## Put all files into the project's format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

schemas: $(VENV)/.package ## Write what is made of models and plugins anew: typed dictionaries, schemas/, trees of expressions
	@$(BIN)/python -m tools.typed_arguments
	@$(BIN)/python -m tools.legacy_table
	@$(BIN)/python -m tools.plugin_reference
	@$(BIN)/python -m tools.form_schema
	@$(BIN)/python -m tools.parsed_expressions
	@$(BIN)/everest schema --all -o schemas
	@$(BIN)/everest schema --crds -o schemas/crds
	@$(BIN)/python -m pulumi_everest.serving.package_schema > schemas/pulumi.json

coverage: $(VENV)/.develop ## Write docs/coverage.md anew, from the operators' samples in EVEREST_SHARED
	@$(BIN)/python tests/samples/table.py

capabilities: $(VENV)/.develop ## Write docs/capabilities.md anew: what the built-in plugins are proved to do
	@$(BIN)/python -m tools.capabilities

measure: $(VENV)/.develop ## Count anew how much of the operators' own tests fields reach, in EVEREST_SHARED (some minutes)
	@nice $(BIN)/python tests/samples/operators_tests.py $(or $(EVEREST_SHARED),../shared)

bench: $(VENV)/.develop ## Measure speed, each figure against a baseline in the same run
	@$(BIN)/python -m benchmarks

bench-fleet: $(VENV)/.develop ## Measure 10,000 clusters in files, with their memory, and 100,000 (an hour)
	@$(BIN)/python -m benchmarks.fleet large

growth: $(VENV)/.develop ## Double inputs three times, and fail where work grows faster than they do
	@$(BIN)/python -m benchmarks.growth

scaffold-accuracy: $(VENV)/.develop ## Hold what `everest plugin new` makes against the built-in plugins, with the definitions in EVEREST_SHARED
	@$(BIN)/python -m tools.scaffold_accuracy $(if $(DETAILS),--details)

plugin-lines: $(VENV)/.develop ## Count what there is to write in the built-in plugins, now and at a revision: BEFORE=v0.8
	@$(BIN)/python -m tools.plugin_lines --before $(or $(BEFORE),HEAD)

plugin-renders: $(VENV)/.develop ## Compare what the built-in plugins make of all probes with a revision: BEFORE=HEAD (minutes)
	@$(BIN)/python tools/plugin_renders.py --before $(or $(BEFORE),HEAD)

bench-engine: $(VENV)/.develop ## Measure preview and up by Pulumi's engine, which must be on PATH
	@$(BIN)/python -m benchmarks.engine

bench-upgrade: $(VENV)/.develop ## Measure a preview of 200 databases after an upgrade whose templates make other objects
	@$(BIN)/python -m benchmarks.upgraded

release-record: $(VENV)/.develop ## Keep a state, lock, plugin, program and objects of this release in tests/releases: NAME=0.9.0
	@$(BIN)/python tests/engine/record_release.py $(NAME)

engine-test: $(VENV)/.develop ## Run the tests with Pulumi's engine, and write what was run to docs
	@$(BIN)/python tests/engine/run.py

engine-soak: $(VENV)/.develop ## Kill 50 updates by Pulumi's engine at random moments: KILLS=50, SEED=...; writes what came of it to docs
	@$(BIN)/python tests/engine/soak.py --kills $(or $(KILLS),50) $(if $(SEED),--seed $(SEED))

$(VENV)/.docs: $(VENV)/.package
	@echo "Setting up the tools for the documentation ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@

docs: $(VENV)/.docs ## Build the documentation site into build/docs
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky --fresh-env docs build/docs
	@echo "build/docs/index.html"

browser-test: docs $(VENV)/.develop ## Open all pages of the site, and the form page, in a headless Chromium (EVEREST_SCREENS=DIR: pictures)
	@EVEREST_REQUIRE=browser $(BIN)/python -m pytest -q tests/docs/test_browser.py tests/ui

pictures: $(VENV)/.develop ## Take the pictures of docs/ui.md anew, in a headless Chromium
	@EVEREST_REQUIRE=browser EVEREST_PICTURES=1 $(BIN)/python -m pytest -q tests/ui/test_page_pictures.py

bench-ui: $(VENV)/.develop ## Measure from key to screen in the form page, in a headless Chromium: the median is under 100 ms
	@$(BIN)/python -m benchmarks.ui

dist: $(VENV)/.develop ## Build the wheel and the source distribution into dist
	@rm -rf dist
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group release
	@$(BIN)/python -m build --outdir dist .

clean: ## Remove what the other targets made
	rm -rf .venv .venv-lowest .venvs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
