"""datatrove: sentence deduplication (by lines), then the C4 filter, on two workers."""

import shutil
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import SentenceDedupFilter, SentenceDedupSignature, SentenceFindDedups
from datatrove.pipeline.dedup.sentence_dedup import SentDedupConfig
from datatrove.pipeline.filters import C4QualityFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from benchmarks.measures.stages import Stages

TASKS = 2


def _halves(path: Path, folder: Path) -> None:
    """Write the corpus with one file per task, because a task reads whole files."""
    folder.mkdir()
    outs = [(folder / f"{number}.jsonl").open("w") for number in range(TASKS)]
    with path.open() as file:
        for number, line in enumerate(file):
            outs[number % TASKS].write(line)
    for out in outs:
        out.close()


def run(pages: str, output: str) -> None:
    """Run all stages."""
    path, folder, times = Path(pages), Path(output), Stages()
    work = folder / "work"
    work.mkdir()
    _halves(path, work / "in")
    times.end("split the input")
    # By lines, and without the rules that drop short pages, because the pages here are short.
    config = SentDedupConfig(n_sentences=1, split_sentences=False, min_doc_words=1, min_num_sentences=1)
    reader = JsonlReader(str(work / "in"), text_key="text", id_key="id")
    stages = {
        "signatures": [reader, SentenceDedupSignature(str(work / "signatures"), TASKS, config)],
        "find duplicates": [SentenceFindDedups(str(work / "signatures"), str(work / "found"), config=config)],
        "filter, write": [
            reader,
            SentenceDedupFilter(str(work / "found"), config),
            C4QualityFilter(filter_no_terminal_punct=False, min_num_sentences=1),
            JsonlWriter(str(folder / "clean"), output_filename="${rank}.jsonl", compression=None),
        ],
    }
    for number, (name, pipeline) in enumerate(stages.items()):
        LocalPipelineExecutor(
            pipeline, tasks=TASKS, workers=TASKS, logging_dir=str(work / f"logs{number}")
        ).run()
        times.end(name)
    times.write(folder)
    shutil.rmtree(work)
