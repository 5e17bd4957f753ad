"""Corpora for near-duplicate systems, with their truth: synthetic documents, and pairs of news."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.data.planted.documents import Pair, PlantedDocuments, shingles
from benchmarks.data.shared import shared_data
from benchmarks.files import json_lines, write_json, write_json_lines
from benchmarks.measures.metrics import tokens
from benchmarks.measures.near_duplicate_scores import Truth
from benchmarks.peers.answers import cache_folder
from benchmarks.peers.near_duplicates.texts import SHINGLE

SEED: Final = 1
LEAST_JACCARD: Final = 0.6
# The most characters of a text that is shorter than a shingle.
SHORT_TEXT: Final = 300
# The number of documents on an archive page; of each further one, a twentieth more is cut off.
ARCHIVED: Final = 10
MOST_CUT: Final = 20


class Size(NamedTuple):
    """The size of a corpus."""

    texts: int
    bytes: int


def corpus_file(count: int) -> Path:
    """Return the synthetic corpus as a file, which is made once."""
    path = cache_folder() / f"planted-documents-{SEED}-{count}.jsonl"
    if not path.is_file():
        documents = PlantedDocuments(count, SEED).documents()
        write_json_lines(path, ({"id": name, "text": text} for name, text in documents))
    return path


def truth_of(count: int) -> Truth:
    """Return the planted pairs, and pairs of short texts that are equal by accident."""
    path = cache_folder() / f"planted-pairs-{SEED}-{count}.json"
    if not path.is_file():
        write_json(path, [list(pair) for pair in PlantedDocuments(count, SEED).pairs(LEAST_JACCARD)])
    planted = (Pair(*row) for row in json.loads(path.read_text()))
    return Truth.of(count, chain(planted, equal_short_texts(corpus_file(count))))


def containment_file(count: int) -> Path:
    """Return planted documents, and archive pages of ten of them each, some of which are cut short."""
    path = cache_folder() / f"planted-archives-{SEED}-{count}.jsonl"
    if not path.is_file():
        long = (text for _, text in PlantedDocuments(count, SEED).documents() if len(text) > SHORT_TEXT)
        texts = list(dict.fromkeys(long))
        archives = [
            "\n".join(text[: len(text) * (MOST_CUT - at) // MOST_CUT] for at, text in enumerate(part))
            for part in (texts[at : at + ARCHIVED] for at in range(0, len(texts), ARCHIVED))
        ]
        write_json_lines(path, ({"text": text} for text in (*texts, *archives)))
    return path


def contained_pairs(corpus: Path, threshold: float) -> set[tuple[int, int]]:
    """Return all pairs in which the longer text has this much of the shorter one, by comparing shingles."""
    sets = [shingles(row["text"]) for row in json_lines(corpus)]
    holders = defaultdict(list)
    for number, parts in enumerate(sets):
        for part in parts:
            holders[part].append(number)
    found = set()
    for short, parts in enumerate(sets):
        shared = Counter(long for part in parts for long in holders[part])
        found |= {
            (min(short, long), max(short, long))
            for long, same in shared.items()
            if same >= threshold * len(parts) and (len(sets[long]), -long) > (len(parts), -short)
        }
    return found


def equal_short_texts(corpus: Path) -> Iterator[Pair]:
    """Yield pairs of equal texts shorter than a shingle, because the same words may be drawn twice."""
    same = defaultdict(list)
    for number, row in enumerate(json_lines(corpus)):
        if len(row["text"]) < SHORT_TEXT:
            words = tokens(row["text"])
            if len(words) < SHINGLE:
                same[" ".join(words)].append(number)
    for members in same.values():
        yield from (Pair(left, right, 1.0) for left, right in combinations(members, 2))


def size_of(corpus: Path) -> Size:
    """Return the number of texts of a corpus, and their bytes of UTF-8."""
    sizes = [len(row["text"].encode()) for row in json_lines(corpus)]
    return Size(len(sizes), sum(sizes))


def news_corpus(path: Path) -> tuple[dict[tuple[int, int], str], list[int]]:
    """Write the texts of the shared data's news pairs, each once.

    Returns the labels of the pairs, and for each text the first with equal words.
    """
    rows = list(json_lines(shared_data() / "multilingual" / "near_dup" / "pairs.jsonl"))
    number: dict[str, int] = {}
    labels = {}
    for row in rows:
        left, right = (number.setdefault(row[side], len(number)) for side in ("a", "b"))
        labels[min(left, right), max(left, right)] = row["label"]
    texts = {row[side]: row[f"text_{side}"] for row in rows for side in ("a", "b")}
    write_json_lines(path, ({"text": texts[name]} for name in number))
    words = [" ".join(tokens(texts[name])) for name in number]
    return labels, [words.index(one) for one in words]
