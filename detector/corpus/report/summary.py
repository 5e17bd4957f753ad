"""The results of a run in numbers: report.json; `report_page` shows the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from detector.corpus.report.line_tally import added_up
from detector.corpus.report.loss_limit import loss_of
from detector.corpus.report.site_ways import SiteWays
from detector.corpus.run_folder import read_array, read_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.passages import TALLY
from detector.corpus.steps.write import EXAMPLES
from detector.records import Integers

# The most sites and sources to list by name; the rest are in the sums.
MOST_NAMED: Final = 200
ROW: Final = ("documents", "kept", "empty", "duplicates", "bytes", "bytes_kept")


def _summed(tables: Iterable[Mapping[str, Sequence[int]]]) -> dict[str, list[int]]:
    total: dict[str, list[int]] = {}
    for table in tables:
        for name, row in table.items():
            sums = total.setdefault(name, [0] * len(row))
            for at, number in enumerate(row):
                sums[at] += number
    return total


def document_counts(spec: RunSpec, shards: int) -> dict[str, Any]:
    """Return the document tallies of all shards as one."""
    tallies = [read_json(spec.folder().of("out", shard) / "tally.json") for shard in range(shards)]
    verdicts, filtered = Counter[str](), Counter[str]()
    examples: dict[str, list[list[Any]]] = {}
    ways = SiteWays()
    for tally in tallies:
        ways.add_all(tally["ways"])
        verdicts.update(tally["verdicts"])
        filtered.update(tally["filtered"])
        for name, rows in tally["examples"].items():
            examples[name] = sorted([*examples.get(name, []), *rows])[:EXAMPLES]
    return {
        "sites": _summed(tally["sites"] for tally in tallies),
        "sources": _summed(tally["sources"] for tally in tallies),
        "ways": ways,
        "before": np.sum([tally["before"] for tally in tallies], axis=0).tolist(),
        "after": np.sum([tally["after"] for tally in tallies], axis=0).tolist(),
        "verdicts": dict(sorted(verdicts.items())),
        "simplified": sum(tally["simplified"] for tally in tallies),
        "tokens": sum(tally["tokens"] for tally in tallies),
        "filtered": {
            name: {"documents": count, "examples": [row[1:] for row in examples[name]]}
            for name, count in sorted(filtered.items())
        },
    }


def _named(kind: str, table: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Return the largest sites or sources, with their losses."""
    order = sorted(table.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_NAMED]
    return [
        {
            "name": name,
            **dict(zip(ROW, row, strict=True)),
            "lost": round(loss_of(kind, name, row).text, 4),
        }
        for name, row in order
    ]


def group_sizes(removed: Integers) -> dict[str, int]:
    """Return how many groups of near-duplicates have how many documents."""
    if not len(removed):
        return {}
    sizes = np.unique(removed[:, 1], return_counts=True)[1] + 1
    return {str(size): int(count) for size, count in zip(*np.unique(sizes, return_counts=True), strict=True)}


def passage_counts(spec: RunSpec, shards: int) -> dict[str, Any]:
    """Return how many passages are on another page, if passages were looked for."""
    if spec.corpus.passages == "keep":
        return {}
    rows = [read_json(spec.folder().of("passages", shard) / TALLY) for shard in range(shards)]
    total = {name: sum(row[name] for row in rows) for name in ("passages", "documents", "words")}
    return {"repeated_passages": total}


def filter_counts(spec: RunSpec, filtered: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many documents each filter left out, with examples, if there are filters."""
    names = ("id", "value", "text")
    found = {
        name: {**row, "examples": [dict(zip(names, one, strict=True)) for one in row["examples"]]}
        for name, row in filtered.items()
    }
    return {"filtered": found} if spec.corpus.filters.are_there() else {}


def report_of(spec: RunSpec, shards: int, rejected: Mapping[str, int]) -> dict[str, Any]:
    """Return the report. `rejected`: why records were set aside, with counts."""
    documents = document_counts(spec, shards)
    lines = added_up(read_json(spec.folder().of("clean", shard) / "tally.json") for shard in range(shards))
    total = np.sum(list(documents["sources"].values()), axis=0).tolist() if documents["sources"] else [0] * 6
    removed = read_array(spec.folder().step("groups") / "removed.npy")
    tokens = {} if spec.corpus.tokenizer is None else {"tokens": documents["tokens"]}
    return (
        passage_counts(spec, shards)
        | filter_counts(spec, documents["filtered"])
        | {
            "total": dict(zip(ROW, total, strict=True)) | tokens,
            "lines": {"all": lines["lines"][0], "kept": lines["lines"][1]},
            "rejected": dict(rejected),
            "sites": len(documents["sites"]),
            "sites_found_by": documents["ways"].report(),
            "by_site": [
                {**row, "found_by": documents["ways"].way_of(row["name"])}
                for row in _named("site", documents["sites"])
            ],
            "by_source": _named("source", documents["sources"]),
            "bytes_dropped_by_reason": lines["reasons"],
            "bytes_by_score": lines["scores"],
            "documents_by_length": {"before": documents["before"], "after": documents["after"]},
            "documents_by_verdict": documents["verdicts"],
            "simplified": documents["simplified"],
            "near_duplicate_groups_by_size": group_sizes(removed),
            "most_dropped_lines": [
                {"count": count, "site": site, "text": text} for count, site, text in lines["dropped"]
            ],
            "near_the_threshold": {
                kind: [{"site": site, "text": text, "score": score} for _, site, text, score in drawn]
                for kind, drawn in lines["drawn"].items()
            },
        }
    )
