"""Ray Data gives the results of a detector, from workers of a real cluster on this machine."""

import os

import pytest

import detector
from detector import Detector, Settings

ray = pytest.importorskip("ray")

from detector.integrations.ray import PageCleaner  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster():
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    yield
    ray.shutdown()


def test_map_batches(cluster, pages, clean):
    rows = ray.data.from_items([{"id": number, "html": page} for number, page in enumerate([*pages, None])])
    found = rows.map_batches(PageCleaner("html", lines=True), batch_format="pyarrow", batch_size=2).take_all()
    found = {row["id"]: row for row in found}
    assert [found[number]["text"] for number in range(3)] == [*clean, None]
    scores = [line.score for line in detector.score(pages[1]).lines if line.score is not None]
    assert [line["score"] for line in found[1]["detector_lines"]] == scores


def test_settings_travel_to_the_workers(cluster, pages):
    careful = Detector(settings=Settings(threshold=1.0))
    rows = ray.data.from_items([{"html": page} for page in pages])
    found = rows.map_batches(PageCleaner("html", careful), batch_format="pyarrow").take_all()
    assert sorted(row["text"] for row in found) == sorted(careful.clean(page) for page in pages)
