"""The fuzzed readers, each with valid files to start from."""

import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.reliability.fuzz.mutations import GZIP, PLAIN, ZIP, ZSTD, Packing
from benchmarks.reliability.fuzz.valid_files import (
    PAGE,
    RULES,
    SETTINGS,
    TEXT,
    corrected_labels,
    csv_files,
    json_lines_of_pages,
    labelled_pages,
    parquet_files,
    requests,
    some_pages,
    web_archives,
)
from detector import DuplicateIndex, SiteProfile, clean_corpus
from detector.corpus.formats.documents import Kind, Part
from detector.corpus.formats.http_bodies import sent_page
from detector.corpus.formats.readers import read_part
from detector.corpus.restore import restored
from detector.detector import Detector
from detector.model.files import ARRAYS_FILE, CONFIG_FILE, DEFAULT, load
from detector.settings import Columns, CorpusSettings, EngineSettings, Settings
from detector.text.page import Page
from detector.training.data.labelled_pages import read_pages
from detector.training.data.line_labels import read_labels

Read = Callable[[bytes], object]


class Target(NamedTuple):
    """A reader.

    seeds: valid files, made in a folder of their own
    reader: a function that reads bytes; it may use a folder for files
    packing: how the files are packed
    inputs: number of changed files that the tests read, so that the tests are the same on all machines;
        together they take a minute
    """

    name: str
    seeds: Callable[[Path], list[bytes]]
    reader: Callable[[Path], Read]
    packing: Packing = PLAIN
    inputs: int = 300


def _page_reader(format: str, folder: Path) -> Read:
    detector = Detector()

    def read(data: bytes) -> object:
        page = detector.score_batch([Page.read(data, format)])[0]  # type: ignore[arg-type]
        return [page.clean_text, page.to_dict(), page.to_markdown() if format == "html" else ""]

    return read


def _part_reader(name: str, kind: Kind, folder: Path) -> Read:
    path = folder / name

    def read(data: bytes) -> object:
        path.write_bytes(data)
        return [
            getattr(record, "text", record) for record in read_part(Part(str(path), name, kind), Columns())
        ]

    return read


def _body_reader(folder: Path) -> Read:
    """Bodies of archived responses, with arbitrary headers."""
    headers = [
        (transfer, content) for transfer in ("", "chunked") for content in ("", "deflate", "br", "gzip")
    ]

    def read(data: bytes) -> object:
        return [sent_page(data, transfer, content)[:10] for transfer, content in headers]

    return read


def _file_reader(path: Path, call: Callable[[Path], object]) -> Read:
    def read(data: bytes) -> object:
        path.write_bytes(data)
        return call(path)

    return read


def _model_reader(name: str, folder: Path) -> Read:
    shutil.copytree(DEFAULT, folder, dirs_exist_ok=True)
    pages = [Page.read(PAGE.encode(), "html"), Page.read(TEXT.encode(), "text")]

    def read(data: bytes) -> object:
        (folder / name).write_bytes(data)
        return [page.to_dict() for page in Detector(model=load(folder)).score_batch(pages)]

    return read


def _profile_seeds(folder: Path) -> list[bytes]:
    pages = [Page.read(page.encode(), "text") for page in some_pages()]
    SiteProfile.learn(pages, name="valley").save(folder / "valley.profile")
    SiteProfile.learn(pages, name="valley").save(folder / "whole.profile", whole=True)
    return [(folder / name).read_bytes() for name in ("valley.profile", "whole.profile")]


def _profile_reader(folder: Path) -> Read:
    page = Page.read(TEXT.encode(), "text")

    def use(path: Path) -> object:
        profile = SiteProfile.load(path)
        return [profile.show(), Detector(profile=profile).score_batch([page])[0].to_dict()]

    return _file_reader(folder / "a.profile", use)


def _index(folder: Path) -> Path:
    place = folder / "index"
    if not place.exists():
        DuplicateIndex.create(place).match(
            [(str(at), text) for at, text in enumerate(some_pages())], add=True
        )
    return place


def _index_seeds(folder: Path) -> list[bytes]:
    return [(_index(folder) / "index.json").read_bytes()]


def _index_reader(folder: Path) -> Read:
    """Its JSON, and its arrays without checksums, as if the damage had been there when they were made."""
    place = _index(folder)

    def read(data: bytes) -> object:
        (place / "index.json").write_bytes(data)
        return DuplicateIndex.open(place, check=True).match([("new", TEXT)])

    return read


def _array_seeds(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((_index(folder) / "segment-000001").glob("*.npy"))]


def _array_reader(folder: Path) -> Read:
    """An array of an index, chosen by the length of the data. Its checksum is adjusted."""
    from detector.near_duplicates.index.files import checksum

    place = _index(folder)
    manifest = json.loads((place / "index.json").read_bytes())
    paths = sorted((place / "segment-000001").glob("*.npy"))
    whole = {path: path.read_bytes() for path in paths}

    def read(data: bytes) -> object:
        path = paths[len(data) % len(paths)]
        path.write_bytes(data)
        said = json.loads(json.dumps(manifest))
        said["segments"][0]["files"][path.stem] = [len(data), checksum(path)]
        (place / "index.json").write_text(json.dumps(said))
        try:
            return DuplicateIndex.open(place).match([("new", TEXT)])
        finally:
            path.write_bytes(whole[path])

    return read


