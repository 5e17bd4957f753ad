"""Our own HTML renderer: all lines, without scores."""

from detector.text.decoding import decode, utf8
from detector.text.html import html_batch


def extract(html: bytes, language: str | None) -> str:
    """Return all text, one block per line."""
    batch, _ = html_batch([utf8(decode(html).text)])
    data = batch.data.tobytes()
    spans = zip(batch.line_start.tolist(), batch.line_end.tolist(), strict=True)
    return "\n".join(data[start:end].decode("utf-8") for start, end in spans)
