"""Loaders of the sets without gold text: sites, line labels, plain text, pairs, the seed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.data.pages import LabelledLine, Page, declared_host, registrable, unpacked
from benchmarks.files import json_lines

# One group over all languages, wherever its pages are published.
BOOKS: Final = ("debian-handbook", "installation-guide", "debian-reference", "libreoffice-help", "gimp-help")
# Sites that do not declare their address on every page, and where they are published.
SITE_HOSTS: Final = {
    "zweimalweltbitte": "zweimalweltbitte.ch",
    "cppreference-mediawiki": "cppreference.com",
    "entreprises-actualite": "entreprises-actualite.fr",
    "agora-hr": "arhiva.agora.hr",
    "kicauwalet": "kicauwalet.com",
    "petanikode": "petanikode.com",
    "sekata": "sekata.web.id",
    "opendatasicilia": "opendatasicilia.it",
    "magcho": "blog.magcho.com",
    "brasileiraonoticias": "brasileiraonoticias.com.br",
    "mertcangokgoz": "mertcangokgoz.com",
}
NEWS_HOSTS: Final = {
    "antara": "antaranews.com",
    "kapanlagi": "kapanlagi.com",
    "kompas": "kompas.com",
    "okezone": "okezone.com",
    "tempo": "tempo.co",
    "tempo-english": "tempo.co",
}
# Folder names of gne that differ from the domain of the site. The others are NAME.com, or declare their
# domain.
GNE_HOSTS: Final = {
    "baijiahao": "baidu.com",
    "csdn": "csdn.net",
    "guancha": "guancha.cn",
    "people": "people.com.cn",
    "sina": "sina.com.cn",
    "thepaper": "thepaper.cn",
    "wechat": "qq.com",
    "xinhuanet": "xinhuanet.com",
    "readhub": "readhub.cn",
}


# The names in labelled/pages.jsonl for sites that other sets have under their domain.
LABELLED_HOSTS: Final = {
    "brasileiraonoticias": SITE_HOSTS["brasileiraonoticias"],
    "zweimal-welt-bitte": SITE_HOSTS["zweimalweltbitte"],
    "sekata.github.io": SITE_HOSTS["sekata"],
}
TAGS: Final = {"Polish": "pl", "Chinese": "zh", "English": "en", "Greek": "el", "Russian": "ru"}


def domain_of_site(name: str) -> str:
    """Return the domain, or the book, for a folder of sites/ (with or without its language)."""
    site = name.split("__", 1)[-1]
    return f"book:{site}" if site in BOOKS else registrable(SITE_HOSTS[site])


def sites(folder: Path) -> Iterator[Page]:
    """Yield the pages of all sites; listings are marked."""
    for index in sorted(folder.glob("*/_index.json")):
        about, site = json.loads(index.read_text()), index.parent.name
        for row in sorted(about["files"], key=lambda row: row["file"]):
            yield Page(
                "sites",
                f"{site}/{row['file'].removesuffix('.html')}",
                domain_of_site(site),
                about["lang"],
                row["kind"],
                html=unpacked(index.parent / f"{row['file']}.gz"),
            )


def idnews(folder: Path) -> Iterator[Page]:
    """Yield Indonesian news pages."""
    for path in sorted(folder.glob("*.html.gz")):
        site = path.name.split("__", 1)[0]
        kind = "listing" if "mainpage" in path.name else "article"
        language = "en" if site == "tempo-english" else "id"
        name = path.name.removesuffix(".html.gz")
        yield Page("idnews", name, registrable(NEWS_HOSTS[site]), language, kind, html=unpacked(path))


def gne_zh(folder: Path) -> Iterator[Page]:
    """Yield Chinese article pages."""
    for path in sorted(folder.glob("*.html.gz")):
        site, html = path.name.split("__", 1)[0], unpacked(path)
        host = GNE_HOSTS.get(site) or declared_host(html) or f"{site}.com"
        name = path.name.removesuffix(".html.gz")
        yield Page("gne-zh", name, registrable(host), "zh", "article", html=html)


def _scraped_domain(site: str, fundus_domains: dict[str, str]) -> str:
    if site in NEWS_HOSTS:
        return registrable(NEWS_HOSTS[site])
    return fundus_domains[site] if site in fundus_domains else domain_of_site(site)


def _fundus_domains(folder: Path) -> dict[str, str]:
    """Return the domain of each publisher, from the pages that declare it."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.html.gz")):
        publisher = path.name.split("__", 1)[1].rsplit("_", 3)[0]
        host = declared_host(unpacked(path))
        if host is not None:
            found.setdefault(publisher, registrable(host))
    return {"People": "people.com.cn", **found}


def scraped_text(folder: Path) -> Iterator[Page]:
    """Yield the plain text of pages that other sets have as HTML."""
    fundus_domains = _fundus_domains(folder.parent / "fundus")
    for number, row in enumerate(json_lines(folder / "pages.jsonl.gz")):
        domain = _scraped_domain(row["site"], fundus_domains)
        text = "\n".join(row["lines"])
        yield Page("scraped-text", f"{number:04d}-{row['site']}", domain, row["lang"], text=text)


def near_dup(folder: Path) -> Iterator[Page]:
    """Yield both sides of each pair of articles, as `PAIR-a` and `PAIR-b`."""
    for number, pair in enumerate(json_lines(folder / "pairs.jsonl")):
        for side in "ab":
            host = pair[side].split("_")[1]
            name, text = f"{number:02d}-{side}", pair[f"text_{side}"]
            yield Page("near-dup", name, registrable(host), TAGS[pair["lang"]], "article", text=text)


def labelled(folder: Path) -> Iterator[Page]:
    """Yield the pages labelled line by line; a mark distinguishes comments from content."""
    for page in json_lines(folder / "pages.jsonl"):
        lines = tuple(
            LabelledLine(line["text"], "comment" if line.get("sub") == "comment" else line["label"])
            for line in page["lines"]
        )
        text = "\n".join(line.text for line in lines)
        site = page["site"].split(" ", 1)[0]
        domain = registrable(LABELLED_HOSTS.get(site, site))
        yield Page("labelled", page["page"], domain, page["lang"], text=text, lines=lines)


def seed(folder: Path) -> Iterator[Page]:
    """Yield the seed page."""
    for path in sorted(folder.glob("*.txt")):
        yield Page("seed", path.stem, "seed", "id", "article", text=path.read_text(encoding="utf-8"))
