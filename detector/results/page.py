"""A scored and cleaned page."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, get_args

from detector.extras import need
from detector.features.phrases import PhraseWeights
from detector.records import Format, OutputFormat, Reason, ScoredLine, Verdict
from detector.results.batch import PageLines
from detector.results.lines import scored_lines
from detector.results.quoted_words import with_quoted_words
from detector.results.verdict import PageKind, verdict
from detector.text.page import Page

if TYPE_CHECKING:
    import pandas
    from turbohtml import Element

    from detector.results.metadata.record import Metadata
    from detector.text.shape import Shape

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, repr=False)
class ScoredPage:
    """A page, scored and cleaned.

    Attributes
    ----------
    clean_text : str
        The `clean` text of the kept lines, in order. Where lines were dropped, the blank lines around
        them are reduced to the longest run of blank lines there.
    content_share : float
        Expected share of the page's words that are main content, 0 to 1.
    confidence : float
        Mean probability, over words, of the likelier class, 0.5 to 1.
    format : {"text", "html"}
        The format the page was read as.
    model_id : str
        The model that scored it.
    encoding : str or None
        The encoding of the bytes; None for a string.
    replaced : int
        Number of characters that decoding replaced by U+FFFD.
    title : str or None
        The title in the head of an HTML page.
    url : str or None
        The address of the page, as given.
    """

    clean_text: str
    content_share: float
    confidence: float
    format: Format
    model_id: str
    encoding: str | None = None
    replaced: int = 0
    title: str | None = None
    url: str | None = None
    _kind: PageKind | None = field(default=None, repr=False, compare=False)
    _lines: PageLines | None = field(default=None, repr=False, compare=False)
    _page: Page | None = field(default=None, repr=False, compare=False)
    _phrases: PhraseWeights | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the weights of the model when pickling, after they have chosen the words to quote."""
        lines = None if self._lines is None else with_quoted_words(self._lines, self._phrases)
        return self.__dict__ | {"_lines": lines, "_phrases": None}

    def __repr__(self) -> str:
        title = f"{self.title!r}, " if self.title else ""
        kept = sum(line.kept for line in self.lines)
        total = sum(line.score is not None for line in self.lines)
        lines = f"{kept} of {total} lines kept"
        return f"<ScoredPage {title}{self.format}, {lines}, content {self.content_share:.0%}>"

    def _repr_html_(self) -> str:
        """Return the lines coloured by score, for notebooks; click on one to see its reasons."""
        from detector.results.html import scored_lines_html  # imported only when needed

        return scored_lines_html(self.lines, self.content_share, self.confidence)

    @cached_property
    def verdict(self) -> Verdict | None:
        """The kind of page, with its probability and the evidence."""
        return None if self._kind is None else verdict(*self._kind)

    @cached_property
    def shape(self) -> "Shape | None":
        """The kind of a page of plain text, by its lines; None for HTML.

        "converted-pdf", "mail", "markdown", "subtitles", "chat-log", "source-code", "table" or "plain". Only
        obvious shapes are named.
        """
        from detector.text.shape import text_shape  # most pages are scored without it

        return None if self._page is None or self.format != "text" else text_shape(self._page.text)

    @cached_property
    def simplified(self) -> str | None:
        """Why HTML was read without its formatting tags; None for almost all pages.

        Pages with thousands of unclosed formatting tags would fill the memory.
        """
        from detector.text.html import why_simplified  # rarely needed

        return None if self._page is None or self.format != "html" else why_simplified(self._page.utf8())

    @cached_property
    def lines(self) -> tuple[ScoredLine, ...]:
        """All lines of the page in order, including blank ones. Made on first access."""
        return () if self._lines is None else scored_lines(self._lines, self._phrases)

    @cached_property
    def metadata(self) -> "Metadata":
        """The page's metadata, each value with its source. Read on first access."""
        from detector.results.metadata.read import read_metadata  # most pages are scored without it
        from detector.results.metadata.record import Metadata

        return Metadata() if self._page is None else read_metadata(self._page, self.clean_text)

    def _tree(self) -> "Element":
        """Return a new tree of what is kept; writing it uses it up."""
        from detector.results.document.text import text_tree
        from detector.results.document.tree import clean_tree

        if self._page is None or self.format != "html":
            return text_tree(self.clean_text)
        return clean_tree(self._page, self.lines)

    def to_format(self, format: OutputFormat, name: str | None = None) -> str:
        """Return what is kept, in one of the formats of `detector clean --format`.

        Parameters
        ----------
        format : {"text", "markdown", "html", "xml", "json", "jsonl"}
            The clean text, or the result of `to_markdown`, `to_html`, `to_tei`, `to_json` or `to_jsonl`.
        name : str, optional
            The name of the page: its `id` in "jsonl".

        Raises
        ------
        ValueError
            If the format is unknown.
        """
        refuse_unknown_format(format)
        if format == "text":
            return self.clean_text
        if format == "jsonl":
            return self.to_jsonl(name)
        writers = {
            "markdown": self.to_markdown, "html": self.to_html, "xml": self.to_tei, "json": self.to_json,
        }  # fmt: skip
        return writers[format]()

    def to_markdown(
        self,
        *,
        links: bool = True,
        bold: bool = True,
        italics: bool = True,
        code: bool = True,
        images: bool = True,
    ) -> str:
        """Return what is kept of an HTML page as Markdown; plain text is returned unchanged.

        Parameters
        ----------
        links, bold, italics, code
            Whether to write links, bold, italics and inline code as such. The words stay in any case.
        images
            Whether to write pictures that have an alternative text.

        Returns
        -------
        str
            CommonMark with GitHub's tables, footnotes (`[^1]`), and formulas between dollar signs.
        """
        if self._page is None or self.format != "html":
            return self.clean_text
        from detector.results.writers.markdown import tree_markdown

        return tree_markdown(self._tree(), links=links, bold=bold, italics=italics, code=code, images=images)

    def to_html(self) -> str:
        """Return what is kept as an HTML document, without scripts and styles."""
        from detector.results.writers.html import tree_html

        return tree_html(self._tree(), self.metadata)

    def to_tei(self) -> str:
        """Return what is kept, with the metadata, as TEI, the XML of text corpora."""
        from detector.results.writers.tei import tree_tei

        return tree_tei(self._tree(), self.metadata, self.url)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the lines as a table, with a column for each of their attributes.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        need("pandas", "pandas", "a table of lines")
        import pandas

        rows = [_line_dict(line) for line in self.lines]
        return pandas.DataFrame(rows, columns=list(ScoredLine.__dataclass_fields__)).set_index("number")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python values."""
        page = {
            name: getattr(self, name)
            for name in (
                "url", "title", "format", "shape", "encoding", "replaced", "model_id", "content_share",
                "confidence", "clean_text",
            )
        }  # fmt: skip
        verdict = None if self.verdict is None else _verdict_dict(self.verdict)
        return page | {
            "metadata": self.metadata.to_dict(),
            "verdict": verdict,
            "lines": [_line_dict(line) for line in self.lines],
        }

    def to_json(self, indent: int | None = None) -> str:
        """Return `to_dict` as JSON, which is always valid UTF-8."""
        return _json(self.to_dict(), indent)

    def to_jsonl(self, name: str | None = None) -> str:
        """Return the clean text and the metadata as one line of JSON, a record of a corpus.

        name: the `id` of the page; its address by default
        """
        record = {
            "id": self.url if name is None else name,
            "url": self.url,
            "title": self.title,
            "text": self.clean_text,
            "metadata": self.metadata.to_dict(),
            "verdict": None if self.verdict is None else self.verdict.kind,
            "content_share": self.content_share,
            "confidence": self.confidence,
        }
        return _json(record)


def refuse_unknown_format(format: str) -> None:
    """Raise `ValueError` if a page cannot be written in a format."""
    if format not in get_args(OutputFormat):
        raise ValueError(
            f"{format!r} is not an output format: use one of {', '.join(get_args(OutputFormat))}"
        )


def _json(value: Any, indent: int | None = None) -> str:  # noqa: ANN401
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _line_dict(line: ScoredLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "text": line.text,
        "end": line.end,
        "score": line.score,
        "label": line.label,
        "kept": line.kept,
        "cuts": [list(cut) for cut in line.cuts],
        "clean": line.clean,
        "copy_of": line.copy_of,
        "copy_kind": line.copy_kind,
        "copy_probability": line.copy_probability,
        "block": line.block,
        "block_kind": line.block_kind,
        "element": line.element,
        "kind": line.kind,
        "kinds": dict(line.kinds),
        "reasons": [_reason_dict(reason) for reason in line.reasons],
    }


def _reason_dict(reason: Reason) -> dict[str, Any]:
    return {
        "group": reason.group,
        "code": reason.code,
        "text": reason.text,
        "contribution": reason.contribution,
    }


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    signals = [_reason_dict(signal) for signal in verdict.signals]
    return {"kind": verdict.kind, "probability": verdict.probability, "signals": signals}
