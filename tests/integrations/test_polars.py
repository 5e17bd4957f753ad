"""Columns and expressions of polars give the results of a detector."""

import pytest

import detector

polars = pytest.importorskip("polars")

import detector.integrations.polars  # noqa: E402


def test_a_column(pages, clean):
    series = polars.Series("html", [*pages, None])
    assert series.detector.clean().to_list() == [*clean, None]
    assert series.detector.clean().name == "html"


def test_an_expression_of_a_lazy_table(pages, clean):
    table = polars.LazyFrame({"html": [*pages, None]})
    found = table.with_columns(text=polars.col("html").detector.clean()).collect()
    assert found["text"].to_list() == [*clean, None]
    assert found.schema["text"] == polars.String


def test_a_struct_of_what_was_found(pages, clean):
    table = polars.DataFrame({"html": pages})
    found = table.select(polars.col("html").detector.score(lines=True)).unnest("html")
    assert found["text"].to_list() == clean
    lines = [line.score for line in detector.score(pages[1]).lines if line.score is not None]
    assert [line["score"] for line in found["detector_lines"][1]] == lines


def test_the_schema_of_a_lazy_table_is_known_before_it_runs(pages):
    table = polars.LazyFrame({"html": pages}).select(polars.col("html").detector.score())
    assert table.collect_schema() == table.collect().schema


def test_an_empty_column():
    table = polars.DataFrame({"html": []}, schema={"html": polars.String})
    assert table.select(polars.col("html").detector.clean()).height == 0
