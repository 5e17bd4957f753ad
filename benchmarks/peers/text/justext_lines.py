"""jusText's rules on lines of text: its own code, with each line as a paragraph without links."""

from types import SimpleNamespace

import justext
from justext.core import classify_paragraphs, revise_paragraph_classification
from justext.paragraph import Paragraph

from benchmarks.peers.html.justext import LISTS


def _paragraph(line: str) -> Paragraph:
    paragraph = Paragraph(SimpleNamespace(dom="html.body.p", xpath="/html/body/p"))
    paragraph.append_text(line)
    return paragraph


def extract(text: str, language: str | None) -> str:
    """Keep the good lines."""
    paragraphs = [_paragraph(line) for line in text.splitlines() if line.strip()]
    name = LISTS.get(language or "")
    if name:
        classify_paragraphs(paragraphs, justext.get_stoplist(name))
    else:
        classify_paragraphs(paragraphs, frozenset(), stopwords_low=0, stopwords_high=0)
    revise_paragraph_classification(paragraphs)
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)
