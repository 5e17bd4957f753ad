"""rdtextract: its Markdown, rendered as text."""

from markdown_it import MarkdownIt
from rdtextract import extract as to_markdown
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

MARKDOWN = MarkdownIt("commonmark").enable("table")


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    markdown = to_markdown(bytes_to_str(html, detect_encoding(html)))
    return extract_plain_text(MARKDOWN.render(markdown), alt_texts=False)
