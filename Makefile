# Each target creates what it needs: `git clone`, then `make run` or `make test`, is all that one types.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)  # in a container one is root, and Jupyter asks twice

.DEFAULT_GOAL := help
.PHONY: help run train train-small sandbox box test lab demo docs docs-serve lint format lock bench compare fuzz fuzz-coverage kills corrections audit schedules screenshot release clean

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

run: $(READY)  ## read the samples, then run notebooks 01 to 03 for digits in a folder of their own (6 minutes on 2 cores)
	$(BIN)/payment-ml read data/samples/amount-01.png
	$(BIN)/payment-ml read 'data/samples/amount-*.png'
	$(BIN)/payment-ml read --as digit 'data/samples/digit-*.png'
	PAYMENT_ML_HOME=build/run $(BIN)/payment-ml retrain --quick
	PAYMENT_ML_HOME=build/run $(BIN)/payment-ml models list
	@echo
	@echo "The models in models/ read the samples above: they came with the clone. The digit classifier below them was trained"
	@echo "just now, on few digits, in build/run; its executed notebooks, with every figure, are in"
	@echo "    $$(ls -d build/run/models/*-cnn-*/notebooks | tail -1)"
	@echo "Next: make demo (read your own pictures), make lab (open the notebooks: 04 first, then 02), make sandbox (a place"
	@echo "to experiment in), make train (both readers anew, with full settings)."

train: $(READY)  ## train, evaluate and promote all networks anew (2.5 hours with bfloat16 on 2 cores, 9 hours without)
	$(BIN)/payment-ml retrain
	$(BIN)/payment-ml retrain -p architecture reader
	$(BIN)/payment-ml retrain -p architecture pages
	$(BIN)/payment-ml retrain -p architecture words
	$(BIN)/payment-ml models list

train-small: $(READY)  ## train a small amount reader in build/small, to try a change of the generator or the network (20 minutes)
	PAYMENT_ML_HOME=build/small $(BIN)/payment-ml retrain -p architecture reader -p epochs 6 -p amounts 8192
	PAYMENT_ML_HOME=build/small $(BIN)/payment-ml models list

sandbox: $(READY)  ## make sandbox/, with a copy of the champions, to experiment in
	mkdir -p sandbox/data sandbox/models
	test -d sandbox/data/raw || ! test -d data/raw || cp -a data/raw sandbox/data/
	test -f sandbox/models/champions.json || cp -a models/. sandbox/models/
	@echo
	@echo "What is trained or corrected there leaves data/ and models/ alone. In this shell, and in what it starts:"
	@echo "    export PAYMENT_ML_HOME=$(CURDIR)/sandbox"

# On 2 cores without bfloat16 instructions: make box BOX_READER="-p epochs 8", as models/README.md says.
box: $(READY)  ## train all networks from nothing, and file them in models/, where they travel with the code
	test -n "$$(ls -d build/box/models/*-cnn-*/notebooks 2>/dev/null)" || PAYMENT_ML_HOME=build/box $(BIN)/payment-ml retrain
	test -n "$$(ls -d build/box/models/*-reader-*/notebooks 2>/dev/null)" || PAYMENT_ML_HOME=build/box $(BIN)/payment-ml retrain -p architecture reader $(BOX_READER)
	test -n "$$(ls -d build/box/models/*-pages-*/notebooks 2>/dev/null)" || PAYMENT_ML_HOME=build/box $(BIN)/payment-ml retrain -p architecture pages
	test -n "$$(ls -d build/box/models/*-words-*/notebooks 2>/dev/null)" || PAYMENT_ML_HOME=build/box $(BIN)/payment-ml retrain -p architecture words
	$(BIN)/python -m payment_ml.registry.box build/box/models models
	rm -rf build/box
	@echo "Commit them: git add --force --all models"

test: $(READY)  ## lint, then every test
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

lab: $(READY)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab $(ALLOW_ROOT) --notebook-dir=. notebooks/01-prepare-data.ipynb

demo: $(READY)  ## serve the upload-and-predict page on this computer
	$(BIN)/payment-ml demo

docs: $(READY)  ## build the documentation site in build/site, with warnings as errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The site is in build/site; make docs-serve shows it in a browser."

docs-serve: $(READY)  ## show the documentation site on this computer, built anew after each change
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

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
	$(BIN)/python benchmarks/jobs.py
	$(BIN)/python benchmarks/cluster.py
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

release: $(READY)  ## build wheel and sdist from a clean clone, and read with the wheel in an empty environment
	rm -rf build/release && git clone --quiet . build/release
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist build/release
	$(BIN)/uv build --quiet --sdist --out-dir dist build/release
	$(PYTHON) -m venv build/release/empty
	build/release/empty/bin/python -m pip install --quiet dist/payment_ml-*.whl
	! build/release/empty/bin/python -c 'import tensorflow' 2>/dev/null
	cd / && HOME=$(CURDIR)/build/release $(CURDIR)/build/release/empty/bin/payment-ml read $(CURDIR)/data/samples/amount-01.png
	build/release/empty/bin/python -m pip uninstall --quiet --yes setuptools pip
	@du -sm build/release/empty | awk '{print "payment-ml and what it needs take " $$1 " MB, without pip."}'

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
