"""Times of every kernel on hostile input of size n, 2n, 4n and 8n, to find what is not linear.

    python -m tests.kernels.scaling [NAME ...]

Prints, for each input, the times of all kernels (and of everything) that take more than `NOTED` seconds at 8n,
and the ratio of 8n to 4n: about 2 is linear, 4 quadratic. Not a test, since times depend on the machine.
"""

import sys
import time
from collections.abc import Callable
from unittest.mock import patch

import numpy as np

from detector import Detector, find_duplicates, native
from detector.features.markup import markup_buckets
from detector.near_duplicates.blocks import PageLines, blocks_of_lines
from detector.settings import DuplicateSettings
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.page import Page
from detector.text.plain import text_batch

STEPS, NOTED = (1, 2, 4, 8), 0.1
HEAD = "the village council opens a new bridge over the river tarn on monday"
DETECTOR = Detector()


def numbered(line: str, count: int) -> str:
    """Return lines that differ in a number, "%d"."""
    return "\n".join(line % number for number in range(count))


def near_copies(count: int) -> str:
    """Return lines of 51 words, one of them different in each line."""
    words = [f"word{at}" for at in range(50)]
    return "\n".join(
        " ".join([*words[: row % 50], f"own{'x' * (row % 7)}{row // 50 % 13}y", *words[row % 50 :]])
        for row in range(count)
    )


def beginnings(count: int) -> str:
    """Return long lines that begin with headlines, exactly or nearly."""
    return "\n".join(
        f"{HEAD}\n{HEAD.replace('new', 'old')} and what more there is to say of line {'x' * (row % 9)}"
        for row in range(count)
    )


def metas(count: int) -> str:
    words = " ".join(f"w{at}" for at in range(2_000))
    return "".join(f"<meta name=description content='{number} {words}'>" for number in range(count))


