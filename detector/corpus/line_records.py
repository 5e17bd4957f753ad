"""The lines of a document with score, decision and reason, as they are stored beside the output.

A row has the whole decoded text (of HTML, its lines), so nothing that is dropped is lost:
kept and dropped lines are all lines. Scores are by segment, which is a line that is not
blank, or a sentence of one of more than 1,000 characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from detector.clean_text import clean_text
from detector.corpus.formats.documents import Document
from detector.corpus.rules import RULES, SCORE, as_ruled
from detector.decisions import DecisionPolicy, Decisions, decide
from detector.features.schema import CODES
from detector.records import Batch, Bytes, Repeats
from detector.results.batch import ScoredBatch
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch
from detector.text.words import words_of

# Fields of a line as a column of the output has it.
PIECE: Final = {"text": str, "end": str, "clean": str, "score": float, "kept": bool, "reason": str}


class LineRow(NamedTuple):
    """One document of a sidecar.

    scores: thousandths, by segment; kept: 1 or 0; reasons: what spoke most for the decision
    copies: rows (segment, its original, lines in a row) of lines that stand there again
    headlines: rows (segment, its headline's segment, words) of lines that begin with a
    headline again; cuts: rows (segment, words) of those that were cut
    site_pages: other pages known of its site
    """

    id: str
    file: str
    site: str
    format: str
    text: str
    threshold: float
    scores: list[int]
    kept: list[int]
    reasons: list[str]
    copies: list[list[int]]
    headlines: list[list[int]]
    cuts: list[list[int]]
    site_pages: int = 0


def _texts(result: ScoredBatch, documents: Sequence[Document]) -> Iterator[str]:
    """Yield the decoded texts; of HTML the lines."""
    if result.markup is None:
        yield from (document.text for document in documents)
        return
    batch, data = result.batch, result.batch.data.tobytes()
    for page in range(len(documents)):
        first, last = int(batch.page_line[page]), int(batch.page_line[page + 1])
        begin, end = (int(batch.line_start[first]), int(batch.line_end[last - 1])) if first < last else (0, 0)
        yield text_of(data[begin:end])


def _reasons(result: ScoredBatch, why: Bytes) -> list[str]:
    """Return what spoke most for each segment's decision: a rule, or a kind of evidence."""
    kept = result.decisions.kept
    speaks = (
        np.where(kept[:, None], -result.contributions, result.contributions).argmax(axis=1)
        if kept.size
        else kept
    )
    names = (*CODES, *RULES)
    code = np.where(why == SCORE, speaks, len(CODES) + why.astype(np.int64))
    return [names[at] for at in code.tolist()]


def line_rows(result: ScoredBatch, why: Bytes, documents: Sequence[Document]) -> list[LineRow]:
    """Return the rows of a batch of one format."""
    segments = result.batch.page_segment()
    scores = np.rint(result.scores * 1000).astype(int).tolist()
    kept, reasons = result.decisions.kept.astype(int).tolist(), _reasons(result, why)
    rows = []
    for page, (document, text) in enumerate(zip(documents, _texts(result, documents), strict=True)):
        first, last = int(segments[page]), int(segments[page + 1])
        rows.append(
            LineRow(
                document.id,
                document.file,
                document.site,
                "text" if result.markup is None else "html",
                text,
                round(float(result.decisions.threshold[page]), 3),
                scores[first:last],
                kept[first:last],
                reasons[first:last],
                _copies(result, first, last),
                _headlines(result, first, last),
                _cuts(result, first, last),
                0 if result.recurrence is None else int(result.recurrence.site_pages[page]),
            )
        )
    return rows


def _copies(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    original = result.repeats.original[first:last] - first
    rows = np.flatnonzero((original >= 0) & (original != np.arange(last - first)))
    block = result.repeats.block[first:last][rows]
    return np.column_stack((rows, original[rows], block)).tolist()  # type: ignore[no-any-return]


def _headlines(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    repeats = result.repeats
    rows = first + np.flatnonzero(repeats.begins[first:last] >= 0)
    return np.column_stack((rows - first, repeats.begins[rows] - first, repeats.begins_words[rows])).tolist()  # type: ignore[no-any-return]


def _cuts(result: ScoredBatch, first: int, last: int) -> list[list[int]]:
    cut = result.decisions.cut_words[first:last]
    return [[row, int(cut[row])] for row in np.flatnonzero(cut).tolist()]


def as_dict(row: LineRow) -> dict[str, Any]:
    """Return a row as plain values; what says nothing is left out."""
    return {name: value for name, value in row._asdict().items() if value != []}


def clean_again(row: Mapping[str, Any], policy: DecisionPolicy | None) -> str:
    """Return the clean text of a stored document: as it was decided, or by another policy.

    policy: without one the decisions that are stored hold. What a rule decided then
        stays decided.
    """
    batch = _stored_batch(row)
    words, decisions = words_of(batch), _stored_decisions(row)
    if policy is not None:
        scores = np.array(row.get("scores", []), np.float32) / np.float32(1000)
        repeats = _stored_repeats(row, scores.size)
        policy = policy._replace(site_pages=np.array([row.get("site_pages", 0)], np.int32))
        other = decide(scores, words, batch.page_segment(), repeats, policy)
        rules = [RULES.index(reason) if reason in RULES else SCORE for reason in row.get("reasons", [])]
        decisions = as_ruled(other, np.array(rules, np.uint8), decisions.kept)
    return text_of(clean_text(batch, words, decisions).text.tobytes())


def _stored_batch(row: Mapping[str, Any]) -> Batch:
    """Return the lines of a stored document; raises `ValueError` if its scores are not theirs."""
    batch, scores = text_batch([utf8(row["text"])]), row.get("scores", [])
    if len(scores) != batch.segment_start.size:
        raise ValueError(f"{row['id']!r} has {len(scores)} scores for {batch.segment_start.size} lines")
    return batch


def _stored_decisions(row: Mapping[str, Any]) -> Decisions:
    """Return what was decided."""
    kept = np.array(row.get("kept", []), np.bool_)
    cut_words = np.zeros(kept.size, np.int32)
    for segment, count in row.get("cuts", []):
        cut_words[segment] = count
    threshold = np.full(1, row["threshold"], np.float32)
    return Decisions(kept, cut_words, threshold, np.zeros(1, np.uint8), np.zeros((1, 2), np.float32))


def pieces(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a stored document line by line, in order, with the fields of `PIECE`.

    A line of more than 1,000 characters comes sentence by sentence. `text` and `end` (the line's
    ending) of all, joined, are the whole text. `clean` is what stays of `text`. Blank lines have
    no score, decision or reason: they stay as their neighbours do.
    """
    batch = _stored_batch(row)
    data, clean = batch.data.tobytes(), clean_text(batch, words_of(batch), _stored_decisions(row))
    ends = [*batch.line_start[1:].tolist(), len(data)]
    found = []
    for line, (start, end, after) in enumerate(
        zip(batch.line_start.tolist(), batch.line_end.tolist(), ends, strict=True)
    ):
        first, last = batch.line_segment[line : line + 2].tolist()
        if first == last:
            values: tuple[Any, ...] = (text_of(data[start:end]), "", "", None, None, None)
            found.append(dict(zip(PIECE, values, strict=True)))
        for at in range(first, last):
            stays = data[clean.stay_start[at] : clean.stay_end[at]]
            text = text_of(data[batch.segment_start[at] : batch.segment_end[at]])
            score, kept = row["scores"][at] / 1000, bool(row["kept"][at])
            values = (text, "", text_of(stays), score, kept, row["reasons"][at])
            found.append(dict(zip(PIECE, values, strict=True)))
        found[-1]["end"] = text_of(data[end:after])
    return found


def _stored_repeats(row: Mapping[str, Any], size: int) -> Repeats:
    """Return as much of a document's repeats as decisions need."""
    original, begins = np.full((2, size), -1, np.int64)
    block, begins_words, unused = np.zeros((3, size), np.int32)
    for segment, of, lines in row.get("copies", []):
        original[segment], block[segment] = of, lines
    for segment, headline, words in row.get("headlines", []):
        begins[segment], begins_words[segment] = headline, words
    return Repeats(original, unused, np.zeros(size, np.float32), block, unused, begins, begins_words)
