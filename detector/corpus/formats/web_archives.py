"""WARC and WET: responses and resources are pages, conversions are texts."""

from types import ModuleType
from typing import Any, Final

from detector.corpus.formats.documents import Document, Part, Records, Rejected, source_of
from detector.corpus.formats.files import stored_part
from detector.errors import PageError
from detector.extras import need
from detector.files.json_lines import LONGEST
from detector.records import Format
from detector.settings import Columns
from detector.sites.names import site_name
from detector.text.decoding import decode
from detector.text.page import page_bytes

HTML: Final = ("text/html", "application/xhtml+xml")


def fastwarc() -> ModuleType:
    """Return fastwarc's WARC module; raises `MissingExtraError` without it."""
    need("fastwarc", "warc", "reading WARC and WET")
    import fastwarc.warc

    return fastwarc.warc


def _content_type(record: Any) -> str:  # noqa: ANN401
    found = record.http_content_type if record.is_http_parsed else record.headers.get("Content-Type")
    return str(found or "").split(";")[0].strip().lower()


def _format(record: Any, is_conversion: bool) -> Format | None:  # noqa: ANN401
    """Return what a record holds; None if it is no page."""
    kind = _content_type(record)
    if is_conversion or kind == "text/plain":
        return "text"
    return "html" if kind in HTML else None


def _missing(record: Any, size: int) -> int:  # noqa: ANN401
    """Return how many bytes of a body are not there: the archive was cut, and fastwarc says nothing.

    What was sent compressed or in chunks has another length than what was decoded.
    """
    sent = record.http_headers
    if sent is not None and (sent.get("Content-Encoding") or sent.get("Transfer-Encoding")):
        return 0
    return max(int(record.content_length) - size, 0)


def read_warc(part: Part, columns: Columns) -> Records:
    """Yield the pages of a web archive; images and the like are not pages, and passed over."""
    warc = fastwarc()
    kinds = warc.WarcRecordType
    wanted = kinds.response | kinds.resource | kinds.conversion
    with stored_part(part) as file:
        for number, record in enumerate(warc.ArchiveIterator(file, record_types=wanted, auto_decode="all")):
            format = _format(record, record.record_type == kinds.conversion)
            if format is None:
                continue
            body = record.reader.read(LONGEST + 1)
            if len(body) > LONGEST:
                yield Rejected(part.name, number, f"more than {LONGEST:,} bytes")
                continue
            if missing := _missing(record, len(body)):
                yield Rejected(part.name, number, f"cut: {missing:,} bytes of it are not there")
                continue
            url = record.headers.get("WARC-Target-URI")
            id = record.record_id or f"{part.name}#{number}"
            try:
                text = decode(page_bytes(body)).text
            except PageError as error:
                yield Rejected(part.name, number, str(error))
                continue
            fields = {"id": id, "url": url, "date": record.headers.get("WARC-Date"), columns.text: text}
            site = site_name(None, url, "", id)
            yield Document(part.name, number, id, True, text, format, url, site, source_of(part.name), fields)
