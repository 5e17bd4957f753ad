# The habits. `make check` is what CI runs before the tests.
PYTHON ?= .venv/bin/python

.PHONY: install check test bench profiles train golden tables

install:
	python3 -m venv .venv
	.venv/bin/pip install -e '.[dev]'

check:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m benchmarks tables --check
	$(PYTHON) -m benchmarks check

test:
	$(PYTHON) -m pytest

# Quality and speed beside the peers; needs the shared data and the peers' environments.
bench:
	$(PYTHON) -m benchmarks setup
	$(PYTHON) -m benchmarks run quality
	$(PYTHON) -m benchmarks run speed html
	$(PYTHON) -m benchmarks run speed text
	$(PYTHON) -m benchmarks run speed news
	$(PYTHON) -m benchmarks run near-duplicates 10000
	$(PYTHON) -m benchmarks run corpus 10000
	$(PYTHON) -m benchmarks tables

# The model that ships, from the shared data and training_data/. The three peers render the
# pages as text in their ways.
train:
	$(PYTHON) -m benchmarks setup resiliparse inscriptis html2lines
	$(PYTHON) -m benchmarks data training-pages build/training.jsonl.gz
	$(PYTHON) -m detector train build/training.jsonl.gz --anew --replace --output detector/model/default
	$(PYTHON) -m tests.golden.record

# What profiles are worth, measured with the models of all folds (`python -m benchmarks train folds`).
MODELS ?= build/models
profiles:
	$(PYTHON) -m benchmarks run profile $(MODELS)
	$(PYTHON) -m benchmarks run profile $(MODELS) --peer
	$(PYTHON) -m benchmarks run newlines $(MODELS)
	$(PYTHON) -m benchmarks tables

golden:
	$(PYTHON) -m tests.golden.record

tables:
	$(PYTHON) -m benchmarks tables