def _run(folder: Path) -> Path:
    out = folder / "out"
    if not out.exists():
        (folder / "pages.jsonl").write_bytes(json_lines_of_pages())
        clean_corpus([folder / "pages.jsonl"], out, engine=EngineSettings("process"))
    return out


def _run_seeds(name: str, folder: Path) -> list[bytes]:
    return [(_run(folder) / name).read_bytes()]


def _run_reader(name: str, folder: Path) -> Read:
    run, detector = _run(folder), Detector(settings=Settings(threshold=0.4))

    def use(path: Path) -> object:
        return [list(restored(run, None, False)), list(restored(run, detector, False))]

    return _file_reader(run / name, use)


def _request_reader(folder: Path) -> Read:
    """The HTTP interface; any body is sent to each path."""
    from starlette.testclient import TestClient

    from detector.web.app import create_app
    from detector.web.settings import ServeSettings

    limits = ServeSettings(most_body=200_000, most_pages=20, most_lines=3000, most_seconds=120.0)
    client = TestClient(create_app(limits=limits), "http://127.0.0.1:8765", raise_server_exceptions=False)
    # It starts the workers. Leaving it would end them, so it is only left when the process ends.
    client.__enter__()
    calls = [(path, "application/json") for path in ("score", "clean", "duplicates", "profile")]
    calls.append(("clean", "application/x-ndjson"))

    def read(data: bytes) -> object:
        statuses = []
        for path, kind in calls:
            found = client.post(f"/v1/{path}", content=data, headers={"content-type": kind})
            if found.status_code >= 500:
                raise AssertionError(f"/v1/{path} answers {found.status_code}: {found.text[:200]}")
            statuses.append(found.status_code)
        return str(statuses)

    return read


def _texts(*texts: str) -> Callable[[Path], list[bytes]]:
    return lambda folder: [text.encode() for text in texts]


def _part_target(
    name: str, file: str, kind: Kind, seeds: Callable[[Path], list[bytes]], packing: Packing = PLAIN
) -> Target:
    return Target(name, seeds, partial(_part_reader, file, kind), packing)


def _packed(seeds: Callable[[Path], list[bytes]], packing: Packing) -> Callable[[Path], list[bytes]]:
    return lambda folder: [packing.packed({"": data}) for data in seeds(folder)]


def _jsonl_seeds(folder: Path) -> list[bytes]:
    return [json_lines_of_pages()]


def _arrays_of_model(folder: Path) -> list[bytes]:
    return [(DEFAULT / ARRAYS_FILE).read_bytes()]


def _config_of_model(folder: Path) -> list[bytes]:
    return [(DEFAULT / CONFIG_FILE).read_bytes()]


LINE_FILE: Final = "lines/00000.jsonl.zst"
TARGETS: Final[Sequence[Target]] = (
    Target("html", _texts(PAGE, PAGE.replace("<p>", "<li><a href=x>")), partial(_page_reader, "html")),
    Target(
        "text",
        _texts(TEXT, "# A\n\n* b\n* c\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        partial(_page_reader, "text"),
    ),
    _part_target("jsonl", "a.jsonl", "jsonl", _jsonl_seeds),
    _part_target("jsonl.gz", "a.jsonl.gz", "jsonl", _packed(_jsonl_seeds, GZIP), GZIP),
    _part_target("jsonl.zst", "a.jsonl.zst", "jsonl", _packed(_jsonl_seeds, ZSTD), ZSTD),
    _part_target("csv", "a.csv", "csv", partial(csv_files, ",")),
    _part_target("csv with semicolons", "a.csv", "csv", partial(csv_files, ";")),
    _part_target("parquet", "a.parquet", "parquet", parquet_files),
    _part_target("warc", "a.warc", "warc", web_archives),
    _part_target("warc.gz", "a.warc.gz", "warc", _packed(web_archives, GZIP), GZIP),
    Target("bodies of archives", _texts("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n", PAGE), _body_reader),
    Target("a model's arrays", _arrays_of_model, partial(_model_reader, ARRAYS_FILE), ZIP, 30),
    Target("a model's description", _config_of_model, partial(_model_reader, CONFIG_FILE)),
    Target("a profile", _profile_seeds, _profile_reader, ZIP),
    Target("an index's description", _index_seeds, _index_reader),
    Target("an index's arrays", _array_seeds, _array_reader),
    Target("line records", partial(_run_seeds, LINE_FILE), partial(_run_reader, LINE_FILE), ZSTD),
    Target("a manifest", partial(_run_seeds, "manifest.json"), partial(_run_reader, "manifest.json")),
    Target("rules", _texts(RULES), lambda folder: _file_reader(folder / "rules.toml", CorpusSettings.read)),
    Target(
        "settings", _texts(SETTINGS), lambda folder: _file_reader(folder / "settings.toml", Settings.read)
    ),
    Target(
        "labelled pages",
        labelled_pages,
        lambda folder: _file_reader(folder / "a.jsonl", lambda path: list(read_pages([path]))),
    ),
    Target(
        "corrected labels", corrected_labels, lambda folder: _file_reader(folder / "a.jsonl", read_labels)
    ),
    Target("requests over HTTP", requests, _request_reader),
)
