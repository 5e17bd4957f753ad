"""datatrove: its own executor, reader and writers around the step."""

import json
import pickle

import pytest

import detector

pytest.importorskip("datatrove")

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from detector.integrations.datatrove import PageCleaner


@pytest.fixture
def run(tmp_path, pages):
    """A function that runs the step over the pages, and returns what stays and what is left out."""
    (tmp_path / "in").mkdir()
    menu = "Home\nNews\nContact\nPrivacy policy\n© 2026 The Courier. All rights reserved."
    records = [{"id": str(number), "text": page} for number, page in enumerate([*pages, menu])]
    (tmp_path / "in" / "pages.jsonl").write_text("\n".join(map(json.dumps, records)))

    def run(**options):
        excluded = JsonlWriter(str(tmp_path / "excluded"), compression=None)
        LocalPipelineExecutor(
            [
                JsonlReader(str(tmp_path / "in")),
                PageCleaner(exclusion_writer=excluded, **options),
                JsonlWriter(str(tmp_path / "out"), compression=None),
            ],
            logging_dir=str(tmp_path / "logs"),
            skip_completed=False,
        ).run()
        return [
            {
                record["id"]: record
                for path in (tmp_path / name).glob("*")
                for record in map(json.loads, path.read_text().splitlines())
            }
            for name in ("out", "excluded")
        ]

    return run


def test_documents_are_cleaned_and_menus_are_left_out_with_the_reason(run, pages, clean):
    kept, excluded = run(lines=True)
    assert [kept["0"]["text"], kept["1"]["text"]] == clean
    page = detector.score(pages[1])
    said = kept["1"]["metadata"]
    assert said["detector_verdict"] == page.verdict.kind
    assert said["detector_content_share"] == page.content_share
    scored = [line for line in page.lines if line.score is not None]
    assert [(line["score"], line["kind"]) for line in said["detector_lines"]] == [
        (line.score, line.kind) for line in scored
    ]
    assert set(excluded) == {"2"}
    assert excluded["2"]["text"].startswith("Home\n")
    assert excluded["2"]["metadata"]["filter_reason"] == "nothing kept"


def test_kinds_of_pages_and_little_content_are_left_out(run, pages):
    shares = [detector.score(page).content_share for page in pages]
    kept, excluded = run(least_content=max(shares))
    assert set(kept) == {str(shares.index(max(shares)))}
    assert excluded[str(shares.index(min(shares)))]["metadata"]["filter_reason"] == "little content"
    kept, excluded = run(drop=["article"])
    assert excluded["0"]["metadata"]["filter_reason"] == "article"


def test_the_step_travels_to_worker_processes(pages, clean):
    step = pickle.loads(pickle.dumps(PageCleaner()))
    documents = [Document(text=page, id=str(number)) for number, page in enumerate(pages)]
    assert [document.text for document in step.run(documents)] == clean
