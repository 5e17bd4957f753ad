"""Texts, some of them near-duplicates, and how to ask an index for them."""

from benchmarks.data.planted.documents import PlantedDocuments

TEXTS = [text for _, text in PlantedDocuments(300, seed=4).documents()]
IDS = [f"text {number}" for number in range(len(TEXTS))]


def ask(index, texts, ids, **options):
    return index.match(zip(ids, texts, strict=True), **options)
