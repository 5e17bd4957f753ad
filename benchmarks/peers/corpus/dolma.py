"""dolma: paragraphs seen before (a Bloom filter), then C4's rules for lines and pages, on two workers.

As in its documentation: `tag`, `dedupe` and `mix`, each with a configuration. Paragraphs are lines, and the
first occurrence of each stays. As in datatrove's pipeline, the rule
that lines must end in punctuation is left out, because it would drop headings and half of the languages.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.measures.stages import Stages

WORKERS = 2
# The size of the Bloom filter, which gives far fewer false positives than there are lines.
FALSE_ALARMS = 1e-6
RULES = ("has_javascript", "has_lorem_ipsum", "has_curly_brace")


def _parts(path: Path, folder: Path) -> int:
    """Write the corpus as dolma's documents, one file per worker; return the number of lines.

    Each file has consecutive documents of the corpus, because the mixed output is in the order of files.
    """
    folder.mkdir(parents=True)
    lines, at, size = 0, 0, path.stat().st_size
    with path.open("rb") as file, ExitStack() as stack:
        names = [folder / f"{number}.json.gz" for number in range(WORKERS)]
        outs = [stack.enter_context(gzip.open(name, "wt", compresslevel=1)) for name in names]
        for line in file:
            row = json.loads(line)
            lines += row["text"].count("\n") + 1
            outs[at * WORKERS // size].write(json.dumps({**row, "source": "planted"}) + "\n")
            at += len(line)
    return lines


def _dolma(command: str, config: dict[str, Any], folder: Path) -> None:
    """Call the program of dolma with a configuration."""
    path = folder / f"{command}.json"
    path.write_text(json.dumps(config))
    program = Path(sys.executable).with_name("dolma")
    environment = {**os.environ, "NLTK_DATA": str(folder)}
    subprocess.run([program, "-c", path, command], check=True, stdout=subprocess.DEVNULL, env=environment)


def _mix(documents: str, clean: Path) -> dict[str, Any]:
    spans = ("$.attributes.seen", "$.attributes.rules__c4_v2__lines_with_too_few_words")
    stream = {
        "name": "clean",
        "documents": [documents],
        "attributes": ["seen", "rules"],
        "output": {"path": str(clean), "min_text_length": 1},
        "filter": {"include": [], "exclude": [f"$.attributes[?(@.rules__c4_v2__{rule})]" for rule in RULES]},
        "span_replacement": [{"span": span, "min_score": 0.5, "replacement": ""} for span in spans],
    }
    return {"streams": [stream], "processes": WORKERS}


def run(pages: str, output: str) -> None:
    """Run all stages."""
    path, folder, stages = Path(pages), Path(output), Stages()
    work, clean = folder / "work", folder / "clean"
    lines = _parts(path, work / "documents")
    stages.end("convert")
    documents = str(work / "documents" / "*.json.gz")
    tag = {"documents": [documents], "experiment": "rules", "taggers": ["c4_v2"], "processes": WORKERS}
    _dolma("tag", tag, work)
    stages.end("tag")
    dedupe = {
        "documents": [documents],
        "dedupe": {"name": "seen", "paragraphs": {"attribute_name": "seen"}, "skip_empty": True},
        "bloom_filter": {
            "file": str(work / "bloom.bin"),
            "read_only": False,
            "estimated_doc_count": lines,
            "desired_false_positive_rate": FALSE_ALARMS,
        },
        "processes": WORKERS,
    }
    _dolma("dedupe", dedupe, work)
    stages.end("dedupe")
    _dolma("mix", _mix(documents, clean), work)
    stages.end("mix")
    for packed in sorted(clean.glob("*.gz")):
        with gzip.open(packed) as source, packed.with_suffix(".jsonl").open("wb") as target:
            shutil.copyfileobj(source, target)
        packed.unlink()
    shutil.rmtree(work)
    stages.end("unpack")
    stages.write(folder)
