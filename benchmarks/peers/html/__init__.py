"""Peers on HTML, one file each: `extract(page, language) -> str`, with the page as bytes."""
