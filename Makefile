# Everyday commands. CI runs `make check` before the tests.
PYTHON ?= .venv/bin/python

# Third-party packages for detector.integrations, in a separate environment: they are large, and some conflict.
# For dolma, only what it imports instead of everything that it requires.
DOLMA = dolma smart_open necessary requirements-parser omegaconf antlr4-python3-runtime==4.9.3 blingfire uniseg \
	anyascii fasttext-wheel tokenizers jq jsonpath-ng python-dotenv

.PHONY: install kernels check test slow integrations floors docs pictures bench profiles train golden tables reliability sbom audit s3a

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

# Tests that take a minute or more: other compilers, sanitizers, training.
slow:
	$(PYTHON) -m pytest -n auto -m slow

integrations:
	python3 -m venv .venv-integrations
	.venv-integrations/bin/pip install --quiet '.[integrations]' pytest hypothesis rich
	.venv-integrations/bin/pip install --quiet --no-deps $(DOLMA)
	.venv-integrations/bin/python -m pytest tests/integrations -m 'slow or not slow'

# Jars for tests/spark/test_cluster.py: hadoop-aws and the SDK that it needs, from a package on PyPI (181 MB).
S3A_HASH = sha256:05ca2d5081d7138ce29a8fb0a9cba077f28c825288ed07aed46a82e63c0bf1fb
s3a:
	mkdir -p build/s3a
	echo 'sagemaker-pyspark==1.4.5 --hash=$(S3A_HASH)' > build/s3a/requirements.txt
	$(PYTHON) -m pip download --quiet --no-deps --no-binary :all: --require-hashes --dest build/s3a \
		--requirement build/s3a/requirements.txt
	tar xzf build/s3a/sagemaker_pyspark-1.4.5.tar.gz -C build/s3a --strip-components 3 \
		--wildcards '*/jars/hadoop-aws-*.jar' '*/jars/aws-java-sdk-bundle-*.jar'
	rm build/s3a/sagemaker_pyspark-1.4.5.tar.gz

# Check that no figure got worse; needs the shared data.
floors:
	$(PYTHON) -m benchmarks check

# The site of docs/, in build/site; warnings are errors.
docs:
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

# The pictures of docs/, drawn from the examples; run it again after the model has changed.
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

# The default model, from the shared data and training_data/, and one model without each fold, for measuring.
# Three peers render the pages as text, each in its own way.
train:
	$(PYTHON) -m benchmarks setup resiliparse inscriptis html2lines
	$(PYTHON) -m benchmarks data training-pages build/training.jsonl.gz
	$(PYTHON) -m benchmarks train folds build/training.jsonl.gz build/models
	cp build/models/all/* detector/model/default/
	$(PYTHON) -m tests.golden.record

# What site profiles gain, measured with the models of all folds (`python -m benchmarks train folds`).
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

# Takes hours: faults, fuzzing, long runs, mutants and versions.
reliability:
	$(PYTHON) -m benchmarks reliability faults 500
	$(PYTHON) -m benchmarks reliability fuzz 300
	$(PYTHON) -m benchmarks reliability soak
	$(PYTHON) -m benchmarks reliability mutants
	$(PYTHON) -m benchmarks reliability versions
	$(PYTHON) -m benchmarks tables

# The packages of a plain install as a bill of materials (CycloneDX), and their known vulnerabilities. The tools
# have their own environment. pip-audit needs access to pypi.org.
build/plain:
	python3 -m venv build/plain build/audit-tools
	build/plain/bin/pip install -q .
	build/audit-tools/bin/pip install -q cyclonedx-bom pip-audit

sbom: build/plain
	build/audit-tools/bin/cyclonedx-py environment build/plain --output-file build/sbom.cdx.json

audit: build/plain
	build/audit-tools/bin/pip-audit --path $$(build/plain/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
