"""datatrove 0.10: its four MinHash steps in one process, with its default of 14 buckets of 8."""

import tempfile
from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig

from benchmarks.peers.near_duplicates.texts import SHINGLE, Corpus, Found


def find(corpus: Corpus) -> Found:
    """Returns what its filter drops; it returns no pairs."""
    config = MinhashConfig(n_grams=SHINGLE)
    texts = corpus.texts()

    def documents() -> object:
        return (Document(text=text, id=str(at)) for at, text in enumerate(texts))

    with tempfile.TemporaryDirectory() as folder:
        signed, buckets, removed = (str(Path(folder) / name) for name in ("signed", "buckets", "removed"))
        MinhashDedupSignature(signed, config=config).run(documents(), 0, 1)
        for bucket in range(config.num_buckets):
            MinhashDedupBuckets(signed, buckets, config=config).run(None, bucket, config.num_buckets)
        MinhashDedupCluster(buckets, removed, config=config).run(None, 0, 1)
        kept = {int(document.id) for document in MinhashDedupFilter(removed).run(documents(), 0, 1)}
    return Found(None, [at for at in range(len(texts)) if at not in kept])
