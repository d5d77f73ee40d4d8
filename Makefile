# What one can do here. CI calls the same targets.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
APPS := oo events accounts integrations notifier agents tips lab adminconsole

# Without byte-code files each of six processes compiles everything at each start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run model test fast check types format bench bench-quality lock proto proto-released messages clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.run ## start oO on this machine: http://localhost:$(PORT)
	@$(BIN)/python manage.py run --port $(PORT)

model: $(VENV)/.model ## fetch a small language model (1.1 GB), which make run then serves and asks
	@$(BIN)/python -m oo.model fetch $(MODEL)

test: $(VENV)/.dev ## install what the tests need, and run them on PostgreSQL and on SQLite; APP=tips for one app
	@$(BIN)/python -m tests.run $(APP)

fast: $(VENV)/.dev ## the tests inside the apps, on SQLite, without servers or a browser
	@DATABASE_URL=sqlite://:memory: $(BIN)/python -m pytest -n 2 --dist loadfile \
		-m "not browser and not postgres and not slow" $(or $(APP),$(APPS))

check: $(VENV)/.dev ## lint, types, layers, migrations, templates, production settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.check

types: $(VENV)/.dev ## the types alone, quick after the first time
	@$(BIN)/mypy .

format: $(VENV)/.dev ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure the page, the sync and the start, each against a bare floor
	@$(BIN)/python -m tests.bench

bench-quality: $(VENV)/.dev ## measure tips at judged moments; MOMENTS=<file or folder> OUT=<file.json> VARIANTS=rule,good_sense+model READERS=words,model SAMPLE=<rows>
	@$(BIN)/python -m lab.moments $(or $(MOMENTS),lab/moments/data) \
		$(if $(OUT),--out $(OUT)) $(if $(VARIANTS),--variants $(VARIANTS)) \
		$(if $(READERS),--readers $(READERS)) $(if $(SAMPLE),--sample $(SAMPLE))

lock: $(VENV)/.dev ## pin what requirements*.in ask for, with hashes
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes -q -o requirements.txt requirements.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes -q -o requirements-model.txt requirements-model.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes -q -o requirements-dev.txt requirements-dev.in

proto: $(VENV)/.dev ## write the Python of the events' wire format anew
	@$(BIN)/python -m grpc_tools.protoc -I events/proto --python_out=events/proto --pyi_out=events/proto oo/v1/events.proto

proto-released: $(VENV)/.dev ## with a release: what later changes of the wire format are compared with
	@$(BIN)/buf build events/proto --exclude-source-info -o events/proto/released.binpb

messages: $(VENV)/.dev ## collect the words to translate, and compile what is translated (needs gettext)
	$(BIN)/python manage.py makemessages --all --settings oo.settings.test --ignore ".venv/*" --ignore "tests/*"
	$(BIN)/python manage.py compilemessages --settings oo.settings.test --ignore ".venv/*"

clean: ## forget the virtual environment and this machine's data
	rm -rf $(VENV) var staticfiles

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "oO needs Python 3.11 or newer: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "Installing what oO runs on. This is done once."
	@$(BIN)/python -m pip install --quiet --compile --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.model: requirements-model.txt $(VENV)/.run
	@echo "Installing what asking a language model needs. This is done once."
	@$(BIN)/python -m pip install --quiet --compile --disable-pip-version-check --require-hashes -r requirements-model.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what checking and testing need. This is done once."
	@$(BIN)/python -m pip install --quiet --compile --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
