"""jusText, with the stop list for the page's language if there is one.

Without a stop list, stop words are ignored (both thresholds 0), as its manual says.
"""

import justext

LISTS = {
    "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fa": "Persian",
    "fr": "French", "hi": "Hindi", "hr": "Croatian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ko": "Korean", "lt": "Lithuanian", "ms": "Malay", "nl": "Dutch", "no": "Norwegian_Bokmal",
    "nb": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "sw": "Swahili", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "lb": "Luxembourgish", "hu": "Hungarian", "fi": "Finnish", "bg": "Bulgarian", "ar": "Arabic",
}  # fmt: skip


def extract(html: bytes, language: str | None) -> str:
    """Extract the good paragraphs."""
    name = LISTS.get(language or "")
    if name:
        paragraphs = justext.justext(html, justext.get_stoplist(name))
    else:
        paragraphs = justext.justext(html, frozenset(), stopwords_low=0, stopwords_high=0)
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)
