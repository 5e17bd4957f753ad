"""The part of the report about earlier runs: what was reused, and which of their decisions would change."""

from typing import Any, Final

import numpy as np

from detector.corpus.run_folder import read_array, read_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.again import JUDGED, added_up, shards_again
from detector.corpus.steps.publish import EarlierDocument, earlier_documents

# The most documents of earlier runs to list.
MOST_REPLACED: Final = 40


def since_report(spec: RunSpec) -> dict[str, Any]:
    """Return the part of the report about earlier runs; empty if there are none."""
    if not spec.since:
        return {}
    groups = spec.folder().step("groups")
    earlier, removed = read_array(groups / "earlier.npy"), read_array(groups / "removed.npy")
    replaced = read_array(groups / "replaced.npy")
    judged = [read_json(spec.folder().of("again", shard.number) / JUDGED) for shard in shards_again(spec)]
    listed = replaced[:MOST_REPLACED]
    known: dict[int, EarlierDocument] = earlier_documents(spec, listed[:, 0])
    found = {
        "runs": [run.run for run in spec.since],
        "documents": int(earlier[-1]),
        "duplicates_of_them": int(np.count_nonzero(removed[:, 1] < earlier[-1])),
        **added_up(judged),
        "documents_that_would_go": len(replaced),
        "documents_listed": [known[at]._asdict() for at in listed[:, 0].tolist()],
    }
    return {"since": found}
