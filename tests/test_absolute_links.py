""".ci/absolute_links.py, which makes the README readable where packages are listed."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent
absolute = runpy.run_path(str(ROOT / ".ci" / "absolute_links.py"))["absolute"]
PLACE = "https://example.org/owner/name"


def test_links_and_pictures_get_an_address():
    text = "![a page](docs/page.svg), [how](docs/how.md#first), [there](https://example.org), [here](#here)"
    assert absolute(text, PLACE, "v1") == (
        f"![a page]({PLACE}/raw/v1/docs/page.svg), [how]({PLACE}/blob/v1/docs/how.md#first), "
        "[there](https://example.org), [here](#here)"
    )


def test_nothing_in_the_readme_stays_relative():
    text = absolute((ROOT / "README.md").read_text("utf-8"), PLACE, "v1")
    assert f"]({PLACE}/blob/v1/docs/" in text
    assert "](docs/" not in text
