"""A small corpus with everything in it: two sites, a near-duplicate, and what cannot be read."""

import pytest

from detector.corpus.run import run
from detector.corpus.run_spec import Job
from detector.engines.in_process import InProcess
from detector.settings import Columns, CorpusSettings, Settings
from tests.corpus.made import records


def quiet(step, done, total):
    """No progress."""


@pytest.fixture
def job_of(tmp_path):
    """A job that writes to a new folder."""

    def make(name="out", to="same", lines="sidecar", **corpus):
        settings = CorpusSettings(**{"shard_bytes": 20_000, **corpus})
        return Job(tmp_path / name, Columns(), Settings(), settings, None, None, to, lines)

    return make


@pytest.fixture
def clean(job_of):
    """Clean inputs into a folder; give the folder and the outcome."""

    def call(*inputs, engine=None, memory=100_000_000, **options):
        job = job_of(**options)
        outcome = run([str(path) for path in inputs], job, engine or InProcess(), memory, quiet)
        return job.output, outcome

    return call


@pytest.fixture(scope="session")
def pages():
    """Records of two sites."""
    return records()
