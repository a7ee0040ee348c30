# Each target creates what it needs: `git clone`, then `make run` or `make test`, is all that one types.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)  # in a container one is root, and Jupyter asks twice

.DEFAULT_GOAL := help
.PHONY: help run test lab demo lint format lock bench compare fuzz fuzz-coverage kills corrections audit schedules screenshot clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# Modules are compiled here, on all cores, and not by pip, on one. Where PYTHONDONTWRITEBYTECODE is set, as in many containers,
# none would be kept otherwise, and each process would take
# seconds longer (docs/decisions/start-up-time.md). A module that does not compile is left to its import.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "expected Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + "; try make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' $(VENV)/lib payment_ml || true
	@touch $@

run: $(READY)  ## prepare, train, evaluate, promote both readers; then read the samples (24 minutes on 2 cores)
	$(BIN)/payment-ml retrain
	$(BIN)/payment-ml retrain -p architecture reader
	$(BIN)/payment-ml models list
	@echo
	$(BIN)/payment-ml read 'data/samples/amount-*.png'
	@echo
	$(BIN)/payment-ml read --as digit 'data/samples/digit-*.png'
	@echo
	@echo "Next: make lab opens the notebooks in JupyterLab; what each version is and how it came about, with every figure,"
	@echo "is in models/<version>/README.md and models/<version>/notebooks; the versions marked * above are those that read."

test: $(READY)  ## lint, then every test
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

lab: $(READY)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab $(ALLOW_ROOT) --notebook-dir=. notebooks/01-prepare-data.ipynb

demo: $(READY)  ## serve the upload-and-predict page on this computer
	$(BIN)/payment-ml demo

lint: $(READY)  ## check style, types, layers, spelling and notebooks, as pre-commit and CI do
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

format: $(READY)  ## put code and notebooks into the house format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY)  ## speed of the champions, as ratios measured in one run
	$(BIN)/python benchmarks/digits.py
	$(BIN)/python benchmarks/amounts.py
	$(BIN)/python benchmarks/panel.py

compare: $(READY)  ## the amount reader beside RapidOCR and others (installs the extra compare)
	$(BIN)/python -m pip install --quiet --editable '.[compare]'
	test -n "$$(ls -d models/*-mlp-* 2>/dev/null)" || $(BIN)/payment-ml retrain -p architecture mlp
	$(BIN)/python benchmarks/readers.py

fuzz: $(READY)  ## feed 100,000 damaged pictures to the champion
	PYTHONPATH=tests $(BIN)/python benchmarks/fuzz.py

fuzz-coverage: $(READY)  ## fuzz the decoding of pictures by coverage, for five minutes (installs the extra fuzz)
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	mkdir -p build/corpus && PYTHONPATH=tests $(BIN)/python benchmarks/fuzz_coverage.py -max_total_time=300 build/corpus

kills: $(READY)  ## kill 200 retrainings at random moments (an hour on 2 cores)
	PYTHONPATH=tests $(BIN)/python benchmarks/kills.py

corrections: $(READY)  ## the gain of one retraining from 500 corrections in a foreign style
	$(BIN)/python benchmarks/corrections.py

audit: $(READY)  ## known vulnerabilities of what is pinned (installs the extra audit; needs the network)
	$(BIN)/python -m pip install --quiet --editable '.[audit]'
	$(BIN)/pip-audit --requirement requirements.txt --require-hashes --disable-pip

schedules: $(READY)  ## hold schedules/ against Airflow and GitHub's schema, in an environment of their own
	$(PYTHON) -m venv .venv-schedules
	.venv-schedules/bin/python -m pip install --quiet apache-airflow apache-airflow-providers-papermill check-jsonschema
	.venv-schedules/bin/check-jsonschema --builtin-schema vendor.github-workflows schedules/github_actions.yml
	AIRFLOW_HOME=$$(mktemp -d) .venv-schedules/bin/python schedules/airflow_dag.py
	@echo "Airflow imports the DAG; GitHub's schema takes the workflow."

screenshot: $(READY)  ## take the README's picture of the page anew, with the champions and Debian's chromium
	$(BIN)/python benchmarks/panel.py --screenshot docs/panel.png

lock: $(READY)  ## resolve requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade \
	    --extra test --extra tracking --custom-compile-command "make lock" --output-file requirements.txt pyproject.toml

clean:  ## remove the environment and caches; data and models stay
	rm -rf $(VENV) .venv-schedules .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
