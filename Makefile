# `make` lists the targets. Everything happens in .venv, which the targets make themselves.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install demo test test-long lint format bench clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

install: .venv/.installed ## make .venv with the package and its development tools

demo: .venv/.installed ## cluster the built-in handwritten digits: table, figures, run folder
	$(BIN)/kmeans fit configs/digits.yaml

test: .venv/.installed ## all tests but the long ones; on real MNIST too when KMEANS_DATA_DIR holds it
	$(BIN)/python -m pytest -q -m "not long"

test-long: .venv/.installed ## the tests that take minutes
	$(BIN)/python -m pytest -q -m long

lint: .venv/.installed ## ruff and mypy, both strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.installed ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed ## speed and memory beside scikit-learn, on real MNIST (KMEANS_DATA_DIR)
	$(BIN)/python -m tests.bench.fit
	$(BIN)/python -m tests.bench.minibatch

clean: ## remove .venv and caches; runs/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find kmeans_cli tests -name __pycache__ -type d -prune -exec rm -rf {} +
