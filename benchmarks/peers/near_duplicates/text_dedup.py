"""text-dedup 0.4.0: its minhash command on a local file, with the bands that it chooses."""

import os
import tempfile
from pathlib import Path

import datasets
from text_dedup.minhash import main

from benchmarks.peers.near_duplicates.texts import SHINGLE, SLOTS, THRESHOLD, Corpus, Found


def find(corpus: Corpus) -> Found:
    """Returns what its command leaves out; it returns no pairs."""
    os.environ["HF_DATASETS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
    texts = corpus.texts()
    with tempfile.TemporaryDirectory() as folder:
        data, kept = Path(folder) / "in", Path(folder) / "out"
        rows = {"id": list(range(len(texts))), "text": texts}
        datasets.Dataset.from_dict(rows).save_to_disk(str(data))
        options = {
            "path": str(data),
            "output": str(kept),
            "column": "text",
            "ngram": SHINGLE,
            "threshold": THRESHOLD,
            "num_perm": SLOTS,
            "num_proc": 1,
            "min_length": 1,
            "batch_size": 10_000,
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        main.main([*arguments, "--local"], standalone_mode=False)
        stays = set(datasets.load_from_disk(str(kept))["id"])
    return Found(None, [at for at in range(len(texts)) if at not in stays])
