# make demo   set up everything, index examples/casefile, answer three questions
# make test   set up everything, run the tests
# make unit   those alone that start no whole process, service, browser or training
# make lint   ruff and mypy
# make attacks   damaged indexes, hostile documents, kills (within three minutes)
# make bench  what measures speed and quality; sets are named with SETS=FOLDER

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN     = $(VENV)/bin
SETS   ?= ../shared/data

.PHONY: demo test unit lint attacks bench clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Setting up $(VENV): a few minutes the first time'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Setting up $(VENV) with what the tests need: some minutes the first time'
	# torch first and alone: with it in place nothing pulls its CUDA build
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	@sh examples/demo.sh $(BIN)/rag

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

unit: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not whole"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

attacks: $(VENV)/.installed
	$(BIN)/python benchmarks/attacks/damaged_indexes.py --trials 150
	$(BIN)/python benchmarks/attacks/hostile_documents.py --documents 60 --line-mb 100
	$(BIN)/python benchmarks/attacks/kills.py --kills 12

bench: $(VENV)/.installed-dev
	@sh benchmarks/run.sh $(BIN)/python $(SETS)

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis examples/casefile/.rag
