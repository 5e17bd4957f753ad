"""Writes a clean tree as HTML, Markdown or TEI."""
