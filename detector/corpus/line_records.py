"""Line records: the lines of a document with score, decision and reason, stored next to the output.

A record has the whole decoded text (of HTML, its lines), so dropped lines are not lost. Scores are by
segment: a line that is not blank, or a sentence of a line of more than 1,000 characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from detector.clean_text import Clean, clean_text
from detector.corpus.formats.documents import Document
from detector.corpus.rules import RULES, SCORE, as_ruled
from detector.decisions import DecisionPolicy, Decisions, decide
from detector.decisions_by_kind import KnownKinds
from detector.features.schema import ALL_CODES
from detector.joined_lines import joined_lines
from detector.model.page_kinds import ARTICLE, FORUM
from detector.records import LINE_KINDS, Batch, Bytes, Copies, Format, Integers
from detector.results.batch import ScoredBatch
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch
from detector.text.words import words_of


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One document.

    format: "text" or "html"; text: its whole text
    threshold: the score above which its lines are dropped; -1 if the whole page is dropped
    scores: thousandths, by segment; kept: 1 or 0; reasons: the strongest evidence for the decision
    kinds: thousandths, by segment and kind of line (`LINE_KINDS`); empty from a model that knows no kinds
    copies: rows (segment, its original, the kind of copy, words of the title at its beginning)
    cuts: rows (segment, words) of those whose beginning was cut
    blocks: rows (segment, the one after the last, first segment of the block) of lists, tables and code
    site_pages: other pages known of its site
    forum, article: thousandths, the probability that it is a forum or an article
    fields: its whole record; the field that the clean text went to is empty
    simplified: why its HTML was read without its formatting tags, if it was
    """

    id: str
    file: str
    site: str
    format: Format
    text: str
    threshold: float
    scores: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    kinds: list[list[int]] = field(default_factory=list)
    copies: list[list[int]] = field(default_factory=list)
    cuts: list[list[int]] = field(default_factory=list)
    blocks: list[list[int]] = field(default_factory=list)
    site_pages: int = 0
    forum: int = 0
    article: int = 1000
    fields: Mapping[str, Any] = field(default_factory=dict)
    simplified: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values, without empty fields."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value not in ([], {}, None)}


class LinePiece(NamedTuple):
    """A line, or a sentence of a long one, in a column of the output.

    end: the line ending; clean: what is kept of `text`
    score, kept, reason: None for a blank line, which is kept or dropped with its neighbours
    kind: what the line is, if the model knows kinds
    """

    text: str
    end: str
    clean: str
    score: float | None
    kept: bool | None
    reason: str | None
    kind: str | None = None


# The type of each field of `LinePiece`.
PIECE: Final = {
    "text": str,
    "end": str,
    "clean": str,
    "score": float,
    "kept": bool,
    "reason": str,
    "kind": str,
}


def _texts(result: ScoredBatch) -> Iterator[str]:
    """Yield the decoded text of each page; of HTML, its lines."""
    batch, data = result.batch, result.batch.data.tobytes()
    starts = np.append(batch.line_start, len(data))
    for first, last in zip(batch.page_line[:-1].tolist(), batch.page_line[1:].tolist(), strict=True):
        if first == last:
            yield ""
        elif result.markup is None:
            yield text_of(data[starts[first] : starts[last]])
        else:
            yield text_of(data[starts[first] : batch.line_end[last - 1]])


def _reasons(result: ScoredBatch, why: Bytes) -> list[str]:
    """Return the strongest reason for each decision: a rule, or a kind of evidence."""
    kept = result.decisions.kept
    strongest = (
        np.where(kept[:, None], -result.contributions, result.contributions).argmax(axis=1)
        if kept.size
        else kept
    )
    names = (*ALL_CODES, *RULES)
    code = np.where(why == SCORE, strongest, len(ALL_CODES) + why.astype(np.int64))
    return [names[number] for number in code.tolist()]


def line_records(result: ScoredBatch, why: Bytes, documents: Sequence[Document]) -> list[LineRecord]:
    """Return the records of a batch of one format. why: uint8 (S,), what decided (`rules`)."""
    segments = result.batch.page_segment()
    scores = np.rint(result.scores * 1000).astype(int).tolist()
    kinds = np.rint(result.line_kinds * 1000).astype(int).tolist()
    kept, reasons = result.decisions.kept.astype(int).tolist(), _reasons(result, why)
    records = []
    for page, (document, text) in enumerate(zip(documents, _texts(result), strict=True)):
        first, last = int(segments[page]), int(segments[page + 1])
        records.append(
            LineRecord(
                id=document.id,
                file=document.file,
                site=document.site,
                format="text" if result.markup is None else "html",
                text=text,
                threshold=round(float(result.decisions.threshold[page]), 3),
                scores=scores[first:last],
                kept=kept[first:last],
                reasons=reasons[first:last],
                kinds=kinds[first:last],
                copies=_copies(result, first, last),
                cuts=_cuts(result, first, last),
                blocks=_blocks(result, first, last),
                site_pages=0 if result.recurrence is None else int(result.recurrence.site_pages[page]),
                forum=round(float(result.kinds.share[page, FORUM]) * 1000),
                article=round(float(result.kinds.share[page, ARTICLE]) * 1000),
                fields=document.fields,
                simplified=document.simplified,
            )
        )
    return records


