"""Check that an installed detector gives the expected scores. Run `python check_install.py` in any folder.

The core is compiled for each platform, and the scores must be the same on all of them.
"""

import hashlib
import platform
from pathlib import Path

import detector

EXAMPLES = Path(__file__).parent
# The hash of the scores of news.html and headline.txt, by the default model of this checkout.
EXPECTED = "60f9a4e45957c2a77efdc4a5a7d9d0e974781aa9c307d7c8f2833543dc415251"


def digest() -> str:
    """Return a hash of all scores, rounded as they are shown."""
    pages = [detector.score(EXAMPLES / name) for name in ("news.html", "headline.txt")]
    scores = [line.score for page in pages for line in page.lines if line.score is not None]
    return hashlib.sha256(",".join(score.hex() for score in scores).encode()).hexdigest()


if __name__ == "__main__":
    found = digest()
    where = f"Python {platform.python_version()}, {platform.platform()}, {detector.__file__}"
    if found != EXPECTED:
        raise SystemExit(f"the scores differ from the expected ones ({found}): {where}")
    print(f"the scores are right: {where}")
