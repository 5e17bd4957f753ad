"""pagesift: the Markdown of its main content, rendered as text."""

import pagesift
from markdown_it import MarkdownIt
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

MARKDOWN = MarkdownIt("commonmark").enable("table")


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    markdown = pagesift.convert(bytes_to_str(html, detect_encoding(html)), only_main_content=True).markdown
    return extract_plain_text(MARKDOWN.render(markdown or ""), alt_texts=False)
