# Soundalike: `make demo` and `make test` are all a newcomer needs. Both call `make setup`.
PYTHON ?= python3

.PHONY: setup lora demo test test-all bench lint types format lock clean

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py

# What trains adapters. torch comes apart: on a machine with its CPU build in reach pip takes that, else what PyPI has.
lora: .venv/.lora

.venv/.lora: .venv/.installed requirements-lora.lock
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@.venv/bin/python -m uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r requirements-lora.lock
	@touch $@

demo: setup
	@.venv/bin/soundalike demo

test: setup lint types
	@.venv/bin/python -m pytest -m "not slow"

test-all: setup lint types
	@.venv/bin/python -m pytest
	@.venv/bin/python tools/test_pythons.py

bench: setup
	@.venv/bin/python benchmarks/run.py

lint: setup
	@.venv/bin/ruff check --quiet . && .venv/bin/ruff format --check --quiet .

types: setup
	@.venv/bin/mypy

format: setup
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format .

lock: setup
	@.venv/bin/python tools/lock.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache build dist
