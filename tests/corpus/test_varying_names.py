"""Template lines that differ in a name from page to page: they go, and what has names in the text stays."""

import pytest

from detector import clean_corpus
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import read_jsonl, write_jsonl
from tests.corpus.made_sites import FOOT, HEAD, made, prose

NAMES = (
    "Budi", "Siti", "Agus", "Dewi", "Rina", "Joko", "Putri", "Bayu", "Wati", "Hendra", "Lestari", "Yusuf",
    "Maya", "Dian",
)  # fmt: skip
PLACES = (
    "Toraja", "Bromo", "Lombok", "Ambon", "Ternate", "Nias", "Flores", "Sumba", "Biak", "Banda", "Wakatobi",
    "Raja Ampat", "Dieng", "Malang",
)  # fmt: skip


def site(format, numbers):
    """Pages that greet a user and count photographs; their headlines differ in names, too."""
    for number in numbers:
        name, place = NAMES[number], PLACES[number]
        _, *paragraphs = prose(f"names{number}")
        own = (f"The ferry to {place} runs again after the storm", *paragraphs)
        head = (*HEAD, f"Welcome back, {name}", f"Selamat datang kembali, {name}")
        foot = (f"{number + 4} photos of {place}", f"Hello {name}, you have {number + 2} new messages", *FOOT)
        yield made(f"n{number}", f"https://harbour.example/{number}", own, head, foot, format)


def cleaned(folder, format, numbers, since=None):
    """Clean pages; check what stays of each, and return the texts."""
    pages = list(site(format, numbers))
    path = write_jsonl(folder / f"{len(pages)}.jsonl", [page.row() for page in pages])
    rules, engine = CorpusSettings(duplicates=0), EngineSettings("process")
    clean_corpus([path], folder / str(len(pages)), corpus=rules, engine=engine, since=since)
    found = {row["id"]: row["text"] for row in read_jsonl(folder / str(len(pages)) / "data", "*.jsonl")}
    for page in pages:
        lines = found[page.id].split("\n")
        assert [line for line in page.template if line in lines] == []
        assert [line for line in page.own if line not in lines] == []
    return found


@pytest.mark.parametrize("format", ["html", "text"])
def test_lines_that_differ_in_a_name(tmp_path, format):
    together = cleaned(tmp_path, format, range(14))
    earlier = cleaned(tmp_path, format, range(8))
    later = cleaned(tmp_path, format, range(8, 14), since=tmp_path / "8")
    assert {**earlier, **later} == together
