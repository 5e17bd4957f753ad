"""Pages with thousands of unclosed formatting tags: a corpus run reports why it simplified them."""

import json

import pytest

from detector import Detector
from detector.corpus.run import Resources, run
from detector.engines.in_process import InProcess
from detector.files.zstd_files import read_zstd
from detector.settings import Settings
from detector.text.page import Page
from detector.text.read import read_batch, some_pages
from tests.corpus.made import write_jsonl

OPEN = "<html><h1>The mill</h1>" + "".join(
    f"<p>Day {number} of it <b id={number}>turns." for number in range(1000)
)
PLAIN = "<html><h1>The mill</h1><p>The wheel turns, <b>and turns</b> again.</p>"


def line_records(out):
    found = {}
    for path in out.glob("lines/*.jsonl.zst"):
        with read_zstd(path) as file:
            found |= {record["id"]: record for record in map(json.loads, file)}
    return found


@pytest.mark.parametrize("batch", [1, 10**7], ids=["page by page", "together"])
def test_its_line_record_says_why_and_the_report_counts_it(spec_of, tmp_path, batch):
    rows = [{"id": "plain", "text": PLAIN}, {"id": "open", "text": OPEN}, {"id": "text", "text": "a line\n"}]
    spec = spec_of(duplicates=0)._replace(settings=Settings(batch_bytes=batch))
    outcome = run(
        [str(write_jsonl(tmp_path / "pages.jsonl", rows))], spec, InProcess(), Resources(1, 10**9, 10**8)
    )
    out = spec.output
    found = line_records(out)
    assert found["open"]["simplified"] == Detector().score(OPEN, "html").simplified
    assert "it is read without them" in found["open"]["simplified"]
    assert not any("simplified" in found[name] for name in ("plain", "text"))
    assert outcome.report["simplified"] == 1
    assert "1 HTML pages were read without their formatting tags" in (out / "report.html").read_text()


def test_a_corpus_without_such_pages_says_nothing(clean, tmp_path):
    out, outcome = clean(
        write_jsonl(tmp_path / "pages.jsonl", [{"id": "plain", "text": PLAIN}]), duplicates=0
    )
    assert outcome.report["simplified"] == 0
    assert "formatting tags" not in (out / "report.html").read_text()


def test_some_pages_of_a_batch_keep_what_is_known_of_them():
    read = read_batch([Page(source, "html") for source in (PLAIN, OPEN, PLAIN, OPEN)])
    assert read.simplified == (1, 3)
    assert some_pages(read, [0, 3]).simplified == (1,)
    assert some_pages(read, [0, 2]).simplified == ()
