"""Renderers from HTML to lines, one file each: `extract(page, language) -> str`, with the page as bytes."""
