"""Python processes that import nothing from the folder that we are in.

A process that is started with `-c` or `-m`, as workers are, looks for modules in that folder first. It may
be a folder of scraped files, and one of these may be called `pickle.py`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

VARIABLE: Final = "PYTHONSAFEPATH"


@contextmanager
def safe_path() -> Iterator[None]:
    """Let Python processes that are started meanwhile leave that folder out."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before
