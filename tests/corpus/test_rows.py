"""Rows of Arrow tables as in Spark data frames, tested without Spark."""

import gzip

import pytest

from detector.files.limits import ReadLimits
from detector.settings import Columns, CorpusSettings, Settings
from tests.corpus.made import page

arrow = pytest.importorskip("pyarrow")
from detector.spark.rows import PageSpec, batches_of, documents_of  # noqa: E402


def test_the_limits_of_rows_can_be_given():
    table = arrow.table({"text": [page(1), "word " * 2000]})
    few, many = (list(documents_of(table, Columns(), ReadLimits(most, 500))) for most in (5_000, 50_000))
    assert [getattr(row, "reason", "") for row in few] == ["", "more than 5,000 characters"]
    assert [row.text for row in many] == table.column("text").to_pylist()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_web_archive_in_a_row_is_no_page(pack):
    archive = b"WARC/1.0\r\nWARC-Type: response\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<p>A page</p>\r\n\r\n"
    table = arrow.table({"content": [pack(archive)]})
    (found,) = documents_of(table, Columns("content"), ReadLimits(100_000, 500))
    assert found.reason == "'content' is a web archive, not a page: give the file itself as an input"


def test_the_rules_have_the_limits():
    table = arrow.table({"text": [page(1).encode(), gzip.compress(b"word " * 2000)]})
    spec = PageSpec(Columns(), Settings(), CorpusSettings(record_bytes=5_000), None, lines=False)
    (batch,) = batches_of(table, spec)
    assert len(batch.documents) == 1
    assert "5,000" in batch.records[1].reason
