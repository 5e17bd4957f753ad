r"""Find boilerplate and duplicate content in scraped pages.

    >>> import detector
    >>> page = detector.Detector().score("Leave a Reply\nYour email address will not be published.")
    >>> [line.label for line in page.lines]
    ['template', 'template']

Names are imported on first use, so `import detector` takes only a few milliseconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from detector.version import __version__ as __version__

if TYPE_CHECKING:
    from detector.api import clean, load, score
    from detector.corpus.api import clean_corpus
    from detector.detector import Detector
    from detector.errors import DetectorError
    from detector.near_duplicates.blocks import Block, find_blocks
    from detector.near_duplicates.containment import find_contained
    from detector.near_duplicates.find import find_duplicates
    from detector.near_duplicates.index.index import DuplicateIndex
    from detector.records import Reason, ScoredLine, Verdict
    from detector.results.page import ScoredPage
    from detector.settings import (
        Columns,
        CorpusSettings,
        DocumentFilters,
        DuplicateSettings,
        EngineSettings,
        RecordSettings,
        Settings,
    )
    from detector.sites.profile import SiteProfile
    from detector.text.page import Page
    from detector.training.api import evaluate, train
    from detector.training.data.labelled_pages import LabelledPage

__all__ = [
    "Block",
    "Columns",
    "CorpusSettings",
    "Detector",
    "DetectorError",
    "DocumentFilters",
    "DuplicateIndex",
    "DuplicateSettings",
    "EngineSettings",
    "LabelledPage",
    "Page",
    "Reason",
    "RecordSettings",
    "ScoredLine",
    "ScoredPage",
    "Settings",
    "SiteProfile",
    "Verdict",
    "clean",
    "clean_corpus",
    "evaluate",
    "find_blocks",
    "find_contained",
    "find_duplicates",
    "load",
    "score",
    "train",
]

_HOME = {
    "Block": "detector.near_duplicates.blocks",
    "Columns": "detector.settings",
    "CorpusSettings": "detector.settings",
    "Detector": "detector.detector",
    "DetectorError": "detector.errors",
    "DocumentFilters": "detector.settings",
    "DuplicateIndex": "detector.near_duplicates.index.index",
    "DuplicateSettings": "detector.settings",
    "EngineSettings": "detector.settings",
    "LabelledPage": "detector.training.data.labelled_pages",
    "Page": "detector.text.page",
    "Reason": "detector.records",
    "RecordSettings": "detector.settings",
    "ScoredLine": "detector.records",
    "ScoredPage": "detector.results.page",
    "Settings": "detector.settings",
    "SiteProfile": "detector.sites.profile",
    "Verdict": "detector.records",
    "clean": "detector.api",
    "clean_corpus": "detector.corpus.api",
    "evaluate": "detector.training.api",
    "find_blocks": "detector.near_duplicates.blocks",
    "find_contained": "detector.near_duplicates.containment",
    "find_duplicates": "detector.near_duplicates.find",
    "load": "detector.api",
    "score": "detector.api",
    "train": "detector.training.api",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
