"""newspaper4k: title and text of an article, with the language if it knows it."""

import newspaper
from newspaper.utils import get_available_languages
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

# The address is never fetched, because the page is given. A reserved name makes sure of that.
ADDRESS = "http://page.invalid/"


def extract(html: bytes, language: str | None) -> str:
    """Extract title and text."""
    known = {"language": language} if language in get_available_languages() else {}
    article = newspaper.Article(ADDRESS, fetch_images=False, **known)
    article.download(input_html=bytes_to_str(html, detect_encoding(html)))
    article.parse()
    return f"{article.title}\n{article.text}"
