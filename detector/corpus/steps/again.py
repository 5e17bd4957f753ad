"""Pages of earlier runs, judged again with the counts of the new pages: which decisions would change.

Only pages of sites with new pages are judged, and of many shards only some: decisions of earlier runs are
not changed, so a count with examples is enough.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import xxhash

from detector.corpus.earlier_runs import EarlierShard, earlier_shards
from detector.corpus.formats.documents import Shard
from detector.corpus.line_records import pieces
from detector.corpus.parsed_shards import ParsedBatch, stored_batches
from detector.corpus.report.line_tally import LONGEST_SHOWN, LineTally
from detector.corpus.rules import Rules
from detector.corpus.run_folder import damaged, new_folder, read_array, write_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.clean import KEPT, Cleaner, CleanPage, CleanPages
from detector.corpus.steps.count import is_alone, load_counts
from detector.records import Integers
from detector.text.keys import site_id

# The most shards to judge again, spread evenly.
MOST_SHARDS: Final = 16
EXAMPLES: Final = 40
JUDGED: Final = "judged.json"


def shards_again(spec: RunSpec) -> list[Shard]:
    """Return the shards of earlier runs to judge again, numbered over all of these runs."""
    new_site = read_array(spec.folder().step("counts") / "new_site.npy")
    shards = earlier_shards(spec.since)
    with_site = [
        number
        for number, shard in enumerate(shards)
        if np.isin(read_array(shard.of("count") / "site.npy"), new_site).any()
    ]
    drawn = np.unique(np.linspace(0, len(with_site) - 1, min(MOST_SHARDS, len(with_site))).astype(int))
    numbers = [with_site[at] for at in drawn.tolist()]
    return [
        Shard(number, "", (), (shards[number].of("count") / "pages.zst").stat().st_size) for number in numbers
    ]


def judge_again(spec: RunSpec, shard: Shard) -> None:
    """Judge the pages of one shard of an earlier run again, unless that is finished."""
    run = spec.folder()
    target = run.of("again", shard.number)
    if target.is_dir():
        return
    counts = load_counts(run.step("counts"), mapped=True)
    new_sites = set(read_array(run.step("counts") / "new_site.npy").tolist())
    cleaner = Cleaner(spec.detector(), counts, Rules.of(spec.corpus), LineTally())
    with new_folder(target) as folder:
        write_json(folder / JUDGED, _judged(earlier_shards(spec.since)[shard.number], cleaner, new_sites))


def _judged(shard: EarlierShard, cleaner: Cleaner, new_sites: set[int]) -> dict[str, Any]:
    before = CleanPages.load(shard.of("clean"))
    place = {number: at for at, number in enumerate(before.number.tolist())}
    border = np.concatenate(([0], np.cumsum(before.segments)))
    kept = np.fromfile(shard.of("clean") / KEPT, np.uint8)
    if kept.size != border[-1]:
        raise damaged(shard.of("clean") / KEPT, f"{kept.size:,} bytes instead of {border[-1]:,}")
    ids, pages, changed, lines = shard.ids(), 0, 0, [0, 0]
    examples = list[list[Any]]()
    for page in _pages(shard, cleaner, new_sites):
        if (at := place.get(page.number)) is None:
            continue  # set aside in the earlier run because of its id
        pages += 1
        then, now = kept[border[at] : border[at + 1]], np.array(page.lines.kept, np.uint8)
        if then.size != now.size:
            raise damaged(shard.of("count") / "pages.zst", f"{ids[at]!r} has other lines")
        other = np.flatnonzero(then != now)
        if other.size:
            changed += 1
            lines[0] += int(then[other].sum())
            lines[1] += int(now[other].sum())
            examples = sorted([*examples, *_examples(ids[at], page, other)])[:EXAMPLES]
    return {"pages": pages, "changed": changed, "lines": lines, "examples": examples}


def _pages(shard: EarlierShard, cleaner: Cleaner, new_sites: set[int]) -> Iterator[CleanPage]:
    """Yield the pages of sites with new pages, judged again."""

    def is_left_out(document: Any) -> bool:  # noqa: ANN401
        return is_alone(document) or site_id(document.site) not in new_sites

    for batch in stored_batches(shard.of("count"), None):
        some: ParsedBatch = batch.without(is_left_out)
        yield from cleaner.clean(some, set())[0]


def _examples(id: str, page: CleanPage, changed: Integers) -> Iterator[list[Any]]:
    """Yield rows: the hash for sampling lines, id, site, line, whether it was kept, and the reason now."""
    lines = [piece for piece in pieces(page.lines) if piece.kept is not None]
    for at in changed.tolist():
        line = lines[at]
        rank = xxhash.xxh3_64_intdigest(f"{id}\0{at}".encode("utf-8", "replace"))
        yield [rank, id, page.lines.site, line.text[:LONGEST_SHOWN], not line.kept, line.reason]


def added_up(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the results of all shards as one."""
    examples = sorted(example for row in rows for example in row["examples"])[:EXAMPLES]
    names = ("id", "site", "line", "was_kept", "reason_now")
    return {
        "pages_judged_again": sum(row["pages"] for row in rows),
        "pages_that_would_change": sum(row["changed"] for row in rows),
        "lines_that_would_go": sum(row["lines"][0] for row in rows),
        "lines_that_would_stay": sum(row["lines"][1] for row in rows),
        "examples": [dict(zip(names, example[1:], strict=True)) for example in examples],
    }
