"""boilerpy3: the article extractor, which its documentation recommends."""

from boilerpy3.extractors import ArticleExtractor
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content; errors are raised, not hidden."""
    return ArticleExtractor(raise_on_failure=True).get_content(bytes_to_str(html, detect_encoding(html)))
