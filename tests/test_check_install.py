"""examples/check_install.py, which tests wheels, has the scores of the default model."""

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "examples" / "check_install.py"


def test_its_digest_is_that_of_the_default_model():
    script = runpy.run_path(str(SCRIPT))
    assert script["digest"]() == script["EXPECTED"], (
        "the model or the reading of pages has changed: write the new digest"
    )
