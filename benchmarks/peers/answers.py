"""The answers of peers, kept outside the repository, so that a rerun asks only for new ones.

One file per peer and version; a page is identified by the hash of its bytes and language. The texts are by
third parties, so the cache must never be inside the checkout.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.data.pages import UNKNOWN, Page
from benchmarks.environment import sources_hash
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT
from benchmarks.peers.environments import versions_of
from benchmarks.peers.process import Answer, PeerProcess
from benchmarks.peers.systems import OURS, RENDERINGS, Peer

VARIABLE: Final = "DETECTOR_BENCH_CACHE"
# Files that the lines of our own renderer depend on.
RENDERER: Final = ("detector/text", "detector/kernels", "detector/native.py", "detector/records.py")


def cache_folder() -> Path:
    """Return the folder of the cache: $DETECTOR_BENCH_CACHE, or ~/.cache/detector-bench."""
    folder = Path(os.environ.get(VARIABLE) or Path.home() / ".cache" / "detector-bench").resolve()
    if folder.is_relative_to(ROOT):
        raise BenchmarkError(
            f"{folder} is inside the repository, and peers' texts must not be: set {VARIABLE}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def version_key(peer: Peer) -> str:
    """Return a key that changes when the answers of the peer may change."""
    sources = [ROOT / f"{peer.module.replace('.', '/')}.py"]
    if peer == RENDERINGS[0]:
        for name in RENDERER:
            path = ROOT / name
            sources += sorted(path.rglob("*.*")) if path.is_dir() else [path]
    files = [path for path in sources if path.suffix in (".py", ".cpp", ".h")]
    parts = (sources_hash(files), peer.function, json.dumps(versions_of(peer), sort_keys=True))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def page_key(page: bytes | str, language: str | None) -> str:
    """Return the name of a page in the cache."""
    data = page if isinstance(page, bytes) else page.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data + b"\0" + (language or "").encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, Answer]:
    """Read the answers of a peer; an unfinished last line of a killed run is cut off."""
    if not path.is_file():
        return {}
    data = path.read_bytes()
    complete = data.rfind(b"\n") + 1
    if complete < len(data):
        os.truncate(path, complete)
    rows = map(json.loads, data[:complete].splitlines())
    return {row[0]: Answer(row[1], row[2], row[3]) for row in rows}


@contextmanager
def asking(peer: Peer, folder: Path) -> Iterator["CachedPeer"]:
    """Give a peer that answers from the cache if possible, and is started only if necessary."""
    path = folder / f"{peer.name}-{version_key(peer)}.jsonl"
    cached = CachedPeer(peer, path)
    try:
        yield cached
    finally:
        cached.close()


def answers_of(peer: Peer, pages: Sequence[Page], inputs: Sequence[bytes | str | None]) -> list[Answer]:
    """Return a peer's answer for each page; a page without input counts as failed."""
    untold = peer in RENDERINGS
    with asking(peer, cache_folder()) as cached:
        return [
            Answer(None, "no rendering", 0.0)
            if given is None
            else cached.ask(given, None if untold or page.language == UNKNOWN else page.language)
            for page, given in zip(pages, inputs, strict=True)
        ]


def renderings_of(pages: Sequence[Page]) -> Iterator[tuple[str, list[str | None]]]:
    """Yield the name of each rendering and the text of every page; None where a renderer failed."""
    if all(page.html is None for page in pages):
        yield "text", [page.text for page in pages]
        return
    for renderer in RENDERINGS:
        answers = answers_of(renderer, pages, [page.html for page in pages])
        yield renderer.name, [answer.text for answer in answers]


class CachedPeer:
    """A peer with its cached answers."""

    def __init__(self, peer: Peer, path: Path) -> None:
        # Rules on lines are faster than reading their answers from a file.
        self._kept = peer.environment != OURS or peer.format != "text"
        self._known = _read(path) if self._kept else {}
        self._file = path.open("a", encoding="ascii")
        self._process = PeerProcess(peer, path.with_suffix(".log"))

    def ask(self, page: bytes | str, language: str | None) -> Answer:
        """Return the peer's answer for a page."""
        key = page_key(page, language)
        if key in self._known:
            return self._known[key]
        answer = self._process.ask(page, language)
        # Failures that may be caused by the load of the machine are tried again by the next run.
        if self._kept and not answer.lost:
            self._known[key] = answer
            self._file.write(json.dumps([key, *answer[:3]]) + "\n")
        return answer

    def close(self) -> None:
        """Stop the peer and save its answers."""
        self._process.close()
        self._file.close()
