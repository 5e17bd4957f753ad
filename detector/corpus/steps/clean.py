"""Second pass: each shard scored with its sites' counts, decided, and its clean text kept."""

from pathlib import Path
from typing import Final

import numpy as np
import zstandard

from detector.corpus.batches import DocumentBatch, batches_of, records_of
from detector.corpus.formats.documents import Rejected, Shard
from detector.corpus.formats.json_lines import json_line
from detector.corpus.line_records import LineRow, as_dict, line_rows
from detector.corpus.report.line_tally import LineTally
from detector.corpus.rules import Rules
from detector.corpus.run_folder import whole_folder, write_json
from detector.corpus.run_spec import Job
from detector.corpus.steps.count import load_counts
from detector.detector import Detector
from detector.model.page_kinds import EMPTY, KINDS, LEAST_WORDS
from detector.records import Batch, Integers
from detector.sites.recurrence import LineCounts, Sites
from detector.text.read import by_format

# Fast, and a tenth larger than the usual level.
ZSTD_LEVEL: Final = 3


class CleanBatch:
    """A batch's clean texts, rows of lines and verdicts, in the order of its documents."""

    def __init__(self, batch: DocumentBatch) -> None:
        self.batch = batch
        self.text: list[bytes] = [b""] * len(batch.pages)
        self.rows: list[LineRow | None] = [None] * len(batch.pages)
        self.verdict = np.zeros(len(batch.pages), np.uint8)
        self.share = np.zeros(len(batch.pages), np.float32)
        self.before = np.zeros(len(batch.pages), np.int64)

    def fill(self, detector: Detector, counts: LineCounts, rules: Rules, tally: LineTally) -> None:
        """Score and decide."""
        for positions in by_format(self.batch.pages):
            self._fill(positions, detector, counts, (rules, tally))

    def _fill(
        self, positions: list[int], detector: Detector, counts: LineCounts, by: tuple[Rules, LineTally]
    ) -> None:
        documents = [self.batch.documents[at] for at in positions]
        sites = Sites(counts, self.batch.site_ids(positions), True)
        result, why = by[0].apply(detector.run([self.batch.pages[at] for at in positions], sites), documents)
        rows = line_rows(result, why, documents)
        text, begin = result.clean.text.tobytes(), 0
        for at, row, end in zip(positions, rows, result.clean.page_end.tolist(), strict=True):
            self.rows[at], self.text[at], begin = row, text[begin:end], end
        self.before[positions] = _line_bytes(result.batch)
        content, words = result.decisions.content.T
        self.share[positions] = np.round(content / np.maximum(words, 1), 3)
        kinds = result.kinds.share.argmax(axis=1)
        self.verdict[positions] = np.where(words < LEAST_WORDS, len(KINDS), kinds)
        by[1].add(result, why, rows)


def _line_bytes(batch: Batch) -> Integers:
    """Return int64 (P,): bytes of each page's lines with their ends; markup is no text to lose."""
    ends = np.concatenate(([0], np.cumsum(batch.line_end - batch.line_start + 1)))
    return np.diff(ends[batch.page_line])


def verdict_name(number: int) -> str:
    """Return what kind of page a stored number stands for."""
    return (*KINDS, EMPTY)[number]


def clean_shard(job: Job, shard: Shard) -> None:
    """Clean one shard, unless it is done."""
    target = job.folder().of("clean", shard.number)
    if target.is_dir():
        return
    detector, rules = job.detector(), Rules.of(job.corpus)
    counts = load_counts(job.folder().step("counts"), mapped=True)
    rejected: list[Rejected] = []
    tally = LineTally()
    with whole_folder(target) as folder:
        with (
            (folder / "text.bin").open("wb") as texts,
            (folder / "lines.jsonl.zst").open("wb") as raw,
            zstandard.ZstdCompressor(ZSTD_LEVEL).stream_writer(raw) as lines,
        ):
            sizes, verdicts, shares = [], [np.zeros(0, np.uint8)], [np.zeros(0, np.float32)]
            before = [np.zeros(0, np.int64)]
            records = records_of(job, shard)
            for batch in batches_of(records, job.format, job.settings.batch_bytes, rejected):
                done = CleanBatch(batch)
                done.fill(detector, counts, rules, tally)
                texts.write(b"".join(done.text))
                sizes += [len(text) for text in done.text]
                verdicts.append(done.verdict)
                shares.append(done.share)
                before.append(done.before)
                if job.lines != "none":
                    lines.write(b"".join(json_line(as_dict(row)) for row in done.rows if row is not None))
        np.save(folder / "size.npy", np.array(sizes, np.int64))
        np.save(folder / "verdict.npy", np.concatenate(verdicts))
        np.save(folder / "share.npy", np.concatenate(shares))
        np.save(folder / "before.npy", np.concatenate(before))
        _write_rejected(folder / "rejects.jsonl", rejected)
        write_json(folder / "tally.json", tally.as_dict())


def _write_rejected(path: Path, rejected: list[Rejected]) -> None:
    path.write_bytes(b"".join(json_line(record._asdict()) for record in rejected))
