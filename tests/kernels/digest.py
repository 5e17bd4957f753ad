"""A hash of everything that a kernel library computes, to compare compilers. A separate program.

    python -m tests.kernels.digest LIBRARY

Prints, for each kernel, its name and a hash of what every one of its calls returned and left in its
arrays, while the golden pages and the pages of training_data/ go through all steps.
"""

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from detector import Detector, find_duplicates, native
from detector.text.page import Page
from tests.golden.record import PAGES
from tests.kernels.recorded import arguments_of, use_every_kernel

ROOT = Path(__file__).parents[2]
BATCH = 40


def pages() -> Iterator[Page]:
    """Golden pages and the pages written for training; HTML pages also as text."""
    for path in sorted(PAGES.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        yield Page("\n".join(case["input"]), case["format"])
    for path in sorted((ROOT / "training_data" / "pages").glob("*.jsonl")):
        page = json.loads(path.read_text("utf-8").splitlines()[0])["page"]
        yield Page(page, "html")
        yield Page(page, "text")


def use_all_pages() -> None:
    """Score all pages in batches and look for near-duplicates among them."""
    all_pages = list(pages())
    detector = Detector()
    for start in range(0, len(all_pages), BATCH):
        detector.score_batch(all_pages[start : start + BATCH])
    find_duplicates([page.utf8().decode() for page in all_pages])


def digests() -> dict[str, str]:
    """Return a hash for each kernel."""
    found: dict[str, Any] = defaultdict(hashlib.sha256)
    run = native.run

    def hashing(kernel: str, *arguments: Any) -> int:
        result = run(kernel, *arguments)
        found[kernel].update(str(result).encode())
        for argument in arguments_of(arguments):
            if isinstance(argument, np.ndarray):
                found[kernel].update(argument.tobytes())
        return result

    # What a kernel does not write is zero, not what was in memory before.
    with patch.object(native, "run", hashing), patch.object(np, "empty", np.zeros):
        use_every_kernel()
        use_all_pages()
    return {kernel: digest.hexdigest() for kernel, digest in found.items()}


if __name__ == "__main__":
    with patch.object(native, "LIBRARY", Path(sys.argv[1])):
        for kernel, digest in sorted(digests().items()):
            print(kernel, digest)
