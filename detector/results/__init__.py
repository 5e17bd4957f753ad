"""What a caller gets: a page and its lines, with reasons, as Python objects, Markdown and HTML."""
