"""WARC and WET: responses and resources are pages, conversions are texts."""

import re
from typing import Any, Final

from detector.corpus.formats.archive_records import fastwarc, records_in
from detector.corpus.formats.documents import (
    NO_PAGE,
    OTHER_TYPE,
    Document,
    Part,
    Records,
    Rejected,
    source_of,
)
from detector.corpus.formats.fields import way_of
from detector.corpus.formats.files import HEAD, HTML_HEAD
from detector.corpus.formats.http_bodies import sent_page
from detector.corpus.formats.intact_records import DAMAGE
from detector.corpus.formats.packed_archives import opened_archive, records_of
from detector.errors import PageError
from detector.files.limits import ReadLimits
from detector.records import Format
from detector.settings import Columns
from detector.sites.names import site_name
from detector.text.decoding import decode
from detector.text.page import page_bytes

HTML: Final = ("text/html", "application/xhtml+xml")
# Types that say nothing. Whether such a record is HTML is seen from its first bytes.
UNTYPED: Final = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/unknown",
    "unknown/unknown",
)
# Schemes of pages. Other addresses (dns:, urn:, metadata:, filedesc:) are those of the crawler's own records.
SCHEMES: Final = ("http", "https", "ftp", "file")
# Texts for programs, by the last part of their address, and the beginnings of playlists.
FOR_ROBOTS: Final = ("robots.txt", "ads.txt", "app-ads.txt", "sitemap.txt")
PLAYLISTS: Final = (b"#EXTM3U", b"[playlist]")
# A content type that may stand in the report.
TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+_-]{0,80}")


def _content_type(record: Any) -> str:  # noqa: ANN401
    found = record.http_content_type if record.is_http_parsed else record.headers.get("Content-Type")
    return str(found or "").split(";")[0].strip().lower()


def _format(record: Any, is_conversion: bool) -> Format | None:  # noqa: ANN401
    """Return the format of a record; None if it is an image, a script or the like."""
    kind = _content_type(record)
    if is_conversion or kind == "text/plain":
        return "text"
    return "html" if kind in HTML else None


def _no_page(record: Any, url: str, is_html: bool, body: bytes) -> str:  # noqa: ANN401
    """Return why a response or resource of text or HTML is not a page; empty if it is one."""
    status = record.http_headers.status_code if record.http_headers is not None else None
    if status is not None and not 200 <= status < 300:
        return f"HTTP status {status}"
    scheme, _, rest = url.partition(":")
    if url and scheme.lower() not in SCHEMES:
        return "a record of the crawler"
    if is_html:
        return ""
    if (name := rest.partition("?")[0].rpartition("/")[2].lower()) in FOR_ROBOTS:
        return name
    return "a playlist" if body[:100].lstrip().startswith(PLAYLISTS) else ""


def _page_of(record: Any, body: bytes, limits: ReadLimits) -> bytes:  # noqa: ANN401
    """Return the bytes of a record's page as they were before transfer, or raise `PageError`."""
    headers = record.http_headers
    if headers is not None:
        sent = (headers.get("Transfer-Encoding") or "", headers.get("Content-Encoding") or "")
        body = sent_page(body, *sent)
    return page_bytes(body, limit=limits.record_bytes)


def _untyped(record: Any, body: bytes, limits: ReadLimits) -> Format | None:  # noqa: ANN401
    """Return the format of a record without a type; None if it is no page."""
    try:
        return "html" if HTML_HEAD.match(_page_of(record, body, limits)[:HEAD]) else None
    except PageError:
        return None


def _lacks_headers(record: Any) -> bool:  # noqa: ANN401
    """Tell whether a page was stored without the headers of HTTP, and taken for them."""
    headers = record.http_headers
    return headers is not None and not (headers.status_line or "").startswith("HTTP")


