"""Every record of the input is in the output, or listed in one file with the reason."""

import pytest

from detector.settings import DocumentFilters
from tests.corpus.made import FOOT, HEAD, page, read_jsonl, records, story, write_jsonl


def documents():
    """Pages that stay, pages that become empty in every way, a short one, a copy, and a broken record."""
    rows = records(12)
    archive = "\n".join([*HEAD, *(line for at in (0, 2, 4) for line in story(at)[1:]), *FOOT])
    rows.append({"id": "menu", "url": "https://www.site0.example/menu", "text": "\n".join([*HEAD, *FOOT])})
    rows.append({"id": "nothing", "text": ""})
    rows.append({"id": "blank", "text": "\n\n \n\u00a0\n"})
    rows.append({"id": "short", "text": "A tale of the harbour, told by the mayor to two teachers."})
    rows.append({"id": "copy", "url": "https://www.site1.example/copy", "text": page(3, 1)})
    rows.append({"id": "archive", "url": "https://www.site0.example/archive", "text": archive})
    return [*rows, b'{"text": ']


@pytest.mark.parametrize("lines", ["sidecar", "none"])
@pytest.mark.parametrize("passages", ["keep", "drop"])
def test_every_record_is_accounted_for(clean, tmp_path, lines, passages):
    path = write_jsonl(tmp_path / "pages.jsonl", documents())
    filters = DocumentFilters(min_words=15)
    out, outcome = clean(path, lines=lines, passages=passages, filters=filters, most_lost=1.0)
    left_out = {row["id"]: row for row in read_jsonl(out, "filtered.jsonl")}
    empty = {id for id, row in left_out.items() if row["filter"] == "empty"}
    total, report = outcome.report["total"], outcome.report
    kept = {row["id"] for row in read_jsonl(out / "data")}
    copies = {row["id"] for row in read_jsonl(out, "duplicates.jsonl")}
    assert len(empty) == total["empty"]
    assert len(left_out) - len(empty) == sum(row["documents"] for row in report["filtered"].values()) > 0
    assert (len(kept), len(copies)) == (total["kept"], total["duplicates"])
    parts = [kept, copies, set(left_out)]
    assert set.union(*parts) == {row["id"] for row in documents() if isinstance(row, dict)}
    assert sum(map(len, parts)) == total["documents"]
    assert len(read_jsonl(out / "rejects")) == sum(report["rejected"].values()) == 1
    reasons = {id: left_out[id]["reason"] for id in empty}
    assert reasons["nothing"] == "the page has no text"
    assert reasons["menu"].startswith("all lines were dropped, most of the text for: ")
    assert all((left_out[id]["value"], left_out[id]["limit"]) == (0, 1) for id in empty)
    if passages == "drop":
        assert reasons["archive"] == "all that was kept is on another page of the site (passages)"
    else:
        assert "archive" in kept | copies


def test_without_filters_empty_documents_are_listed(clean, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", [*records(3), {"id": "none", "text": " \n"}])
    out, outcome = clean(path, lines="none")
    assert [(row["id"], row["filter"]) for row in read_jsonl(out, "filtered.jsonl")] == [("none", "empty")]
    assert outcome.report["total"]["empty"] == 1
    assert "filtered" not in outcome.report
    nothing, _ = clean(write_jsonl(tmp_path / "more.jsonl", records(3)), name="all")
    assert (nothing / "filtered.jsonl").read_bytes() == b""
