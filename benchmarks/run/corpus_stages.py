"""A corpus run of ours in a process of its own, with the seconds of each stage."""

from pathlib import Path
from typing import Final

from benchmarks.measures.stages import Stages
from detector import clean_corpus
from detector.settings import CorpusSettings, EngineSettings

# What no stage reports: imports of the engine, merging of counts, the report.
BETWEEN: Final = "between stages"


def run(pages: str, output: str, memory: str) -> None:
    """Clean a file of pages into a new folder.

    memory: bytes for all processes
    """
    stages = Stages()

    def progress(stage: str, done: int, total: int) -> None:
        # A stage begins with nothing done.
        stages.end(stage if done else BETWEEN)

    # However much is dropped, the output is published.
    corpus = CorpusSettings(least_pages=1_000_000_000)
    clean_corpus([pages], output, None, corpus, None, EngineSettings(memory=int(memory)), progress=progress)
    stages.end(BETWEEN)
    stages.write(Path(output))
