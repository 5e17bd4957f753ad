"""Languages: tags in the markup, and the language of a text by its words."""

import re
from typing import Final

from detector.results.document.elements import names
from detector.results.metadata.record import Found

_TAG: Final = re.compile(r"^[a-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$", re.IGNORECASE)
# The first words are enough, and a long page would take time.
_LOOKED_AT: Final = 20_000
_FEWEST: Final = 20
# The languages that turbohtml recognises by their words, ISO 639-3 to BCP 47.
_SHORT: Final = dict(
    pair.split(":")
    for pair in names(
        "afr:af aka:ak amh:am ara:ar aze:az bel:be ben:bn bul:bg cat:ca ces:cs cmn:zh cym:cy dan:da deu:de "
        "ell:el eng:en epo:eo est:et fin:fi fra:fr guj:gu heb:he hin:hi hrv:hr hun:hu hye:hy ind:id ita:it "
        "jav:jv jpn:ja kan:kn kat:ka khm:km kor:ko lat:la lav:lv lit:lt mal:ml mar:mr mkd:mk mya:my nep:ne "
        "nld:nl nob:nb ori:or pan:pa pes:fa pol:pl por:pt ron:ro rus:ru sin:si slk:sk slv:sl sna:sn spa:es "
        "srp:sr swe:sv tam:ta tel:te tgl:tl tha:th tuk:tk tur:tr ukr:uk urd:ur uzb:uz vie:vi yid:yi zul:zu"
    )
)


def language_tag(said: str) -> str | None:
    """Return a language as written on pages ("en_US", "EN-us") as a BCP 47 tag, or None if it is invalid."""
    tag = said.strip().split(",")[0].strip()
    if not _TAG.match(tag):
        return None
    first, *rest = re.split("[-_]", tag)
    parts = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in rest]
    return "-".join((first.lower(), *parts))


def text_language(text: str) -> Found | None:
    """Return the language of a text, or None if it has only a few letters."""
    from turbohtml.detect import detect_language

    start = text[:_LOOKED_AT]
    if sum(map(str.isalpha, start)) < _FEWEST:
        return None
    found = detect_language(start)
    if found.language is None:
        return None
    return Found(_SHORT.get(found.language, found.language), "text", round(found.confidence, 3))
