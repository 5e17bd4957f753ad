"""`detector clean --format`: pages written to standard output and to a folder."""

import gzip
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from detector.cli.main import run

TIDES = str(Path(__file__).parent.parent.parent / "examples" / "tides.html")
NEWS = str(Path(__file__).parent.parent.parent / "examples" / "news.html")


def out(capsys, *arguments):
    assert run(["clean", *arguments]) == 0
    return capsys.readouterr().out


def test_markdown(capsys):
    assert out(capsys, TIDES, "--format", "markdown").startswith(
        "# How we measure the tide at Ostrand\n\nA **float**"
    )


def test_html_and_xml(capsys):
    assert out(capsys, TIDES, "--format", "html").startswith('<!DOCTYPE html>\n<html lang="en">')
    assert ET.fromstring(out(capsys, TIDES, "--format", "xml")).tag.endswith("}TEI")


def test_several_pages_on_standard_output_are_named(capsys):
    found = out(capsys, TIDES, NEWS)
    assert found.startswith(f"==> {TIDES} <==\nHow we measure the tide")
    assert f"\n==> {NEWS} <==\nFerry line" in found
    assert "==>" not in out(capsys, TIDES)


def test_jsonl_is_a_line_for_each_page(capsys, tmp_path):
    records = [json.loads(line) for line in out(capsys, TIDES, NEWS, "--format", "jsonl").splitlines()]
    assert [record["id"] for record in records] == [TIDES, NEWS]
    assert records[0]["metadata"]["authors"] == [{"value": "Ada Brekke", "source": "json-ld:author"}]
    out(capsys, TIDES, NEWS, "--format", "jsonl", "--output", str(tmp_path))
    lines = (tmp_path / "pages.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records


@pytest.mark.parametrize(("format", "suffix"), [("html", ".html"), ("xml", ".xml"), ("markdown", ".md")])
def test_a_file_for_each_page(capsys, tmp_path, format, suffix):
    out(capsys, TIDES, NEWS, "--format", format, "--output", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"news{suffix}", f"tides{suffix}"]


def test_compressed_pages_are_named_as_the_others_are(capsys, tmp_path):
    packed = tmp_path / "tides.html.gz"
    packed.write_bytes(gzip.compress(Path(TIDES).read_bytes()))
    assert out(capsys, str(packed), NEWS, "--output", str(tmp_path / "clean")) == ""
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == ["news.txt", "tides.txt"]


def test_json_has_the_metadata(capsys):
    found = json.loads(out(capsys, TIDES, "--format", "json"))
    assert found["metadata"]["published"]["value"] == "2024-05-03T08:00:00+02:00"
