"""Hugging Face datasets: the results of a detector, in memory and streamed, and a stable fingerprint."""

import subprocess
import sys

import pytest

from detector import Detector, Settings

datasets = pytest.importorskip("datasets")

from datasets.fingerprint import Hasher  # noqa: E402

from detector.integrations.datasets import PageCleaner  # noqa: E402


@pytest.fixture
def dataset(pages):
    return datasets.Dataset.from_dict({"html": [*pages, None], "id": [1, 2, 3]})


def test_map(dataset, clean):
    found = dataset.map(PageCleaner("html"), batched=True)
    assert found["text"][:] == [*clean, None]
    assert found["html"][:] == dataset["html"][:]
    assert found["detector_fault"][:] == [None] * 3


def test_a_fault_in_a_later_batch_is_kept(pages):
    """The first batch has none, but the column must not get the null type."""
    dataset = datasets.Dataset.from_dict({"html": [pages[1]] * 4 + [None] * 4})
    cleaner = PageCleaner("html", lines=True)
    found = dataset.map(cleaner, batched=True, batch_size=2, features=cleaner.features(dataset.features))
    assert found.features["detector_fault"].dtype == "string"
    assert found["detector_lines"][0][0]["kind"] == "form"


def test_workers(dataset, clean):
    found = dataset.map(PageCleaner("html"), batched=True, num_proc=2)
    assert found["text"][:] == [*clean, None]


def test_a_streamed_dataset(dataset, clean):
    streamed = dataset.to_iterable_dataset().map(PageCleaner("html"), batched=True, batch_size=2)
    assert [row["text"] for row in streamed] == [*clean, None]


def test_the_fingerprint_is_that_of_every_process():
    code = (
        "from datasets.fingerprint import Hasher; from detector.integrations.datasets import PageCleaner; "
        "print(Hasher.hash(PageCleaner('html')))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=None)
        for _ in range(2)
    ]
    assert {run.stdout.strip() for run in runs} == {Hasher.hash(PageCleaner("html"))}


def test_other_settings_have_another_fingerprint():
    careful = Detector(settings=Settings(threshold=0.9))
    assert Hasher.hash(PageCleaner("html")) != Hasher.hash(PageCleaner("html", careful))
    assert Hasher.hash(PageCleaner("html")) != Hasher.hash(PageCleaner("text"))
