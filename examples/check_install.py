"""Does an installed detector give the scores that it should? `python check_install.py`, anywhere.

The core is compiled for each platform, and scores must be the same on all.
"""

import hashlib
import platform
from pathlib import Path

import detector

EXAMPLES = Path(__file__).parent
# Of the scores of examples/news.html and examples/headline.txt by the default model of this checkout.
EXPECTED = "6deb80ce1fcbfb85b59a21a8c8b21f63756f943ccbe5df292952ed076c5b318f"


def digest() -> str:
    """Return a hash of all scores, as they are shown."""
    pages = [detector.score(EXAMPLES / name) for name in ("news.html", "headline.txt")]
    scores = [line.score for page in pages for line in page.lines if line.score is not None]
    return hashlib.sha256(",".join(score.hex() for score in scores).encode()).hexdigest()


if __name__ == "__main__":
    found = digest()
    where = f"Python {platform.python_version()}, {platform.platform()}, {detector.__file__}"
    if found != EXPECTED:
        raise SystemExit(f"other scores than expected ({found}): {where}")
    print(f"the scores are right: {where}")