def _document(
    part: Part,
    number: int,
    record: Any,  # noqa: ANN401
    body: bytes,
    columns: Columns,
    limits: ReadLimits,
) -> Document | Rejected:
    """Return the document of a record, or why there is none."""
    is_conversion = record.record_type == fastwarc().WarcRecordType.conversion
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>") or None  # wget writes <http://...>
    if (format := _format(record, is_conversion)) is None:
        if _lacks_headers(record):
            return Rejected(part.name, number, "its HTTP headers are missing")
        if (format := _untyped(record, body, limits)) is None:
            return _of_other_type(part, number, record)
    if len(body) > limits.record_bytes:
        return Rejected(part.name, number, f"more than {limits.record_bytes:,} bytes")
    if missing := max(int(record.content_length) - len(body), 0):  # fastwarc does not report a truncation
        return Rejected(part.name, number, f"truncated: {missing:,} bytes are missing")
    if not is_conversion and (reason := _no_page(record, url or "", format == "html", body)):
        return Rejected(part.name, number, NO_PAGE + reason)
    try:
        text = decode(_page_of(record, body, limits), record.http_charset).text
    except PageError as error:
        return Rejected(part.name, number, str(error))
    id = record.record_id or f"{part.name}#{number}"
    fields = {"id": id, "url": url, "date": record.headers.get("WARC-Date"), columns.text: text}
    site = site_name(None, url, "", id)
    source, way = source_of(part.name), way_of(None, site)
    return Document(part.name, number, id, True, text, format, url, site, source, fields, site_way=way)


def _may_be_page(record: Any) -> bool:  # noqa: ANN401
    kinds = fastwarc().WarcRecordType
    return record.record_type in (kinds.response, kinds.resource, kinds.conversion)


def record_starts(file: Any, shard_bytes: int) -> list[tuple[int, int]]:  # noqa: ANN401
    """Return where an archive can be split: a byte of the file, and the number of the record there.

    A compressed archive has a gzip member for each record, so it can be read from any of them. A damaged one
    is not split: reading it reports the damage.
    """
    starts = [(0, 0)]
    try:
        for number, record in enumerate(filter(_may_be_page, records_in(file, parse_http=False))):
            if record.stream_pos - starts[-1][0] >= shard_bytes:
                starts.append((record.stream_pos, number))
    except DAMAGE:
        return [(0, 0)]
    return starts


def _wants(record: Any) -> bool:  # noqa: ANN401
    """Tell whether a record may be a page, so that its body is needed."""
    is_conversion = record.record_type == fastwarc().WarcRecordType.conversion
    is_text = _format(record, is_conversion) is not None or _content_type(record) in UNTYPED
    return _may_be_page(record) and is_text


def read_warc(part: Part, columns: Columns, limits: ReadLimits) -> Records:
    """Yield the pages of a web archive, or of a range of its bytes. Images and the like are set aside.

    After damage, it goes on at the next record.
    """
    is_archive, number = False, part.first
    with opened_archive(part, limits) as file:
        for found in records_of(file, part, _wants, limits):
            if found.damage:
                yield Rejected(part.name, number, f"damaged: {found.damage}")
            elif not _may_be_page(found.record):
                continue
            elif found.body is None:
                yield _of_other_type(part, number, found.record)
            else:
                yield _document(part, number, found.record, found.body, columns, limits)
            is_archive, number = True, number + 1
        if not (part.start or part.first or is_archive):
            _refuse_foreign(file)


def _of_other_type(part: Part, number: int, record: Any) -> Rejected:  # noqa: ANN401
    kind = _content_type(record)
    return Rejected(part.name, number, OTHER_TYPE + (kind if TYPE.fullmatch(kind) else "unknown"))


def _refuse_foreign(file: Any) -> None:  # noqa: ANN401
    """Raise `OSError` for line ends without CR: fastwarc takes all headers for one, and finds no page."""
    file.seek(0)
    first = next(iter(fastwarc().ArchiveIterator(file, parse_http=False, auto_decode="none")), None)
    if first is not None and "\n" in (first.headers.get("WARC-Type") or ""):
        raise OSError("no WARC headers: their lines have to end in CR and LF")