def _copies(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    copies = result.copies
    rows = first + np.flatnonzero(copies.kind[first:last])
    columns = (rows - first, copies.of[rows] - first, copies.kind[rows], copies.cut_words[rows])
    return np.column_stack(columns).tolist()  # type: ignore[no-any-return]


def _cuts(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    cut = result.decisions.cut_words[first:last]
    return [[row, int(cut[row])] for row in np.flatnonzero(cut).tolist()]


def _blocks(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    block = result.blocks[first:last]
    border = np.flatnonzero(np.diff(block)) + 1
    runs = zip([0, *border.tolist()], [*border.tolist(), block.size], strict=True)
    return [
        [start, end, int(block[start]) - first] for start, end in runs if start < end and block[start] >= 0
    ]


def clean_again(record: LineRecord, policy: DecisionPolicy | None, *, join_lines: bool = False) -> str:
    """Return the clean text of a stored document, as decided or under another policy.

    Without a policy, the stored decisions apply. Decisions made by a rule always apply.
    join_lines: whether halves of sentences are joined in text
    """
    batch, copies = _stored_batch(record), _stored_copies(record)
    words, decisions = words_of(batch), _stored_decisions(record)
    if policy is not None:
        scores = np.array(record.scores, np.float32) / np.float32(1000)
        policy = policy._replace(site_pages=np.array([record.site_pages], np.int32))
        kinds = _stored_kinds(record)
        other = decide(scores, words, batch.page_segment(), copies, policy, _stored_blocks(record), kinds)
        rules = [RULES.index(reason) if reason in RULES else SCORE for reason in record.reasons]
        decisions = as_ruled(other, np.array(rules, np.uint8), decisions.kept)
    joins = None
    if join_lines and record.format == "text":
        joins = joined_lines(batch, words, copies, decisions)
    return text_of(clean_text(batch, words, decisions, joins).text.tobytes())


def _stored_batch(record: LineRecord) -> Batch:
    """Return the lines of a stored document; raises `ValueError` if the scores do not fit."""
    batch = text_batch([utf8(record.text)])
    if len(record.scores) != batch.segment_start.size:
        raise ValueError(
            f"{record.id!r} has {len(record.scores)} scores for {batch.segment_start.size} lines"
        )
    return batch


def _stored_kinds(record: LineRecord) -> KnownKinds:
    """Return the stored kinds of lines and of the page."""
    thousand = np.float32(1000)
    lines, *pages = (
        np.array(shares, np.float32) / thousand for shares in (record.kinds, [record.forum], [record.article])
    )
    return KnownKinds(lines, *pages)


def _stored_decisions(record: LineRecord) -> Decisions:
    """Return the stored decisions."""
    kept = np.array(record.kept, np.bool_)
    cut_words = np.zeros(kept.size, np.int32)
    for segment, count in record.cuts:
        cut_words[segment] = count
    threshold = np.full(1, record.threshold, np.float32)
    policy, rule = np.zeros(1, np.uint8), np.zeros(kept.size, np.uint8)
    return Decisions(kept, cut_words, threshold, policy, rule, np.zeros((1, 2), np.float32))


def _stored_copies(record: LineRecord) -> Copies:
    """Return the copies of a document."""
    size = len(record.scores)
    found = Copies(np.full(size, -1, np.int64), np.zeros(size, np.uint8), np.zeros(size, np.int32))
    for segment, original, kind, words in record.copies:
        found.of[segment], found.kind[segment], found.cut_words[segment] = original, kind, words
    return found


def _stored_blocks(record: LineRecord) -> Integers:
    """Return the blocks of a document's rows."""
    found = np.full(len(record.scores), -1, np.int64)
    for start, end, block in record.blocks:
        found[start:end] = block
    return found


def pieces(record: LineRecord) -> list[LinePiece]:
    """Return the lines of a stored document in order; long lines sentence by sentence.

    Joined, all `text` and `end` are the whole text.
    """
    batch = _stored_batch(record)
    data, clean = batch.data.tobytes(), clean_text(batch, words_of(batch), _stored_decisions(record))
    ends = np.append(batch.line_start[1:], len(data))
    found: list[LinePiece] = []
    for line in range(batch.line_start.size):
        start, end = int(batch.line_start[line]), int(batch.line_end[line])
        first, last = batch.line_segment[line : line + 2].tolist()
        if first == last:
            found.append(LinePiece(text_of(data[start:end]), "", "", None, None, None))
        found += [_piece(record, batch, data, clean, segment) for segment in range(first, last)]
        found[-1] = found[-1]._replace(end=text_of(data[end : int(ends[line])]))
    return found


def _piece(record: LineRecord, batch: Batch, data: bytes, clean: Clean, segment: int) -> LinePiece:
    """Return one segment as a `LinePiece`."""
    return LinePiece(
        text=text_of(data[batch.segment_start[segment] : batch.segment_end[segment]]),
        end="",
        clean=text_of(data[clean.stay_start[segment] : clean.stay_end[segment]]),
        score=record.scores[segment] / 1000,
        kept=bool(record.kept[segment]),
        reason=record.reasons[segment],
        kind=LINE_KINDS[int(np.argmax(record.kinds[segment]))] if record.kinds else None,
    )
