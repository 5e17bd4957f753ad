"""What is fuzzed: each reader with valid files to begin from."""

import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.reliability.faults.scenarios import HTML
from benchmarks.reliability.fuzz.mutations import GZIP, PLAIN, ZIP, ZSTD, Packing
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
STORY: Final = (
    "The ferry to the northern islands will run all winter, the harbour master said on Monday.",
    "Two pilots and a cook were found in a week, and the old boat was painted green.",
    "Tickets cost the same as last year. Children under six travel for nothing.",
)
LINES: Final = (
    "Home",
    "News",
    "The ferry runs all winter",
    *STORY,
    "Share this",
    "Leave a Reply",
    "© 2024 The Valley Post",
)
TEXT: Final = "\n".join(LINES)
PAGE: Final = HTML.format(title=LINES[2], body="".join(f"<p>{line}</p>" for line in LINES))


class Target(NamedTuple):
    """A reader.

    seeds: valid files, made in a folder of their own
    reader: a function that reads bytes; it may use a folder for files
    packing: of the files
    """

    name: str
    seeds: Callable[[Path], list[bytes]]
    reader: Callable[[Path], Read]
    packing: Packing = PLAIN


def _pages(count: int = 6) -> list[str]:
    return [f"{TEXT}\nPage {number} of 6\n{STORY[number % 3]} {number}" for number in range(count)]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"a{number}",
            "url": f"https://www.valley.org/{number}",
            "text": page,
            "tags": [1, None],
        }
        for number, page in enumerate(_pages())
    ]


def _jsonl() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in _rows())


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


def _parquet(folder: Path) -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = []
    for size in (2, 100):
        written = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(_rows()), written, row_group_size=size)
        found.append(written.getvalue())
    return found


