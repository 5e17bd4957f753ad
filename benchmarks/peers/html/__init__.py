"""Peers on HTML, a file each: `extract(page, language) -> str`, the page as bytes."""
