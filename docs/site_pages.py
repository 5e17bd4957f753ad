"""What the site needs beyond docs/: pages from other folders, and links that work on the site.

Files of the repository link to each other by their paths there, so that they can be read without the site.
Some files outside docs/ are pages of the site, under other names. Linked files that are not pages, such as
settings files, are copied next to the pages.
"""

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parent.parent
# Pages outside docs/: their path in the repository, and on the site.
ELSEWHERE: Final = {
    "CHANGELOG.md": "changelog.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "README.md": "index.md",
    "detector/model/default/CARD.md": "model-card.md",
    "training_data/LABELLING.md": "labelling.md",
}
# Folders whose files a page may link to.
COPIED: Final = ("examples", "detector", "benchmarks", "training_data")
# Pages of the navigation that are left out if they do not exist.
NOT_YET: Final = ("integrations.md", "models.md", "reliability.md", "security.md")
LINK: Final = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?(\))")


def _without(entries: list[Any], absent: set[str]) -> list[Any]:
    """Return entries of the navigation without some pages, in sections too."""
    kept: list[Any] = []
    for entry in entries:
        ((title, what),) = entry.items()
        if isinstance(what, list):
            kept.append({title: _without(what, absent)})
        elif what not in absent:
            kept.append(entry)
    return kept


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave out pages that do not exist."""
    there = {address for source, address in ELSEWHERE.items() if (ROOT / source).is_file()}
    absent = {name for name in NOT_YET if name not in there and not (ROOT / "docs" / name).is_file()}
    config.nav = _without(config.nav or [], absent)
    return config


def _generated(config: MkDocsConfig, address: str, source: Path) -> File:
    return File.generated(config, address, abs_src_path=str(source))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside docs/, and the files that pages link to."""
    for source, address in ELSEWHERE.items():
        if address not in files.src_uris and (ROOT / source).is_file():
            files.append(_generated(config, address, ROOT / source))
    linked = {
        posixpath.normpath(posixpath.join("docs", target))
        for page in (ROOT / "docs").glob("*.md")
        for _, target, _, _ in LINK.findall(page.read_text("utf-8"))
    }
    for target in sorted(linked):
        if target.split("/")[0] in COPIED and target not in ELSEWHERE:
            files.append(_generated(config, f"files/{target}", ROOT / target))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    source = Path(page.file.abs_src_path or "").relative_to(ROOT).parent.as_posix()

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(source, link[2]))
        if target in ELSEWHERE:
            target = ELSEWHERE[target]
        elif target.startswith("docs/"):
            target = target.removeprefix("docs/")
        else:
            target = f"files/{target}"
        return f"{link[1]}{target}{link[3] or ''}{link[4]}"

    return LINK.sub(moved, markdown)
