"""rs-trafilatura: its main content as plain text, without the page's address and with it."""

import re

import rs_trafilatura

# The address that a page gives for itself; the sets hold no other.
CANONICAL = re.compile(rb"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE)
ADDRESS = re.compile(rb"\bhref=[\"']?(https?://[^\"'\s>]+)", re.IGNORECASE)


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    return rs_trafilatura.extract_bytes(html).main_content


def extract_with_address(html: bytes, language: str | None) -> str:
    """Extract the main content of a page whose own address is told, where it names one."""
    link = CANONICAL.search(html)
    address = link and ADDRESS.search(link.group())
    url = address.group(1).decode("utf-8", "replace") if address else None
    return rs_trafilatura.extract_bytes(html, url=url).main_content