TEXTS: dict[str, tuple[int, Callable[[int], str]]] = {
    "equal lines": (125_000, lambda n: "the same line of six words\n" * n),
    "equal lines of a word": (125_000, lambda n: "word\n" * n),
    "equal lines of characters": (50_000, lambda n: "中文的同一行文字重复出现\n" * n),
    "different lines": (
        50_000,
        lambda n: numbered("line %d of a page that says nothing", n).replace("1", "one"),
    ),
    "near copies of a line": (2_000, near_copies),
    "lines that begin with others": (10_000, beginnings),
    "one line": (1_250_000, lambda n: "word and, " * (n // 10)),
    "one line of sentences": (1_250_000, lambda n: "A word. " * (n // 8)),
    "one line of full stops": (1_250_000, lambda n: ". " * (n // 2)),
    "one line of open sentences": (1_250_000, lambda n: "。」" * (n // 6) + " "),
    "one word": (1_250_000, lambda n: "x" * n),
    "words of one character": (125_000, lambda n: "a " * n),
    "lines of one character": (125_000, lambda n: "a\n" * n),
    "blank lines": (1_000_000, lambda n: "\n" * n),
    "white space": (1_000_000, lambda n: " " * n + "x"),
    "words that are not in normal form": (20_000, lambda n: "e\u0301te\u0301 " * n),
    "dates": (20_000, lambda n: "3 de mayo de 2024 " * n),
    "headings cut off": (20_000, lambda n: f"{HEAD}\n" + f"{HEAD}. And now the news of the day.\n\n" * n),
}
HTMLS: dict[str, tuple[int, Callable[[int], str]]] = {
    "inline elements, each with a line": (1_000, lambda n: "<span>x<br>" * n),
    "a line in deep inline elements": (250, lambda n: "<span>" * n + "A sentence. " * (100 * n)),
    "blocks, each with a line": (1_000, lambda n: "<div>x" * n),
    "lists in lists": (1_000, lambda n: "<ul><li>x" * n),
    "tables in tables": (500, lambda n: "<table><tr><td>x" * n),
    "formatting of its own in each paragraph": (
        50,
        lambda n: "".join(f"<p><b class=c{at}>x" for at in range(n)),
    ),
    "cells": (12_500, lambda n: "<table>" + "<tr><td>1<td>2" * (n // 2)),
    "one row of cells": (12_500, lambda n: "<table><tr>" + "<td>1" * n),
    "descriptions": (20, metas),
    "titles": (20_000, lambda n: "<title>a b</title>" * n + "x"),
    "attributes": (12_500, lambda n: "<p " + "".join(f"a{at}=1 " for at in range(n)) + ">x"),
    "attributes that are read": (12_500, lambda n: "<p " + 'id=""' * n + ">x"),
    "words of a class": (50_000, lambda n: "<p class='" + "a-b " * n + "'>x"),
    "a style": (200_000, lambda n: "<p style='" + "a:b;" * n + "display:none'>x"),
    "elements with classes": (12_500, lambda n: "".join(f"<p class='c{at % 97} d'>x" for at in range(n))),
    "links that touch": (50_000, lambda n: "<a href=/a/b>x</a>" * n),
    "plaintext, then angle brackets": (200_000, lambda n: "<plaintext>" + "<" * n),
    "textarea, then end tags": (100_000, lambda n: "<textarea>" + "</x>" * n),
    "xmp, then end tags": (100_000, lambda n: "<xmp>" + "</xm>" * n),
    "pre": (200_000, lambda n: "<pre>" + "x\n" * n),
    "end tags": (200_000, lambda n: "<p>x" + "</x>" * n),
    "end tags of paragraphs": (100_000, lambda n: "x</p>" * n),
    "a script, then angle brackets": (200_000, lambda n: "<p>x<script>" + "<" * n),
    "a script with a comment": (100_000, lambda n: "<p>x<script><!--" + "<" * n),
    "a script in a script": (50_000, lambda n: "<p>x<script><!--" + "<script>" * n),
    "scripts": (50_000, lambda n: "<script></script>" * n + "x"),
    "structured data": (
        200_000,
        lambda n: "<script type=application/ld+json>" + "\\\\u00e9 a " * (n // 8) + "</script>x",
    ),
    "a comment": (500_000, lambda n: "x<!--" + "->" * n),
    "comments": (100_000, lambda n: "<!-->x" * n),
    "declarations": (100_000, lambda n: "<![CDATA[x" * n),
    "drawings": (50_000, lambda n: "<svg>" * n),
    "drawings that are left": (20_000, lambda n: "<svg><p>x" * n),
    "drawings with brackets": (200_000, lambda n: "<svg><![CDATA[" + "]" * n),
    "formulas": (20_000, lambda n: "<math>" * n),
    "noscripts": (20_000, lambda n: "<noscript><p>x</noscript>" * n),
    "templates": (2_000, lambda n: "<template>" * n + "x"),
    "selects": (20_000, lambda n: "<select><option>x" * n),
    "references": (200_000, lambda n: "&" * n + "&amp" * (n // 4) + "&#x41;" * (n // 6)),
    "angle brackets": (200_000, lambda n: "<" * n),
    "quotes that never end": (50_000, lambda n: '<p a="' * n),
}
WORDS = [f"word{at}" for at in range(200)]


def near_texts(count: int) -> list[str]:
    return [" ".join([*WORDS, f"own{at}", f"end{at}"]) for at in range(count)]


def equal_pages(lines: int) -> None:
    page = "\n".join([HEAD] * lines)
    batch = text_batch([utf8(page)] * 3)
    blocks_of_lines(PageLines(batch.data, batch.line_start, batch.line_end, batch.page_line))


def buckets_of(page: str) -> None:
    markup_buckets(*html_batch([utf8(page)]))


def align(size: int) -> None:
    words, ends = np.arange(size, dtype=np.uint64) % 97, np.zeros(size, np.bool_)
    native.run("align_words", words, ends, words, ends, np.empty(size, np.int64))


CALLS: dict[str, tuple[int, Callable[[int], object]]] = {
    "near-duplicates": (500, lambda n: find_duplicates(near_texts(n))),
    "near-duplicates in small groups": (500, lambda n: find_duplicates(near_texts(n), settings=DuplicateSettings(max_group=20))),
    "equal texts": (20_000, lambda n: find_duplicates(["the same words in every text"] * n)),
    "two long texts": (125_000, lambda n: find_duplicates([" ".join(f"w{at}" for at in range(n)) + end for end in ("", " x")])),
    "texts of one word": (250_000, lambda n: find_duplicates(["x" * n, "x" * n + "y"])),
    "texts of characters": (125_000, lambda n: find_duplicates(["中文字" * n, "中文字" * n + "字"])),
    "dates in texts": (20_000, lambda n: find_duplicates(["3 de mayo de 2024 " * n] * 2, settings=DuplicateSettings(masked=True))),
    "large shingles": (2_000, lambda n: find_duplicates([f"{' '.join(map(str, range(2 * n)))} {at}" for at in range(2)], settings=DuplicateSettings(shingle=n))),
    "equal pages of equal lines": (250, equal_pages),
    "training: inline elements, each with a line": (500, lambda n: buckets_of("<span>x<br>" * n)),
    "training: a page and its gold": (2_000, align),
}  # fmt: skip


def runs() -> dict[str, tuple[int, Callable[[int], object]]]:
    """Return every input by name: n, and a function to run for a size."""

    def scored(make: Callable[[int], str], format: str) -> Callable[[int], object]:
        return lambda number: DETECTOR.run([Page(make(number), format)])

    texts = {f"text: {name}": (n, scored(make, "text")) for name, (n, make) in TEXTS.items()}
    return texts | {f"html: {name}": (n, scored(make, "html")) for name, (n, make) in HTMLS.items()} | CALLS


def timed(run: Callable[[int], object], number: int) -> dict[str, float]:
    """Return the CPU seconds of each kernel, and of everything."""
    seconds: dict[str, float] = {}
    call = native.run

    def measured(kernel: str, *arguments: object) -> int:
        start = time.process_time()
        result = call(kernel, *arguments)
        seconds[kernel] = seconds.get(kernel, 0) + time.process_time() - start
        return result

    with patch.object(native, "run", measured):
        start = time.process_time()
        run(number)
        return seconds | {"everything": time.process_time() - start}


def main(chosen: list[str]) -> None:
    for name, (number, run) in runs().items():
        if chosen and not any(part in name for part in chosen):
            continue
        times = [timed(run, number * step) for step in STEPS]
        print(f"{name}, {number:,} to {number * STEPS[-1]:,}")
        for kernel in times[-1]:
            row = [found.get(kernel, 0) for found in times]
            if row[-1] > NOTED:
                print(
                    f"    {kernel:24} {'  '.join(f'{value:7.3f}' for value in row)}   x {row[-1] / max(row[-2], 1e-3):.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:])
