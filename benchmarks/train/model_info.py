"""The data manifest and the measures of the default model, from training_data/ and the results."""

import json
from typing import Any, Final

import click

from benchmarks.files import RESULTS, ROOT
from detector.files.atomic import read_json, write_json
from detector.model.files import CONFIG_FILE, DEFAULT, FORMAT
from detector.model.info import CARD_FILE, ModelInfo

LICENCE: Final = "Apache-2.0"
# The record of a set. A set whose `split` is "half" gives only some of its pages.
SAID: Final = ("name", "source", "licence", "split", "pages", "sha256")
HOW: Final = (
    "mean words F1 of pages, by models that learned from no page of the same fold; see docs/measures.md"
)


def data_manifest() -> dict[str, Any]:
    """Return the sets that the default model learned from."""
    manifest = json.loads((ROOT / "training_data" / "manifest.json").read_text("utf-8"))
    sets = [entry for entry in manifest["sets"] if entry["split"] != "held"]
    return {
        "sets": [{name: entry[name] for name in SAID} for entry in sets],
        "own": "training_data/ of boilerplate-detector: template lines, pages and labels that we wrote",
    }


def measured() -> dict[str, Any]:
    """Return the words F1 of each set that was measured, for HTML and for text."""
    found: dict[str, Any] = {}
    for path in sorted(RESULTS.glob("quality-*.json")):
        result = json.loads(path.read_text("utf-8"))
        ours = [row for row in result["rows"] if row["system"] in ("detector-html", "detector-text")]
        means: dict[str, float] = {}
        for row in ours:
            if row.get("words"):
                means.setdefault(row["input"], row["words"]["mean"])
        if means:
            found[result["set"]] = {"pages": result["pages"], **means}
    return {"what": HOW, "words_f1": found}


def default_info() -> ModelInfo:
    """Return the record of the default model. The card is written by hand."""
    card = (DEFAULT / CARD_FILE).read_text("utf-8")
    return ModelInfo(card, LICENCE, data_manifest(), measured())


@click.command()
def command() -> None:
    """Rewrite the data manifest and the measures of the default model.

    \b
    Examples:
      python -m benchmarks train info
    """
    info, path = default_info(), DEFAULT / CONFIG_FILE
    config = read_json(path)
    info.write(DEFAULT, config["model_id"])
    write_json(path, {**config, "format": FORMAT, "licence": info.licence})
