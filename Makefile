# Everyday commands. CI runs `make check` before the tests.
PYTHON ?= .venv/bin/python

.PHONY: install kernels check test slow floors docs pictures bench profiles train golden tables

install:
	python3 -m venv .venv
	.venv/bin/pip install -e '.[dev]'

# Rebuild the C++ core after a change in detector/kernels.
kernels:
	$(PYTHON) detector/kernels/build.py

check:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(dir $(PYTHON))clang-format --dry-run -Werror $$(git ls-files 'detector/kernels/*.cpp' 'detector/kernels/*.h')
	$(PYTHON) -m benchmarks tables --check

test:
	$(PYTHON) -m pytest -n auto

# What takes a minute or more: other compilers, sanitizers, training.
slow:
	$(PYTHON) -m pytest -n auto -m slow

# Nothing got worse; needs the shared data.
floors:
	$(PYTHON) -m benchmarks check

# The site of docs/, in build/site; warnings are errors.
docs:
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

# The pictures of docs/, drawn from the examples; anew after a change of the model.
pictures:
	$(PYTHON) -m docs.pictures

# Quality and speed of all systems; needs the shared data and the peers' environments.
bench:
	$(PYTHON) -m benchmarks setup
	$(PYTHON) -m benchmarks run quality
	$(PYTHON) -m benchmarks run speed html
	$(PYTHON) -m benchmarks run speed text
	$(PYTHON) -m benchmarks run speed news
	$(PYTHON) -m benchmarks run near-duplicates 10000
	$(PYTHON) -m benchmarks run corpus 10000
	$(PYTHON) -m benchmarks tables

# The default model, from the shared data and training_data/, and one without each fold, which measures
# it. Three peers render the pages as text, each in its own way.
train:
	$(PYTHON) -m benchmarks setup resiliparse inscriptis html2lines
	$(PYTHON) -m benchmarks data training-pages build/training.jsonl.gz
	$(PYTHON) -m benchmarks train folds build/training.jsonl.gz build/models
	cp build/models/all/* detector/model/default/
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
