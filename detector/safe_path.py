"""Python processes that import nothing from the current folder.

A process started with `-c` or `-m`, as workers are, searches that folder for modules first. It may be a
folder of scraped files, one of which may be called `pickle.py`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

VARIABLE: Final = "PYTHONSAFEPATH"


@contextmanager
def safe_path() -> Iterator[None]:
    """Make Python processes that are started in the meantime leave out the current folder."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before
