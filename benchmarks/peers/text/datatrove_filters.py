"""datatrove: its C4 filter, which drops lines and pages, and its Gopher filters, which drop pages."""

import csv
from functools import lru_cache

from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils._import_utils import ASSETS_PATH


@lru_cache(maxsize=512)
def _tag(language: str | None) -> str:
    """Return datatrove's name of a language; English if it has none."""
    with open(f"{ASSETS_PATH}/tokenizer_assignment.csv", encoding="utf-8") as table:  # noqa: PTH123
        rows = list(csv.DictReader(table))
    found = [row for row in rows if row["code_1"] == language and row["default_code_1"] == "TRUE"]
    return f"{found[0]['code_3']}_{found[0]['script']}" if found else "eng_Latn"


def _kept(rule: C4QualityFilter | GopherQualityFilter | GopherRepetitionFilter, page: Document) -> bool:
    return rule.filter(page) is True


def extract(text: str, language: str | None) -> str:
    """Apply the C4 filter."""
    page = Document(text=text, id="page")
    return page.text if _kept(C4QualityFilter(language=_tag(language)), page) else ""


def extract_gopher(text: str, language: str | None) -> str:
    """Apply the Gopher quality and repetition filters: the page is kept or dropped as a whole."""
    page, tag = Document(text=text, id="page"), _tag(language)
    rules = (GopherQualityFilter(language=tag), GopherRepetitionFilter(language=tag))
    return text if all(_kept(rule, page) for rule in rules) else ""
