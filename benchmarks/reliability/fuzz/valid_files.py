"""Valid files of all kinds, from which the fuzzer begins."""

import io
import json
from pathlib import Path
from typing import Any, Final

from benchmarks.reliability.faults.scenarios import HTML

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


def some_pages(count: int = 6) -> list[str]:
    return [f"{TEXT}\nPage {number} of 6\n{STORY[number % 3]} {number}" for number in range(count)]


def some_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"a{number}",
            "url": f"https://www.valley.org/{number}",
            "text": page,
            "tags": [1, None],
        }
        for number, page in enumerate(some_pages())
    ]


def json_lines_of_pages() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in some_rows())


def parquet_files(folder: Path) -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = []
    for size in (2, 100):
        written = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(some_rows()), written, row_group_size=size)
        found.append(written.getvalue())
    return found


def csv_files(separator: str, folder: Path) -> list[bytes]:
    rows = [["id", "url", "text"], *([row["id"], row["url"], row["text"]] for row in some_rows())]
    return ["\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows).encode()]


def web_archives(folder: Path) -> list[bytes]:
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


RULES: Final = (
    'protect = ["(?i)recipe", "^Note: .*"]\ntemplate = ["^Share"]\nmost_lost = 0.9\nleast_pages = 100\n'
    'shard_bytes = 32000000\nkeep = "first"\nfolder_sites = "top"\ndrop_copies = ["headline"]\n'
    '[thresholds]\n"valley.org" = 0.5\n'
)


SETTINGS: Final = 'threshold = 0.5\ncut_headlines = true\nkeep = ["title"]\nleast_content = 0.2\n'


def requests(folder: Path) -> list[bytes]:
    pages = [{"page": PAGE, "format": "html", "id": "a"}, {"page": TEXT, "url": "https://valley.org/"}]
    bodies = (
        {"pages": pages, "settings": {"threshold": 0.5, "keep": ["title"]}, "to": "markdown"},
        {"texts": [{"text": page} for page in some_pages(3)], "threshold": 0.8},
        {"pages": pages, "name": "valley"},
    )
    return [
        *(json.dumps(body).encode() for body in bodies),
        b"\n".join(json.dumps(page).encode() for page in pages),
    ]


def labelled_pages(folder: Path) -> list[bytes]:
    labels = ["content" if line in STORY else "template" for line in LINES]
    rows = (
        {"id": "a", "page": TEXT, "labels": labels},
        {"id": "b", "page": PAGE, "format": "html", "gold": "\n".join(STORY)},
    )
    return [b"".join(json.dumps(row).encode() + b"\n" for row in rows)]


def corrected_labels(folder: Path) -> list[bytes]:
    rows = ({"page": "a.html", "line": 3, "label": "content", "text": LINES[3]}, {"undo": 1})
    return [b"".join(json.dumps(row).encode() + b"\n" for row in rows)]