def _csv(separator: str, folder: Path) -> list[bytes]:
    rows = [["id", "url", "text"], *([row["id"], row["url"], row["text"]] for row in _rows())]
    return ["\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows).encode()]


def _warc(folder: Path) -> list[bytes]:
    found = b""
    for number, page in enumerate((PAGE, TEXT, PAGE)):
        kind = "text/plain" if number == 1 else "text/html; charset=utf-8"
        body = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{page}".encode()
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\n"
            "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000a>\r\n"
            f"WARC-Date: 2024-05-01T00:00:00Z\r\nWARC-Target-URI: https://www.valley.org/{number}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found += head.encode() + body + b"\r\n\r\n"
    return [found]


def _body_reader(folder: Path) -> Read:
    """Bodies of archived answers, whose headers say anything."""
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
    pages = [Page.read(page.encode(), "text") for page in _pages()]
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
        DuplicateIndex.create(place).match([(str(at), text) for at, text in enumerate(_pages())], add=True)
    return place


def _index_seeds(folder: Path) -> list[bytes]:
    return [(_index(folder) / "index.json").read_bytes()]


def _index_reader(folder: Path) -> Read:
    """Its JSON, and, without checksums, its arrays: damage that was there when they were made."""
    place = _index(folder)

    def read(data: bytes) -> object:
        (place / "index.json").write_bytes(data)
        return DuplicateIndex.open(place, check=True).match([("new", TEXT)])

    return read


def _array_seeds(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((_index(folder) / "segment-000001").glob("*.npy"))]


def _array_reader(folder: Path) -> Read:
    """An array of an index; which one, the length of the data decides. Its checksum is made to fit."""
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
        (folder / "pages.jsonl").write_bytes(_jsonl())
        clean_corpus([folder / "pages.jsonl"], out, engine=EngineSettings("process"))
    return out


def _run_seeds(name: str, folder: Path) -> list[bytes]:
    return [(_run(folder) / name).read_bytes()]


def _run_reader(name: str, folder: Path) -> Read:
    run, detector = _run(folder), Detector(settings=Settings(threshold=0.4))

    def use(path: Path) -> object:
        return [list(restored(run, None, False)), list(restored(run, detector, False))]

    return _file_reader(run / name, use)


RULES: Final = (
    'protect = ["(?i)recipe", "^Note: .*"]\ntemplate = ["^Share"]\nmost_lost = 0.9\nleast_pages = 100\n'
    'shard_bytes = 32000000\nkeep = "first"\nfolder_sites = "top"\ndrop_copies = ["headline"]\n'
    '[thresholds]\n"valley.org" = 0.5\n'
)
SETTINGS: Final = 'threshold = 0.5\ncut_headlines = true\nkeep = ["title"]\nleast_content = 0.2\n'


@contextmanager
def _client() -> Iterator[Any]:
    from starlette.testclient import TestClient

    from detector.web.app import create_app
    from detector.web.settings import ServeSettings

    limits = ServeSettings(most_body=200_000, most_pages=20, most_lines=3000, most_seconds=120.0)
    with TestClient(
        create_app(limits=limits), "http://127.0.0.1:8765", raise_server_exceptions=False
    ) as client:
        yield client


def _request_seeds(folder: Path) -> list[bytes]:
    pages = [{"page": PAGE, "format": "html", "id": "a"}, {"page": TEXT, "url": "https://valley.org/"}]
    bodies = (
        {"pages": pages, "settings": {"threshold": 0.5, "keep": ["title"]}, "to": "markdown"},
        {"texts": [{"text": page} for page in _pages(3)], "threshold": 0.8},
        {"pages": pages, "name": "valley"},
    )
    return [
        *(json.dumps(body).encode() for body in bodies),
        b"\n".join(json.dumps(page).encode() for page in pages),
    ]


def _request_reader(folder: Path) -> Read:
    """The HTTP interface; the first byte of the body decides the path, so that any body reaches each."""
    entered = _client()
    client = entered.__enter__()  # until the process ends
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


def _label_seeds(folder: Path) -> list[bytes]:
    labels = ["content" if line in STORY else "template" for line in LINES]
    rows = (
        {"id": "a", "page": TEXT, "labels": labels},
        {"id": "b", "page": PAGE, "format": "html", "gold": "\n".join(STORY)},
    )
    return [b"".join(json.dumps(row).encode() + b"\n" for row in rows)]


def _correction_seeds(folder: Path) -> list[bytes]:
    rows = ({"page": "a.html", "line": 3, "label": "content", "text": LINES[3]}, {"undo": 1})
    return [b"".join(json.dumps(row).encode() + b"\n" for row in rows)]


def _texts(*texts: str) -> Callable[[Path], list[bytes]]:
    return lambda folder: [text.encode() for text in texts]


def _part_target(
    name: str, file: str, kind: Kind, seeds: Callable[[Path], list[bytes]], packing: Packing = PLAIN
) -> Target:
    return Target(name, seeds, partial(_part_reader, file, kind), packing)


def _packed(seeds: Callable[[Path], list[bytes]], packing: Packing) -> Callable[[Path], list[bytes]]:
    return lambda folder: [packing.packed({"": data}) for data in seeds(folder)]


def _jsonl_seeds(folder: Path) -> list[bytes]:
    return [_jsonl()]


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
    _part_target("csv", "a.csv", "csv", partial(_csv, ",")),
    _part_target("csv with semicolons", "a.csv", "csv", partial(_csv, ";")),
    _part_target("parquet", "a.parquet", "parquet", _parquet),
    _part_target("warc", "a.warc", "warc", _warc),
    _part_target("warc.gz", "a.warc.gz", "warc", _packed(_warc, GZIP), GZIP),
    Target("bodies of archives", _texts("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n", PAGE), _body_reader),
    Target("a model's arrays", _arrays_of_model, partial(_model_reader, ARRAYS_FILE), ZIP),
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
        _label_seeds,
        lambda folder: _file_reader(folder / "a.jsonl", lambda path: list(read_pages([path]))),
    ),
    Target(
        "corrected labels", _correction_seeds, lambda folder: _file_reader(folder / "a.jsonl", read_labels)
    ),
    Target("requests over HTTP", _request_seeds, _request_reader),
)
