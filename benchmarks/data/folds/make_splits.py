"""The contents of training_data/splits.json and manifest.json, from the shared data."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from benchmarks.data.folds.balance import assign_folds
from benchmarks.data.folds.languages import guess
from benchmarks.data.folds.near_pages import Document, NearPair, Vocabulary, likeness, near_pairs
from benchmarks.data.folds.splits import FORMAT
from benchmarks.data.pages import UNKNOWN, Page
from benchmarks.data.sets import OWN_LABELS, SETS
from benchmarks.files import ROOT, write_json
from benchmarks.labels.label_files import drawn

FOLDER: Final = ROOT / "training_data"
# Our own labels are for pages of the other sets, and belong to their groups.
OF_OTHERS: Final = tuple(record for record in SETS if not record.ours)
SEED: Final = 3
FOLDS: Final = 5
# Publishers whose sites share one template and their articles. Each is one group.
HOUSES: Final = (
    ("abendblatt.de", "braunschweiger-zeitung.de", "morgenpost.de", "waz.de"),
    ("canada.com", "nationalpost.com", "theprovince.com", "vancouversun.com"),
    ("9news.com.au", "nine.com.au"),
    ("sina.com.cn", "sina.com.hk", "sina.com.tw"),
)
# Books are also published on their publishers' domains; those pages join the group of the book.
BOOK_DOMAINS: Final = {
    "debian-handbook.info": "book:debian-handbook",
    "libreoffice.org": "book:libreoffice-help",
    "gimp.org": "book:gimp-help",
    "debian.org": "book:installation-guide",
}
# From this similarity on, a page is a copy of a labelled one on the same site. For the most similar page of a
# set, and those equally similar, a lower limit applies: two renderers of one copy may have a similarity of
# only .23.
SAME_PAGE: Final = 0.6
LIKEST_PAGE: Final = 0.2
AS_LIKE: Final = 0.02


class Row(NamedTuple):
    """What the splits need to know about a page."""

    set: str
    page: str
    domain: str
    language: str
    page_type: str

    @property
    def key(self) -> str:
        """Return SET/PAGE."""
        return f"{self.set}/{self.page}"


def _visible(page: Page) -> str:
    if page.html is None:
        return page.text or ""
    return extract_plain_text(bytes_to_str(page.html, detect_encoding(page.html) or "utf-8"))


def read() -> tuple[list[Row], list[Document]]:
    """Return all pages of all sets, and their texts as shingles."""
    rows, documents, vocabulary = [], [], Vocabulary()
    for record in OF_OTHERS:
        for page in record.pages():
            domain = BOOK_DOMAINS.get(page.domain, page.domain)
            language = guess(page) if page.language == UNKNOWN and page.html else page.language
            rows.append(Row(page.set, page.id, domain, language, page.page_type))
            gold = page.text if page.set == "near-dup" else page.gold
            visible = None if page.set == "near-dup" else _visible(page)
            for kind, text in (("gold", gold), ("visible", visible)):
                if text:
                    documents.append(Document(page.key, domain, kind, vocabulary.shingles(text)))
    return rows, documents


def _root(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        name = parent[name]
    return name


def joined(domains: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the group of each domain.

    Linked domains share the name of their first; books come before sites.
    """
    parent = {domain: domain for domain in domains}
    for left, right in links:
        if left in parent and right in parent:
            roots = {_root(parent, left), _root(parent, right)}
            first = min(roots, key=lambda name: (not name.startswith("book:"), name))
            parent |= dict.fromkeys(roots, first)
    return {domain: _root(parent, domain) for domain in parent}


def _house_links() -> list[tuple[str, str]]:
    return [(house[0], other) for house in HOUSES for other in house[1:]]


def _copies(original: Document, near: Sequence[Document]) -> set[str]:
    """Return the copies of a page among the pages of the same site."""
    alike = [(likeness(original, other), other.page) for other in near if other.page != original.page]
    best: dict[str, float] = {}
    for likest, page in alike:
        name = page.split("/", 1)[0]
        best[name] = max(best.get(name, 0.0), likest)
    return {
        page
        for likest, page in alike
        if likest >= min(SAME_PAGE, max(LIKEST_PAGE, best[page.split("/", 1)[0]] - AS_LIKE))
    }


def never_train(documents: Sequence[Document]) -> list[str]:
    """Return the seed, the labelled pages, and their copies in other sets."""
    held = {record.name for record in OF_OTHERS if record.split == "held"}
    marked = {document.page for document in documents if document.page.split("/", 1)[0] in held}
    by_domain: dict[str, list[Document]] = {}
    for document in documents:
        by_domain.setdefault(document.domain, []).append(document)
    originals = [document for document in documents if document.page in marked]
    for original in originals:
        marked |= _copies(original, by_domain[original.domain])
    return sorted(marked)


