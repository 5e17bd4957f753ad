"""Loaders of the sets with gold text or snippets. docs/measures.md explains how they relate to our policy."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.data.pages import UNKNOWN, Page, declared_host, named_domain, registrable, unpacked
from benchmarks.files import ROOT
from benchmarks.measures.metrics import tokens

TAG: Final = re.compile(r"<[^>]*>")
VISIBLE: Final = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
# Pages of fundus that do not declare their address.
FUNDUS_HOSTS: Final = {"cn__People": "people.com.cn"}


@lru_cache(maxsize=1)
def _languages() -> dict[str, dict[str, str]]:
    """Return the languages of sets that do not name theirs, as guessed by `data splits`."""
    path = ROOT / "training_data" / "manifest.json"
    languages: dict[str, dict[str, str]] = json.loads(path.read_text())["languages"] if path.is_file() else {}
    return languages


def wcxb(folder: Path) -> Iterator[Page]:
    """Yield WCXB pages, without those that have no `main_content` key."""
    about = json.loads((folder / "metadata.json").read_text())["pages"]
    for name in sorted(about):
        truth = json.loads(unpacked(folder / "ground-truth" / f"{name}.json"))["ground_truth"]
        if "main_content" not in truth:
            continue
        yield Page(
            "wcxb-dev",
            name,
            registrable(about[name]["domain"]),
            _languages().get("wcxb-dev", {}).get(name, UNKNOWN),
            about[name]["page_type"],
            html=unpacked(folder / "html" / f"{name}.html.gz"),
            gold=truth["main_content"],
            wanted=tuple(truth.get("with") or ()),
            unwanted=tuple(truth.get("without") or ()),
            title=truth.get("title"),
        )


def trafilatura_eval(folder: Path) -> Iterator[Page]:
    """Yield pages with the snippets that must and must not stay."""
    about = json.loads((folder / "snippets.json").read_text())
    for name in sorted(about):
        page, html = about[name], unpacked(folder / "html" / name)
        # Some addresses are only labels ("hard::NAME").
        host = urlsplit(page["url"]).hostname or declared_host(html)
        yield Page(
            "trafilatura-eval-dev",
            name.removesuffix(".html.gz"),
            registrable(host) if host else named_domain(name),
            _languages().get("trafilatura-eval-dev", {}).get(name.removesuffix(".html.gz"), UNKNOWN),
            html=html,
            wanted=tuple(page["with"]),
            unwanted=tuple(page["without"]),
        )


def daniel(folder: Path) -> Iterator[Page]:
    """Yield DAnIEL pages; the gold is the reference file without its tags."""
    for row in sorted(json.loads((folder / "index.json").read_text()), key=lambda row: row["file"]):
        reference = unpacked(folder / "reference" / f"{row['file']}.gz").decode("utf-8", "replace")
        yield Page(
            "daniel",
            row["file"],
            registrable(row["host"]),
            row["lang"],
            "article",
            html=unpacked(folder / "html" / f"{row['file']}.gz"),
            gold=TAG.sub("\n", reference),
        )


def _fundus_gold(version: dict[str, Any]) -> str:
    """Return title, summary, section headlines and paragraphs, one per line."""
    body = version.get("body") or {}
    parts = [version.get("title") or "", *(body.get("summary") or ())]
    for section in body.get("sections") or ():
        parts += [*section["headline"], *section["paragraphs"]]
    return "\n".join(part for part in parts if part)


def _share_found(gold: Counter[str], page: Counter[str]) -> float:
    return (gold & page).total() / max(gold.total(), 1)


def _matched(pages: dict[str, bytes], versions: dict[str, str]) -> dict[str, str]:
    """Return the version for each page file, one to one: the gold that the page covers best."""
    golds = {name: Counter(tokens(text)) for name, text in versions.items()}
    texts = {page: VISIBLE.sub(" ", html.decode("utf-8", "replace")) for page, html in pages.items()}
    words = {page: Counter(tokens(text)) for page, text in texts.items()}
    pairs = ((page, version) for page in pages for version in versions)
    ranked = sorted(
        ((_share_found(golds[version], words[page]), page, version) for page, version in pairs), reverse=True
    )
    found: dict[str, str] = {}
    for _, page, version in ranked:
        if page not in found and version not in found.values():
            found[page] = version
    return found


def fundus(folder: Path) -> Iterator[Page]:
    """Yield publishers' pages. The expectations of a publisher (V1, V1_1, ...) do not name their page."""
    by_publisher: dict[str, list[dict[str, str]]] = {}
    for row in json.loads((folder / "index.json").read_text()):
        publisher = re.sub(r"_\d{4}_\d\d_\d\d\.html\.gz$", "", row["file"])
        by_publisher.setdefault(publisher, []).append(row)
    for publisher, rows in sorted(by_publisher.items()):
        pages = {row["file"]: unpacked(folder / row["file"]) for row in rows}
        expected = json.loads((folder / f"{publisher}.json").read_text())
        versions = {name: _fundus_gold(version) for name, version in expected.items()}
        found = _matched(pages, versions)
        for row in sorted(rows, key=lambda row: row["file"]):
            html = pages[row["file"]]
            host = declared_host(html) or FUNDUS_HOSTS[publisher]
            yield Page(
                "fundus",
                row["file"].removesuffix(".html.gz"),
                registrable(host),
                row["lang_guess"],
                "article",
                html=html,
                gold=versions[found[row["file"]]],
            )
