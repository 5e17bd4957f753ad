"""A clean tree, written: as HTML, Markdown or TEI."""
