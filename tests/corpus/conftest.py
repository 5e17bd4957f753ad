"""A small corpus: two sites, a near-duplicate, and records that cannot be read."""

import pytest

from detector.corpus.run import Resources, run
from detector.corpus.run_spec import RunSpec
from detector.engines.in_process import InProcess
from detector.settings import CorpusSettings
from tests.corpus.made import records


@pytest.fixture
def spec_of(tmp_path):
    """A run that writes to a new folder."""

    def make(name="out", to="same", lines="sidecar", **corpus):
        settings = CorpusSettings(**{"shard_bytes": 20_000, **corpus})
        return RunSpec(tmp_path / name, corpus=settings, to=to, lines=lines)

    return make


@pytest.fixture
def clean(spec_of):
    """Clean inputs into a folder; return the folder and the outcome."""

    def call(*inputs, engine=None, memory=100_000_000, **options):
        spec = spec_of(**options)
        outcome = run(
            [str(path) for path in inputs], spec, engine or InProcess(), Resources(1, 10**9, memory)
        )
        return spec.output, outcome

    return call


@pytest.fixture(scope="session")
def pages():
    """Records of two sites."""
    return records()
