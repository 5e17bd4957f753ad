"""Where the shared data is: never in this repository."""

import os
from pathlib import Path
from typing import Final

from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT

VARIABLE: Final = "DETECTOR_SHARED"


class MissingDataError(BenchmarkError):
    """The shared data is not where it should be."""


def shared_data() -> Path:
    """Return the folder of the shared data: $DETECTOR_SHARED, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "data")
    if not (folder / "wcxb-dev").is_dir():
        raise MissingDataError(
            f"no shared data in {folder}: set {VARIABLE} to the folder that holds wcxb-dev/ and the others"
        )
    return folder.resolve()