def half_to_test(rows: Sequence[Row], group_of: Mapping[str, str]) -> list[str]:
    """Return the pages of the test half of the sites, for sets of which only half is trained on.

    Sites that other sets may be trained on are in the other half. The half is drawn by the name of the site.
    """
    parted = {record.name for record in OF_OTHERS if record.split == "half"}
    taken = {group_of[row.domain] for row in rows if row.set not in parted}
    tested = {
        group
        for group in {group_of[row.domain] for row in rows if row.set in parted} - taken
        if zlib.crc32(f"{SEED}:{group}".encode()) % 2
    }
    return sorted(row.key for row in rows if group_of[row.domain] in tested)


def known_folds(path: Path, group_of: Mapping[str, str], rows: Sequence[Row]) -> dict[str, int]:
    """Return the previous folds of groups: those that most pages of a group were in."""
    if not path.is_file():
        return {}
    stored = json.loads(path.read_text("utf-8"))
    votes: dict[str, Counter[int]] = {}
    for row in rows:
        group = stored["page_group"].get(row.set, {}).get(row.page)
        if group is not None:
            votes.setdefault(group_of[row.domain], Counter())[stored["group_fold"][group]] += 1
    return {group: min(count, key=lambda fold: (-count[fold], fold)) for group, count in votes.items()}


def splits(rows: Sequence[Row], documents: Sequence[Document]) -> dict[str, Any]:
    """Return the contents of splits.json; groups stay in their previous folds."""
    pairs = near_pairs(documents)
    links = [*_house_links(), *(pair.domains for pair in pairs)]
    group_of = joined({row.domain for row in rows}, links)
    strata = {row.key: (group_of[row.domain], row.set, row.page_type, row.language) for row in rows}
    page_group: dict[str, dict[str, str]] = {}
    for row in rows:
        page_group.setdefault(row.set, {})[row.page] = group_of[row.domain]
    for labelled in drawn():
        name, page = labelled["page"].split("/", 1)
        page_group.setdefault(OWN_LABELS[labelled["locked"]], {})[labelled["page"]] = page_group[name][page]
    return {
        "format": FORMAT,
        "made_by": "python -m benchmarks data splits",
        "seed": SEED,
        "folds": FOLDS,
        "versions": {name: version(name) for name in ("publicsuffixlist", "resiliparse")},
        "data": {record.name: record.files_hash() for record in OF_OTHERS},
        "near_duplicates": _pair_report(pairs),
        "never_train": sorted({*never_train(documents), *half_to_test(rows, group_of)}),
        # A third of our own labels, opened once per release.
        "locked": [row["page"] for row in drawn() if row["locked"]],
        "group_fold": assign_folds(
            list(strata.values()), FOLDS, SEED, known_folds(FOLDER / "splits.json", group_of, rows)
        ),
        "page_group": page_group,
    }


def _pair_report(pairs: Sequence[NearPair]) -> dict[str, Any]:
    between = Counter("/".join(sorted((pair.left.split("/")[0], pair.right.split("/")[0]))) for pair in pairs)
    domains = sorted({tuple(sorted(pair.domains)) for pair in pairs})
    return {"pairs": len(pairs), "between_sets": dict(sorted(between.items())), "domains": domains}


def manifest(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the contents of manifest.json: every set, and the guessed languages."""
    counts = Counter(row.set for row in rows)
    guessed: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.set in ("wcxb-dev", "trafilatura-eval-dev"):
            guessed.setdefault(row.set, {})[row.page] = row.language
    sets = [
        {
            "name": record.name,
            "source": record.source,
            "licence": record.licence,
            "folder": record.folder,
            "truth": record.truth,
            "split": record.split,
            "pages": counts[record.name] or sum(OWN_LABELS[row["locked"]] == record.name for row in drawn()),
            "sha256": record.files_hash(),
        }
        for record in SETS
    ]
    labels = "labels/: labels of our own; benchmarks/labels/label_files.py says what is in each file"
    return {
        "format": 1,
        "made_by": "python -m benchmarks data splits",
        "sets": sets,
        "ours": labels,
        "languages": guessed,
    }


@click.command()
def command() -> None:
    """Write the folds and the list of sets: training_data/splits.json and manifest.json.

    The same data, seed and package versions give the same files.

    \b
    Examples:
      python -m benchmarks data splits
    """
    rows, documents = read()
    content = splits(rows, documents)
    write_json(FOLDER / "splits.json", content, indent=0)
    write_json(FOLDER / "manifest.json", manifest(rows), indent=0)
    folds = Counter(
        (row.set, content["group_fold"][content["page_group"][row.set][row.page]]) for row in rows
    )
    near, held = content["near_duplicates"], content["never_train"]
    click.echo(f"{len(rows)} pages, {len(content['group_fold'])} groups; {near['pairs']} near pairs")
    click.echo(f"between {near['between_sets']}; {len(held)} never trained on")
    for record in OF_OTHERS:
        click.echo(f"{record.name} {[folds[record.name, fold] for fold in range(FOLDS)]}")
