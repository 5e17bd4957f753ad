"""Draw the pictures of the documentation from the examples: `python -m docs.pictures [FOLDER]`."""

import sys
from pathlib import Path

import detector
from docs.pictures.coloured_page import coloured_page
from docs.pictures.method import reasons, shingles, site, thresholds

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"


def pictures() -> dict[str, str]:
    """Return the pictures by the name of their file."""
    examples = ROOT / "examples"
    news = detector.score(examples / "news.html")
    headline = detector.score(examples / "headline.txt")
    messenger = [detector.Page.read(path) for path in sorted((examples / "messenger").glob("*.txt"))]
    profile = detector.SiteProfile.learn(messenger, name="messenger")
    knows = detector.Detector(profile=profile)
    return {
        "coloured-page.svg": coloured_page(news, 7, 33),
        "reasons.svg": reasons(headline.lines[10]),
        "thresholds.svg": thresholds(news),
        "shingles.svg": shingles(
            "The ferry to Ostrand sails again from Friday on.",
            "The ferry to Ostrand sails again from Monday on.",
        ),
        "site.svg": site([knows.score(page) for page in messenger]),
    }


def main(folder: Path = IMAGES) -> None:
    """Write the pictures."""
    for name, drawn in pictures().items():
        (folder / name).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
