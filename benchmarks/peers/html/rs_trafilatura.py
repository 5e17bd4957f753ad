"""rs-trafilatura: its main content as plain text, without and with the page's address."""

import re

import rs_trafilatura

# The address that a page declares; the sets have no other.
CANONICAL = re.compile(rb"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE)
ADDRESS = re.compile(rb"\bhref=[\"']?(https?://[^\"'\s>]+)", re.IGNORECASE)


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    return rs_trafilatura.extract_bytes(html).main_content


def extract_with_address(html: bytes, language: str | None) -> str:
    """Extract the main content, given the address that the page declares, if any."""
    link = CANONICAL.search(html)
    address = link and ADDRESS.search(link.group())
    url = address.group(1).decode("utf-8", "replace") if address else None
    return rs_trafilatura.extract_bytes(html, url=url).main_content
