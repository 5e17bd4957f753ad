"""Compressed files of lines are split between frames, and give the records of the whole file."""

import gzip
import io
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import clean_corpus
from detector.corpus.formats import frames
from detector.corpus.formats.documents import Document, Part
from detector.corpus.formats.files import size_and_time
from detector.corpus.formats.frames import frame_starts
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import Input
from detector.corpus.survey import survey
from detector.files.zstd_files import read_zstd
from detector.settings import Columns, CorpusSettings, EngineSettings
from detector.text.compressed import GZIP
from tests.corpus.made import everything, records, zstd_of

PACKERS = {".gz": gzip.compress, ".zst": zstd_of}


def _parts(path, found):
    ends = [*(start for start, _ in found.starts[1:]), -1]
    size, time = size_and_time(str(path))
    return [
        Part(str(path), path.name, "jsonl", start, end, first, size=size, time=time, piece=piece)
        for (start, first), end, piece in zip(found.starts, ends, found.pieces, strict=True)
    ]


def _surveyed(path, shard_bytes):
    return survey(Input(str(path), path.name, "jsonl", *size_and_time(str(path))), shard_bytes)


@pytest.mark.parametrize("end", PACKERS)
@given(
    st.lists(st.lists(st.sampled_from([b'{"text": "a"}\n', b'{"text": "b"}', b"\n", b"[", b""]), max_size=4), max_size=9),
    st.integers(1, 200),
    st.sampled_from([1, 7, 1 << 18]),
)  # fmt: skip
def test_parts_have_the_records_of_the_whole_file(tmp_path_factory, end, contents, shard_bytes, block):
    path = tmp_path_factory.mktemp("frames") / f"a.jsonl{end}"
    path.write_bytes(b"".join(PACKERS[end](b"".join(lines)) for lines in contents))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "BLOCK", block)
        found = _surveyed(path, shard_bytes)
    whole = list(read_part(Part(str(path), path.name, "jsonl"), Columns()))
    assert [record for part in _parts(path, found) for record in read_part(part, Columns())] == whole


@pytest.mark.parametrize("end", PACKERS)
def test_a_run_is_the_same_however_lines_are_packed(tmp_path, end):
    lines = [json.dumps(row).encode() + b"\n" for row in records(60)]
    joined = b"".join(PACKERS[end](b"".join(lines[at : at + 5])) for at in range(0, 60, 5))
    single = PACKERS[end](b"".join(lines))
    rows = {}
    for name, content in (("joined", joined), ("single", single)):
        (tmp_path / name).mkdir()
        path = tmp_path / name / f"pages.jsonl{end}"
        path.write_bytes(content)
        out = tmp_path / f"{name}-out"
        rules = CorpusSettings(shard_bytes=-(-len(joined) // 3))
        outcome = clean_corpus([path], out, None, rules, engine=EngineSettings("process"))
        assert outcome.shards == (1 if name == "single" else 3)
        rows[name] = [row for file in sorted((out / "data").iterdir()) for row in _rows(file, end)]
        again = tmp_path / f"{name}-again"
        clean_corpus([path], again, None, rules, engine=EngineSettings(workers=2))
        assert everything(again) == everything(out)
    assert rows["joined"] == rows["single"]
    assert len(rows["joined"]) > 40


def _rows(path, end):
    data = path.read_bytes()
    return [
        json.loads(line) for line in (gzip.decompress(data) if end == ".gz" else _unzstd(data)).splitlines()
    ]


def _unzstd(data):
    return read_zstd(io.BytesIO(data)).read()


def test_frames_that_begin_within_a_line_are_no_place_to_cut():
    line = b'{"text": "one two three four"}\n'
    data = gzip.compress(line + line[:5]) + gzip.compress(line[5:]) + gzip.compress(line)
    starts = frame_starts(io.BytesIO(data), "a.jsonl.gz", 1)
    assert starts == [(0, 0), (len(data) - len(gzip.compress(line)), 2)]
    assert frame_starts(io.BytesIO(data), "a.jsonl.zst", 1) == [(0, 0)]


def test_what_cannot_be_cut(tmp_path, monkeypatch):
    line = b'{"text": "one two three four"}\n'
    cut = (gzip.compress(line) * 3)[:-9]
    assert frame_starts(io.BytesIO(cut), "a.gz", 1) == [
        (0, 0),
        (len(gzip.compress(line)), 1),
        (2 * len(gzip.compress(line)), 2),
    ]
    with pytest.raises(zlib.error):
        frame_starts(io.BytesIO(gzip.compress(line) + GZIP + b"\xff" * 9), "a.gz", 1)
    # A bomb, and a first frame that is longer than several parts.
    bomb = gzip.compress(bytes(10_000_000)) + gzip.compress(line)
    monkeypatch.setattr(frames, "BLOCK", 1000)
    assert frame_starts(io.BytesIO(bomb), "a.gz", 1_000_000) == [(0, 0)]
    long = gzip.compress(bytes(range(256)) * 50 + line, 0) + gzip.compress(line)
    assert frame_starts(io.BytesIO(long), "a.gz", 1000) == [(0, 0)]
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(line) * 3 + b"\x1f\x8b\x08damaged")
    assert _surveyed(path, 1).starts == ((0, 0),)
    found = list(read_part(Part(str(path), path.name, "jsonl"), Columns()))
    assert [isinstance(record, Document) for record in found] == [True] * 3 + [False]
