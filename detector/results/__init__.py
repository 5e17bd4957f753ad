"""The result for a caller: a page and its lines with reasons, as Python objects, Markdown and HTML."""
