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

test:
	$(PYTHON) -m pytest

# Quality and speed beside the peers; needs the shared data and the peers' environments.
bench:
	$(PYTHON) -m benchmarks.setup_peers
	$(PYTHON) -m benchmarks.run_quality
	$(PYTHON) -m benchmarks.run_speed html
	$(PYTHON) -m benchmarks.run_speed text
	$(PYTHON) -m benchmarks.run_speed news
	$(PYTHON) -m benchmarks.run_duplicates 10000
	$(PYTHON) -m benchmarks.run_corpus 10000
	$(PYTHON) -m benchmarks.write_tables

# The model that ships, from the shared data and training_data/. The three peers render the
# pages as text in their ways.
train:
	$(PYTHON) -m benchmarks.setup_peers resiliparse inscriptis html2lines
	$(PYTHON) -m benchmarks.training_pages build/training.jsonl.gz
	$(PYTHON) -m detector train build/training.jsonl.gz --anew --replace --output detector/model/default
	$(PYTHON) -m tests.golden.record

# The site's step alone, anew, in finished models of all folds (benchmarks/train_folds.py writes them),
# and what profiles are worth, measured with them.
MODELS ?= build/models
profiles:
	$(PYTHON) -m benchmarks.train_site build/training.jsonl.gz $(MODELS)
	$(PYTHON) -m benchmarks.run_profile $(MODELS)
	$(PYTHON) -m benchmarks.run_profile_peer $(MODELS)
	$(PYTHON) -m benchmarks.run_newlines $(MODELS)
	$(PYTHON) -m benchmarks.write_tables

golden:
	$(PYTHON) -m tests.golden.record

tables:
	$(PYTHON) -m benchmarks.write_tables
