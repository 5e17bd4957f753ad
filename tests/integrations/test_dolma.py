"""dolma: spans of lines, also with its own command over files."""

import gzip
import json
import subprocess
import sys

import pytest

import detector

pytest.importorskip("dolma")

from dolma.core.data_types import Document

from detector.integrations.dolma import LineTagger

pytestmark = pytest.mark.filterwarnings("ignore")
TEXT = "Share on Facebook\r\n\nThe mill stood empty for thirty-one years, until the town bought it. 🏚\nPost Comment"


def test_spans_are_lines_and_their_scores():
    spans = LineTagger().predict(Document(source="", id="1", text=TEXT)).spans
    page = detector.score(TEXT)
    lines = [line for line in page.lines if line.score is not None]
    found = [(TEXT[span.start : span.end], span.score) for span in spans if span.type == "boilerplate"]
    assert found == [(line.text, line.score) for line in lines]
    dropped = [TEXT[span.start : span.end] for span in spans if span.type == "dropped"]
    assert dropped == [line.text + line.end for line in lines if not line.kept]
    assert "Share on Facebook\r\n" in dropped
    (share,) = [span for span in spans if span.type == "content_share"]
    assert (share.start, share.end, share.score) == (0, len(TEXT), page.content_share)


@pytest.mark.slow
def test_the_command(tmp_path):
    documents = tmp_path / "data" / "documents"
    documents.mkdir(parents=True)
    with gzip.open(documents / "pages.jsonl.gz", "wt") as file:
        file.write(json.dumps({"id": "1", "text": TEXT, "source": "test"}) + "\n")
    subprocess.run(
        [
            sys.executable, "-c", "from dolma.cli.__main__ import main; main()", "tag", "--documents", str(documents / "pages.jsonl.gz"), "--taggers", "detector",
            "--tagger_modules", "detector.integrations.dolma", "--experiment", "exp", "--processes", "1",
        ],
        check=True,
        timeout=300,
    )  # fmt: skip
    with gzip.open(tmp_path / "data" / "attributes" / "exp" / "pages.jsonl.gz", "rt") as file:
        (record,) = map(json.loads, file)
    scores = [round(line.score, 5) for line in detector.score(TEXT).lines if line.score is not None]
    assert [score for _, _, score in record["attributes"]["exp__detector__boilerplate"]] == scores
