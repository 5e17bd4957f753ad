"""goose3: title and cleaned text, with the language if it has a stop list for it."""

from importlib.resources import files

from goose3 import Goose
from goose3.text import StopWordsArabic, StopWordsChinese, StopWordsKorean
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

CLASSES = {"zh": StopWordsChinese, "ar": StopWordsArabic, "ko": StopWordsKorean}


def extract(html: bytes, language: str | None) -> str:
    """Extract title and text."""
    settings: dict[str, object] = {"enable_image_fetching": False}
    if language and files("goose3").joinpath(f"resources/text/stopwords-{language}.txt").is_file():
        settings |= {"use_meta_language": False, "target_language": language}
    if language in CLASSES:
        settings["stopwords_class"] = CLASSES[language]
    with Goose(settings) as goose:
        article = goose.extract(raw_html=bytes_to_str(html, detect_encoding(html)))
    return f"{article.title or ''}\n{article.cleaned_text or ''}"
